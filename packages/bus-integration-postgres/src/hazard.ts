// Which steps of a plan need the operator's word, and whether it was given. Pure.
import type { Allowed, Diagnostic, Step } from 'bus-integration-database';
import type { Comparison } from './compare.ts';
import type { Observation } from './observation.ts';

/**
 * One finding per flag that is missing: revocations, losses and weaker TLS need `--allow`, a new password `--rotate`,
 * and any change to a thing adopted in this very plan needs its risk allowed too.
 */
export function hazards(
  steps: readonly Step[],
  allowed: Allowed,
  comparison: Comparison,
  seen: Observation,
): Diagnostic[] {
  const refused = new Map<string, Step[]>();
  for (const step of steps) {
    const flag = missingFlag(step, allowed, comparison);
    if (flag === undefined) continue;
    const held = refused.get(flag);
    if (held === undefined) refused.set(flag, [step]);
    else held.push(step);
  }
  return [...refused].map(([flag, held]) => ({
    severity: 'fail',
    code: 'hazard',
    message: `refused: ${held.length} ${nounOf(held)} not allowed (${held
      .map(({ target }) => target)
      .slice(0, 3)
      .join(', ')}${held.length > 3 ? ', …' : ''})${audience(held, seen)}`,
    remedy: `bus operator database apply ${flag}`,
  }));
}

function nounOf([step, ...others]: readonly Step[]): string {
  const plural = others.length === 0 ? '' : 's';
  return step?.risk === 'weaken-tls' ? `weakening${plural} of TLS` : `${step?.risk}${plural}`;
}

function missingFlag(step: Step, allowed: Allowed, comparison: Comparison): string | undefined {
  switch (step.risk) {
    case 'revoke':
    case 'destructive':
    case 'weaken-tls':
      return allowed.allow.includes(step.risk) ? undefined : `--allow ${step.risk}`;
    case 'rotate': {
      const role = step.action === 'alter-role' || step.action === 'write-dsn-file' ? roleOf(step) : undefined;
      return role === undefined || allowed.rotate.includes(role) ? undefined : `--rotate ${role}`;
    }
    default:
      return changesAdopted(step, comparison) && !allowed.allow.includes(step.risk)
        ? `--allow ${step.risk}`
        : undefined;
  }
}

function roleOf(step: Extract<Step, { action: 'alter-role' | 'write-dsn-file' }>): string | undefined {
  return step.action === 'alter-role' ? step.after?.name : step.after?.role;
}

function changesAdopted(step: Step, { roles, databases }: Comparison): boolean {
  switch (step.action) {
    case 'alter-role':
      return roles.get(step.after?.name ?? '') === 'adopted';
    case 'create-schema':
    case 'grant-privileges':
      return databases.get(step.after?.database ?? '') === 'adopted';
    default:
      return false;
  }
}

// A revocation from PUBLIC may shut out whoever is connected now.
function audience(steps: readonly Step[], { databases }: Observation): string {
  const names = new Set(
    steps.flatMap((step) => (step.action === 'revoke-privileges' ? (step.before?.database ?? []) : [])),
  );
  const sessions = [...names].reduce((sum, name) => sum + (databases.get(name)?.connections ?? 0), 0);
  return sessions === 0
    ? ''
    : `; others may be using it: ${sessions} session${sessions === 1 ? ' is' : 's are'} connected now`;
}
