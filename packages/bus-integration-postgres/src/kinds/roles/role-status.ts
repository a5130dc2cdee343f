// A role's line in a status: whose it is, its sessions and limits, whether its password works. Pure.
import { ownership } from '../../observe/mark.ts';
import type { Observation, ObservedRole } from '../../observe/observation.ts';
import type { StatusContext, StatusRow } from '../kind/kind.ts';
import { passwordState } from '../kind/kind-words.ts';

export function roleStatus(
  { name, canLogin }: { readonly name: string; readonly canLogin: boolean },
  { deploymentId, seen, pairsOf, proofs }: StatusContext,
): StatusRow {
  const found = seen.roles.get(name);
  if (found === undefined) return { roles: { name, state: 'missing' } };
  const states = pairsOf(name)
    .filter(({ live }) => live.state === 'present')
    .map((pair) => passwordState(pair, proofs));
  return {
    roles: {
      name,
      state: ownership(found.comment, deploymentId),
      can_login: found.canLogin,
      connections: found.connections,
      ...limitsOf(found, seen),
      // A group that logs in all the same drifts, and is shown as what logs in.
      ...((canLogin || found.canLogin) && {
        password: states.find((state) => state !== 'proven') ?? states[0] ?? 'none',
      }),
    },
  };
}

function limitsOf({ name, connectionLimit, hasExpired }: ObservedRole, { details }: Observation) {
  const validUntil = details?.roles.get(name)?.validUntil;
  return {
    ...(connectionLimit >= 0 && { connection_limit: connectionLimit }),
    ...(validUntil != null && !validUntil.endsWith('infinity') && { valid_until: validUntil }),
    ...(hasExpired && { has_expired: true }),
  };
}
