// What a service's role may in the whole cluster, judged from what it saw itself. Pure.
import { advise, type Check, type DesiredNames, printable } from 'bus-integration-database';
import { ownership } from '../../observe/mark.ts';
import { boundedChecks, mostTold, someNames } from '../../text/bounded.ts';
import { anyDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { type EnteredDatabase, judgeGrants } from './dangerous-grants.ts';
import type { LoginFindings } from './login-answer.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { judgeExcess } from './objects/excess.ts';

export interface RoleDatabases {
  /** Those that the role is declared for. */
  readonly own: ReadonlySet<string>;
  /** All of the deployment's, others' among them, whether or not they are asked about. */
  readonly declared: Pick<DesiredNames['databases'], 'has'>;
  /** What it saw in those of its own that it entered. */
  readonly places: readonly EnteredDatabase[];
}

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
  const strange = (facts.reachable ?? [])
    .filter(({ name }) => !databases.own.has(name))
    .map(({ name, isByPublic, comment }) => ({ name, isByPublic, whose: ownership(comment, deploymentId) }));
  const forbidden = strange.filter(
    ({ name, whose }) => whose === 'foreign' || (whose === 'ours' && databases.declared.has(name)),
  );
  // What PUBLIC may enter is the listener policy's to tell; a leftover of this deployment's is no other service's.
  const others = strange.filter((database) => !forbidden.includes(database) && !database.isByPublic);
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
    ...boundedChecks(
      forbidden.map(({ name, whose }) => ({
        ...base,
        id: 'foreign-database',
        result: 'fail' as const,
        seen: `${shown(role)} can connect to ${shown(name)}, which ${whose === 'ours' ? 'is for other roles of this deployment' : 'belongs to another deployment'}`,
        ...advise(
          runs(
            ownerOrSuperuser,
            anyDatabase,
            `REVOKE CONNECT ON DATABASE ${identifier(name)} FROM PUBLIC, ${identifier(role)};`,
          ),
        ),
      })),
      `databases that ${shown(role)} can connect to`,
    ),
    ...(others.length > 0
      ? [
          {
            ...base,
            id: 'other-database',
            result: 'info' as const,
            seen: `may connect to ${someNames(
              others.map(({ name }) => name),
              mostTold,
            )} too, by a grant of its own; what it may there was not looked at`,
          },
        ]
      : []),
  ];
}
