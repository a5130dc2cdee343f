// What a role lacks on tables, views and sequences, and what it has beyond its access. Pure.
import { ownCommand } from 'bus-integration-database';
import type { SeenAccess, SeenRelation } from '../../sql/verify/seen-access.ts';
import { inDatabase, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess } from './declared-access.ts';
import {
  type AccessFinding,
  beyondIt,
  by,
  compared,
  fail,
  forAll,
  givingTo,
  list,
  sqlNames,
  things,
} from './finding-words.ts';
import { taking } from './taking.ts';

const plan = ownCommand('plan');

/** What the manifest gives on a relation. */
export function expectedOn(
  { kind, schema, name, isApart }: SeenRelation,
  { schemas }: ExpectedAccess,
): ReadonlySet<string> {
  const here = schemas.get(schema);
  const all = kind === 'sequence' ? here?.sequences : here?.tables;
  const single = isApart ? here?.relations.get(name)?.privileges : undefined;
  return new Set([...(all ?? []), ...(single ?? [])]);
}

export function ofRelation(
  relation: SeenRelation,
  expected: ExpectedAccess,
  seen: SeenAccess,
  database: string,
): AccessFinding[] {
  const { schema, owner, isOwn, privileges, entries, count, names } = relation;
  const { role, isOwner, managesContents, schemas } = expected;
  const owners = expected.owner ?? role;
  if (isOwner) {
    // What belongs to a column goes with its table.
    if (isOwn || relation.isOfColumn) return [];
    return [
      {
        result: 'warn',
        seen: `${things(relation)} in schema ${shown(schema)} ${count === 1 ? 'belongs' : 'belong'} to ${shown(owner)}; expected ${shown(owners)}`,
        remedy: forAll(runs('a superuser', inDatabase(database), givingTo(owners, relation)), count, names.length),
      },
    ];
  }
  // Whoever makes things of its own has all on them.
  const creates = schemas.get(schema)?.schema.has('CREATE') ?? false;
  if (isOwn && creates) return [];
  // What those who make things of their own gave to each other is their business; the owner's things are not.
  const isAmongMakers = creates && owner !== expected.owner;
  const wanted = expectedOn(relation, expected);
  const [lacks, beyond] = compared(wanted, privileges);
  const said = (what: string, how = '') =>
    `${shown(role)} ${what} on ${things(relation)} in schema ${shown(schema)}${how}; expected ${list([...wanted])}`;
  const isCreators = expected.creators.includes(owner);
  return [
    ...(lacks.length === 0
      ? []
      : [
          {
            ...fail(
              said(`lacks ${list(lacks)}`),
              isCreators
                ? plan
                : forAll(
                    runs(
                      `${shown(owner)} or a superuser`,
                      inDatabase(database),
                      `GRANT ${lacks.join(', ')} ON ${sqlNames(relation)} TO ${identifier(role)};`,
                    ),
                    count,
                    names.length,
                  ),
            ),
            about: { relation, privileges: lacks },
          },
        ]),
    ...(beyond.length === 0 || isAmongMakers
      ? []
      : [
          {
            ...beyondIt(
              said(`has ${list(beyond)}`, by(entries, beyond, role)),
              forAll(
                taking({
                  ...{ expected, seen, database, privileges: beyond, entries, owner },
                  revoke: (held) => `REVOKE ${held.join(', ')} ON ${sqlNames(relation)}`,
                }) ??
                  (owner === role && expected.owner !== undefined
                    ? runs('a superuser', inDatabase(database), givingTo(owners, relation))
                    : plan),
                count,
                names.length,
              ),
            ),
            result: managesContents ? ('fail' as const) : ('warn' as const),
            about: { relation, privileges: beyond },
          },
        ]),
    ...(isAmongMakers ? [] : ofColumns(relation, expected, seen, database)),
  ];
}

/** Privileges on columns, where it has none on the table. */
function ofColumns(
  relation: SeenRelation,
  expected: ExpectedAccess,
  seen: SeenAccess,
  database: string,
): AccessFinding[] {
  const { schema, name, isApart, columns, privileges, owner } = relation;
  const { role, schemas } = expected;
  if (!isApart) return [];
  const wanted = schemas.get(schema)?.relations.get(name)?.columns ?? new Map<string, readonly string[]>();
  const held = new Map((columns ?? []).map((one) => [one.privilege, one]));
  return [...new Set([...wanted.keys(), ...held.keys()])]
    .filter((privilege) => !privileges.includes(privilege))
    .flatMap((privilege): AccessFinding[] => {
      const [lacks, beyond] = compared(new Set(wanted.get(privilege) ?? []), held.get(privilege)?.names ?? []);
      const where = `of table ${shown(name)} in schema ${shown(schema)}`;
      return [
        ...(lacks.length === 0
          ? []
          : [fail(`${shown(role)} lacks ${privilege} on columns ${list(lacks)} ${where}`, plan)]),
        ...(beyond.length === 0
          ? []
          : [
              beyondIt(
                `${shown(role)} has ${privilege} on columns ${list(beyond)} ${where}; expected ${list(wanted.get(privilege) ?? [])}`,
                taking({
                  ...{ expected, seen, database, privileges: [privilege], owner },
                  entries: (held.get(privilege)?.entries ?? []).filter(({ column }) => beyond.includes(column)),
                  revoke: () => `REVOKE ${privilege} (${beyond.map(identifier).join(', ')}) ON ${sqlNames(relation)}`,
                }) ?? plan,
              ),
            ]),
      ];
    });
}
