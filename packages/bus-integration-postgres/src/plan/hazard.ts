// Which steps of a plan need the operator's word, and whether it was given. Pure.
import { type Allowed, advise, type Needing, nextCommand, type Risk, type Step } from 'bus-integration-database';
import { ruleOf } from '../kinds/index.ts';
import type { Scope } from '../kinds/kind/kind.ts';
import type { Observation } from '../observe/observation.ts';

/** How the declared roles and databases stand. */
type DeclaredStandings = Pick<Scope, 'roles' | 'databases'>;

/**
 * One finding per flag that is missing: revocations, losses, weaker TLS and power beyond the deployment need `--allow`, a new password `--rotate`,
 * and any change to a thing adopted in this very plan needs its risk allowed too.
 */
export function hazards(
  steps: readonly Step[],
  allowed: Allowed,
  standings: DeclaredStandings,
  seen: Observation,
): Needing[] {
  const refused = new Map<string, { readonly needs: Partial<Allowed>; readonly risk: Risk; readonly held: Step[] }>();
  for (const step of steps) {
    for (const risk of [step.risk, ...(ruleOf(step).alsoRisks?.(step) ?? [])]) {
      const needs = missing(step, risk, allowed, standings);
      if (needs === undefined) continue;
      const key = JSON.stringify(needs);
      const known = refused.get(key);
      if (known === undefined) refused.set(key, { needs, risk, held: [step] });
      else known.held.push(step);
    }
  }
  return [...refused.values()].map(({ needs, risk, held }) => ({
    severity: 'fail',
    code: 'hazard',
    message: `${held.length} ${nounOf(risk, held.length)} not allowed (${held
      .map(({ target }) => target)
      .slice(0, 3)
      .join(', ')}${held.length > 3 ? ', …' : ''})${audience(held, seen)}`,
    needs,
    ...advise(nextCommand('apply', { allow: [], adopt: false, rotate: [], ...needs })),
  }));
}

function nounOf(risk: Risk, count: number): string {
  const plural = count === 1 ? '' : 's';
  if (risk === 'weaken-tls') return `weakening${plural} of TLS`;
  return risk === 'elevate' ? `elevation${plural}` : `${risk}${plural}`;
}

function missing(step: Step, risk: Risk, allowed: Allowed, standings: DeclaredStandings): Partial<Allowed> | undefined {
  const needs = allowed.allow.includes(risk) ? undefined : { allow: [risk] };
  switch (risk) {
    case 'revoke':
    case 'destructive':
    case 'weaken-tls':
    case 'elevate':
      return needs;
    case 'rotate': {
      const role = ruleOf(step).rotates?.(step);
      return role === undefined || allowed.rotate.includes(role) ? undefined : { rotate: [role] };
    }
    default:
      return changesAdopted(step, standings) ? needs : undefined;
  }
}

function changesAdopted(step: Step, { roles, databases }: DeclaredStandings): boolean {
  const changed = ruleOf(step).changes(step);
  if (changed === undefined) return false;
  return ('role' in changed ? roles.get(changed.role) : databases.get(changed.database)) === 'adopted';
}

/** How many may lose what they use. */
function audience(steps: readonly Step[], { databases }: Observation): string {
  const names = new Set(steps.flatMap((step) => ruleOf(step).shutsOut?.(step) ?? []));
  const sessions = [...names].reduce((sum, name) => sum + (databases.get(name)?.connections ?? 0), 0);
  return sessions === 0
    ? ''
    : `; others may be using it: ${sessions} session${sessions === 1 ? ' is' : 's are'} connected now`;
}
