// What a role lacks on tables, views and sequences, and what it has beyond its access. Pure.
import { ownCommand } from 'bus-integration-database';
import type { SeenRelation } from '../../sql/verify/access-query.ts';
import { inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess } from './declared-access.ts';
import {
  type AccessFinding,
  beyondIt,
  by,
  compared,
  fail,
  list,
  nameOf,
  sqlKind,
  taking,
  things,
} from './finding-words.ts';

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

export function ofRelation(relation: SeenRelation, expected: ExpectedAccess, database: string): AccessFinding[] {
  const { schema, owner, isOwn, privileges, entries } = relation;
  const { role, isOwner, managesContents, schemas } = expected;
  if (isOwner) {
    if (isOwn) return [];
    return [
      {
        result: 'warn',
        seen: `${things(relation)} in schema ${shown(schema)} ${relation.count === 1 ? 'belongs' : 'belong'} to ${shown(owner)}; expected ${shown(expected.owner ?? role)}`,
        remedy: runs(
          'a superuser',
          inDatabase(database),
          `ALTER ${sqlKind(relation)} ${nameOf(relation)} OWNER TO ${identifier(expected.owner ?? role)};`,
        ),
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
                : runs(
                    `${shown(owner)} or a superuser`,
                    inDatabase(database),
                    `GRANT ${lacks.join(', ')} ON ${nameOf(relation)} TO ${identifier(role)};`,
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
              taking(nameOf(relation), beyond, entries, role, database),
            ),
            result: managesContents ? ('fail' as const) : ('warn' as const),
            about: { relation, privileges: beyond },
          },
        ]),
    ...(isAmongMakers ? [] : ofColumns(relation, expected, database)),
  ];
}

/** Privileges on columns, where it has none on the table. */
function ofColumns(relation: SeenRelation, { role, schemas }: ExpectedAccess, database: string): AccessFinding[] {
  const { schema, name, isApart, columns, privileges } = relation;
  if (!isApart) return [];
  const wanted = schemas.get(schema)?.relations.get(name)?.columns ?? new Map<string, readonly string[]>();
  const held = new Map((columns ?? []).map((one) => [one.privilege, one.names]));
  return [...new Set([...wanted.keys(), ...held.keys()])]
    .filter((privilege) => !privileges.includes(privilege))
    .flatMap((privilege): AccessFinding[] => {
      const [lacks, beyond] = compared(new Set(wanted.get(privilege) ?? []), held.get(privilege) ?? []);
      const on = (names: readonly string[]) =>
        `${privilege} (${names.map(identifier).join(', ')}) ON ${nameOf(relation)}`;
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
                runs(ownerOrSuperuser, inDatabase(database), `REVOKE ${on(beyond)} FROM PUBLIC, ${identifier(role)};`),
              ),
            ]),
      ];
    });
}
