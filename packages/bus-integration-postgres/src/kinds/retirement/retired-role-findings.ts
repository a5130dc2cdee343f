// What is told of a role that is to be retired, before anything is done. Pure.
import { advise, count, type Diagnostic } from 'bus-integration-database';
import { markedBy, ownership } from '../../observe/mark.ts';
import { printable, shown } from '../../text/shown.ts';
import type { Scope } from '../kind/kind.ts';
import { countOf, readFirst } from '../owners/strays.ts';
import {
  type Cleared,
  type Clearing,
  type DesiredRetirement,
  ownedWords,
  type RetiredPlace,
} from './retired-role-contents.ts';

/** What goes beside what it owns and its own rights. */
export function lossesOf({
  policies,
  given,
  default_privileges,
  user_mappings,
}: Omit<Cleared, 'name' | 'database' | 'owned' | 'granted_by' | 'lends'>): string[] {
  return [
    ...policies.map((policy) => `${printable(policy)}, which is for no other role`),
    ...given.map((grant) => `${printable(grant)}, which it gave`),
    ...(default_privileges === 0 ? [] : [`${default_privileges} of its default privileges`]),
    ...(user_mappings === 0 ? [] : [count(user_mappings, 'user mapping')]),
  ];
}

export function findingsOf(
  { name }: DesiredRetirement,
  { seen, deploymentId }: Pick<Scope, 'seen' | 'deploymentId'>,
  cleared: readonly Clearing[],
  places: readonly RetiredPlace[],
): Diagnostic[] {
  const sessions = seen.roles.get(name)?.connections ?? 0;
  const role = shown(name);
  const target = printable(name);
  return [
    ...(sessions === 0
      ? []
      : [
          {
            severity: 'warn' as const,
            code: 'retired-role-sessions',
            message: `role ${role} is to be retired, and ${count(sessions, 'session')} of it ${sessions === 1 ? 'is' : 'are'} open, which apply ends`,
            target,
          },
        ]),
    ...cleared.flatMap(({ before }) => {
      const place = places.find(({ database }) => database === before.database);
      return place === undefined ? [] : elsewhere(before, place, deploymentId);
    }),
    ...cleared.flatMap(({ before, risk }) => {
      const losses = lossesOf(before);
      if (losses.length === 0) return [];
      return [
        {
          severity: risk === 'revoke' ? ('warn' as const) : ('info' as const),
          code: 'retired-role-takes',
          message: `with role ${role} go, in database ${shown(before.database)}: ${losses.join(', ')}`,
          target,
        },
      ];
    }),
    ...cleared.flatMap(({ before, after }) => rightsPassed(before, after.owner ?? '')),
  ];
}

/** What goes on with its heir's rights, by name: whoever wrote it chose what is done with them. */
function rightsPassed({ name, database, runs_as_owner: passed = [] }: Cleared, heir: string): Diagnostic[] {
  return passed.map((one) => {
    const named = one.names === undefined ? '' : `: ${one.names.map(printable).join(', ')}`;
    const [run, later] = one.count === 1 ? ['runs', 'it runs'] : ['run', 'they run'];
    return {
      severity: 'warn' as const,
      code: 'owner-rights',
      message: `${countOf(one)} of database ${shown(database)} ${run} with the rights of ${shown(name)}, and once that role is retired ${later} with those of ${shown(heir)}${named}`,
      target: printable(name),
      ...advise(readFirst),
    };
  });
}

/** A database that is not this deployment's: its people are to know, whoever the role belongs to. */
function elsewhere({ name, database, owned }: Cleared, { comment }: RetiredPlace, deploymentId: string): Diagnostic[] {
  const whose = ownership(comment, deploymentId);
  if (whose === 'ours') return [];
  const deployment = markedBy(comment, deploymentId);
  const place = deployment === null ? "which is not a deployment's" : `which is deployment ${shown(deployment)}'s`;
  const things = owned.length === 0 ? 'has rights' : `owns ${ownedWords(owned)}`;
  return [
    {
      severity: whose === 'foreign' ? 'warn' : 'info',
      code: 'retired-role-elsewhere',
      message: `role ${shown(name)} is to be retired, and ${things} in database ${shown(database)}, ${place}: apply changes that database too`,
      target: printable(name),
      ...(whose === 'foreign' && {
        remedy: `ask who runs ${shown(deployment ?? '')}; or take the role out of retire`,
      }),
    },
  ];
}
