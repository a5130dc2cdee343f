// What a service's role may in the whole cluster, judged from what it saw itself. Pure.
import { type Check, printable } from 'bus-integration-database';
import { mostTold, someNames } from '../../text/bounded.ts';
import { judgeGrants } from './dangerous-grants.ts';
import type { LoginFindings } from './login-answer.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { judgeExcess } from './objects/excess.ts';
import { judgeReachable, type RoleDatabases } from './reachable-databases.ts';

/** Once for each role: its rights, and the databases that it may enter beside its own. */
export function roleChecks(
  role: string,
  databases: RoleDatabases,
  deploymentId: string,
  { facts, attempted }: LoginFindings,
  seen?: DeclaredObjects,
): Check[] {
  if (facts === undefined || facts.powers === null) return [];
  const base = { kind: 'connectivity' as const, target: printable(role) };
  const { checks: granted, looked } = judgeGrants(role, databases.places, seen);
  // What a grant explains is told with it.
  const reading = databases.places
    .filter(({ readsVerifiers, grants }) => readsVerifiers && grants.length === 0)
    .map(({ database }) => database);
  if (attempted?.managed.includes('read password verifiers') === true) reading.push(facts.database);
  const excess = judgeExcess({ role, works: facts.user }, facts.powers, reading, attempted);
  const unclear = attempted?.unclear ?? [];
  const limits = { ...base, id: 'service-limits' };
  const { forbidden, others } = judgeReachable(role, databases, deploymentId, facts.reachable ?? []);
  return [
    ...excess,
    ...unclear.map((why) => ({
      ...limits,
      result: 'unknown' as const,
      seen: `what must be refused ended otherwise: ${printable(why)}`,
    })),
    ...granted,
    ...(excess.length === 0 && granted.length === 0 && unclear.length === 0
      ? [
          {
            ...limits,
            result: 'ok' as const,
            seen: `may not create roles or databases, or act as a role that may; nor read passwords or files of the server in ${someNames(looked, mostTold)}`,
          },
        ]
      : []),
    ...forbidden,
    ...(others.length > 0
      ? [
          {
            ...base,
            id: 'other-database',
            result: 'info' as const,
            seen: `may connect to ${someNames(others, mostTold)} too, by a grant of its own; what it may there was not looked at`,
          },
        ]
      : []),
  ];
}
