// Whether a saved plan is exactly what would be done now. Pure.
import { isIntact, isMutating, OperationError, type Response, type Step } from 'bus-integration-database';

/** @throws OperationError `stale-plan`, saying what is different */
export function refuseStale(saved: Response, now: Response): void {
  const remedy = 'review the plan as it is now: bus operator database plan --save FILE';
  if (!isIntact(saved)) {
    throw new OperationError('stale-plan', 'the saved plan was edited: its identity does not fit its steps', {
      remedy,
    });
  }
  if (saved.deployment_id !== now.deployment_id) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for deployment ${saved.deployment_id}, this is ${now.deployment_id}`,
      { remedy },
    );
  }
  if (saved.target?.system_identifier !== now.target?.system_identifier) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for cluster ${saved.target?.system_identifier ?? 'unknown'}, this is ${now.target?.system_identifier ?? 'unknown'}`,
      { remedy },
    );
  }
  if (addressOf(saved) !== addressOf(now)) {
    throw new OperationError('stale-plan', `the saved plan is for ${addressOf(saved)}, this is ${addressOf(now)}`, {
      remedy,
    });
  }
  if (saved.plan_id !== now.plan_id) {
    throw new OperationError('stale-plan', `the saved plan is not what would be done now: ${difference(saved, now)}`, {
      remedy,
    });
  }
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
