// Whether a saved plan is exactly what would be done now. Pure.
import type { ProviderFacts } from '../contract/facts.ts';
import { advise } from '../contract/remedy.ts';
import type { Diagnostic, Response } from '../contract/response.ts';
import { isMutating, type Step } from '../contract/step.ts';
import { declaredName, replacedPassword } from '../model/about.ts';
import { type NextVerb, nextCommand } from '../model/advice.ts';
import type { DesiredNames } from '../model/desired-names.ts';
import { identityText, isIntact } from '../model/plan.ts';

/** What else a saved plan is held against. */
export interface Now {
  readonly desired: DesiredNames;
  readonly facts: ProviderFacts;
  /** The plan as it is where no password is changed. */
  readonly unrotated: () => Response;
}

/**
 * The plan as it is now; refused as `stale-plan`, with what is different, when it isn't the saved one. Of a saved plan
 * that was carried out already nothing is left to do, and that is not a fault.
 */
export function unlessStale(
  saved: Response | undefined,
  now: Response,
  { desired, facts: { actions }, unrotated }: Now,
): Response {
  if (saved === undefined) return now;
  const fault = elsewhere(saved, now);
  if (fault === undefined && saved.plan_id === now.plan_id) return now;
  const left = fault === undefined && now.ok && isAboutDesired(saved, desired, actions) ? unrotated() : undefined;
  if (left?.ok && isCarriedOut(saved, now, left, actions))
    return { ...left, diagnostics: [carriedOut, ...left.diagnostics] };
  const told =
    fault ?? stale(`the saved plan is not what would be done now: ${difference(saved, now)}`, now, 'plan --save FILE');
  return { ...now, ok: false, error_class: 'stale-plan', diagnostics: [told, ...now.diagnostics] };
}

const carriedOut: Diagnostic = {
  severity: 'info',
  code: 'carried-out',
  message: 'the saved plan was carried out already',
};

/** Nothing of it is left, and each password that it replaces was replaced since. */
function isCarriedOut(saved: Response, now: Response, left: Response, actions: ProviderFacts['actions']): boolean {
  if (left.steps.some(isMutating)) return false;
  const replacedBy = ({ steps }: Response) =>
    new Map(
      steps.flatMap((step) => {
        const replaced = replacedPassword(step, actions);
        return replaced === undefined ? [] : [replaced];
      }),
    );
  const still = replacedBy(now);
  return [...replacedBy(saved)].every(([role, password]) => still.get(role) !== password);
}

/** What is declared no longer can't be told to have been done. */
function isAboutDesired({ steps }: Response, desired: DesiredNames, actions: ProviderFacts['actions']): boolean {
  const declared = new Set<unknown>([...desired.roles, ...desired.databases.keys(), ...desired.schemas]);
  const named = steps.flatMap((step) => {
    const { database, role, schemas = [] }: Readonly<Record<string, unknown>> = { ...step.before, ...step.after };
    return [declaredName(step, actions), database, role, schemas].flat();
  });
  return named.every((name) => name === undefined || declared.has(name));
}

function elsewhere(saved: Response, now: Response): Diagnostic | undefined {
  if (!isIntact(saved)) {
    return stale('the saved plan was edited: its identity does not fit its steps', now, 'plan --save FILE');
  }
  if (saved.deployment_id !== now.deployment_id) {
    return stale(`the saved plan is for deployment ${saved.deployment_id}, this is ${now.deployment_id}`, now);
  }
  if (identityText(saved.target) !== identityText(now.target)) {
    return stale(
      `the saved plan is for cluster ${identityText(saved.target) ?? 'unknown'}, this is ${identityText(now.target) ?? 'unknown'}`,
      now,
    );
  }
  if (addressOf(saved) !== addressOf(now)) {
    return stale(`the saved plan is for ${addressOf(saved)}, this is ${addressOf(now)}`, now);
  }
  return undefined;
}

function stale(message: string, { allowed }: Response, verb: NextVerb = 'plan'): Diagnostic {
  const next = nextCommand(verb, allowed ?? { allow: [], adopt: false, rotate: [] });
  return { severity: 'fail', code: 'stale-plan', message, ...advise(next) };
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
