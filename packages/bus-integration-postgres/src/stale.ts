// Whether a saved plan is exactly what would be done now. Pure.
import { type Diagnostic, isIntact, isMutating, type Response, type Step } from 'bus-integration-database';

/** The plan as it is now; refused as `stale-plan`, with what is different, when it isn't the saved one. */
export function unlessStale(saved: Response | undefined, now: Response): Response {
  const fault = saved && staleness(saved, now);
  if (fault === undefined) return now;
  return { ...now, ok: false, error_class: 'stale-plan', diagnostics: [fault, ...now.diagnostics] };
}

function staleness(saved: Response, now: Response): Diagnostic | undefined {
  if (!isIntact(saved)) {
    return stale('the saved plan was edited: its identity does not fit its steps');
  }
  if (saved.deployment_id !== now.deployment_id) {
    return stale(`the saved plan is for deployment ${saved.deployment_id}, this is ${now.deployment_id}`);
  }
  if (saved.target?.system_identifier !== now.target?.system_identifier) {
    return stale(
      `the saved plan is for cluster ${saved.target?.system_identifier ?? 'unknown'}, this is ${now.target?.system_identifier ?? 'unknown'}`,
    );
  }
  if (addressOf(saved) !== addressOf(now)) {
    return stale(`the saved plan is for ${addressOf(saved)}, this is ${addressOf(now)}`);
  }
  if (saved.plan_id !== now.plan_id) {
    return stale(`the saved plan is not what would be done now: ${difference(saved, now)}`);
  }
  return undefined;
}

function stale(message: string): Diagnostic {
  const remedy = 'review the plan as it is now: bus operator database plan --save FILE';
  return { severity: 'fail', code: 'stale-plan', message, remedy };
}

function addressOf({ target }: Response): string {
  return `${target?.host}:${target?.port}/${target?.database}`;
}

function difference(saved: Response, now: Response): string {
  const gone = missingFrom(now, saved);
  const come = missingFrom(saved, now);
  const parts = [
    ...(gone.length === 0
      ? []
      : [`${gone.length} of its steps ${gone.length === 1 ? 'is' : 'are'} no longer to do (${list(gone)})`]),
    ...(come.length === 0 ? [] : [`${come.length} step${come.length === 1 ? ' is' : 's are'} new (${list(come)})`]),
  ];
  return parts.join(', ') || 'some of its steps have other details now';
}

function missingFrom({ steps }: Response, others: Response): string[] {
  const here = new Set(steps.filter(isMutating).map(nameOf));
  return others.steps.filter((step) => isMutating(step) && !here.has(nameOf(step))).map(nameOf);
}

function nameOf({ action, target }: Step): string {
  return `${action} ${target}`;
}

function list(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')}, …` : names.join(', ');
}
