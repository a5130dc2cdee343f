// What a role lacks in a database, and what it has beyond its access, by what was read of the catalogs. Pure.
import { ownCommand } from 'bus-integration-database';
import type { SeenAccess } from '../../sql/verify/access-query.ts';
import { inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess, ExpectedSchema } from './declared-access.ts';
import { type AccessFinding, beyondIt, by, compared, fail, list, taking } from './finding-words.ts';
import { ofRelation } from './relation-findings.ts';

const plan = ownCommand('plan');

export function readFindings(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  return [
    ...ofDatabase(expected, seen, database),
    ...[...expected.schemas].flatMap(([name, schema]) => ofSchema(name, schema, expected, seen, database)),
    ...seen.relations.flatMap((relation) => ofRelation(relation, expected, database)),
    ...(expected.isClosed ? ofRoutines(expected, seen, database) : []),
    ...ofLater(expected, seen, database),
  ];
}

function ofDatabase({ role, database: expected }: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  const [lacks, beyond] = compared(expected, seen.database);
  return [
    ...(lacks.length === 0 ? [] : [fail(`${shown(role)} lacks ${list(lacks)} on database ${shown(database)}`, plan)]),
    ...(beyond.length === 0
      ? []
      : [
          beyondIt(
            `${shown(role)} has ${list(beyond)} on database ${shown(database)}; expected ${list([...expected])}`,
            runs(
              ownerOrSuperuser,
              inDatabase(database),
              `REVOKE ${beyond.join(', ')} ON DATABASE ${identifier(database)} FROM PUBLIC, ${identifier(role)};`,
            ),
          ),
        ]),
  ];
}

function ofSchema(
  name: string,
  expected: ExpectedSchema,
  { role, isOwner, owner, openSchemas }: ExpectedAccess,
  { schemas }: SeenAccess,
  database: string,
): AccessFinding[] {
  const found = schemas.find((schema) => schema.name === name);
  if (found === undefined) return [fail(`schema ${shown(name)} does not exist`, plan)];
  if (isOwner) {
    if (found.isOwn) return [];
    return [fail(`schema ${shown(name)} belongs to ${shown(found.owner)}; expected ${shown(owner ?? role)}`, plan)];
  }
  // PUBLIC loses CREATE alone, and that only where the manifest does not give it.
  const isEverybodys = (privilege: string) =>
    privilege === 'CREATE'
      ? openSchemas.includes(name)
      : found.entries.some((entry) => entry.grantee === null && entry.privilege === privilege);
  const privileges = found.privileges.filter((one) => expected.schema.has(one) || !isEverybodys(one));
  const [lacks, beyond] = found.isOwn ? [[], []] : compared(expected.schema, privileges);
  return [
    ...(lacks.length === 0
      ? []
      : [
          fail(
            `${shown(role)} lacks ${list(lacks)} on schema ${shown(name)}; expected ${list([...expected.schema])}`,
            plan,
          ),
        ]),
    ...(beyond.length === 0
      ? []
      : [
          beyondIt(
            `${shown(role)} has ${list(beyond)} on schema ${shown(name)}${by(found.entries, beyond, role)}; expected ${list([...expected.schema])}`,
            taking(`SCHEMA ${identifier(name)}`, beyond, found.entries, role, database),
          ),
        ]),
    ...(found.isOwn && !expected.schema.has('CREATE')
      ? [beyondIt(`${shown(role)} has the rights of ${shown(found.owner)}, who owns schema ${shown(name)}`, plan)]
      : []),
  ];
}

function ofRoutines({ role, isOwner, schemas }: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  if (isOwner) return [];
  return seen.routines.flatMap(({ schema, name, isOwn, isCalled, count, entries }): AccessFinding[] => {
    const here = schemas.get(schema);
    const isNamed = here?.called.has(name) ?? false;
    const isMeant = here?.routines.has('EXECUTE') ?? false;
    // Of several of a name the manifest may mean one.
    if (isOwn || isCalled === (isMeant || isNamed) || (isNamed && count > 1)) return [];
    const what = `routine ${shown(name)} in schema ${shown(schema)}`;
    if (!isCalled) return [fail(`${shown(role)} lacks EXECUTE on ${what}`, plan)];
    const executes = ['EXECUTE'];
    return [
      beyondIt(
        `${shown(role)} may call ${what}${by(entries, executes, role)}; expected that it may not`,
        taking(`ALL ROUTINES IN SCHEMA ${identifier(schema)}`, executes, entries, role, database),
      ),
    ];
  });
}

function ofLater(
  { role, isOwner, schemas, isClosed }: ExpectedAccess,
  { later }: SeenAccess,
  database: string,
): AccessFinding[] {
  if (isOwner) return [];
  return later.flatMap(({ creator, schema, of, privileges }): AccessFinding[] => {
    if (of === 'routines' && !isClosed) return [];
    const wanted = schemas.get(schema)?.[of] ?? new Set<string>();
    const [lacks, beyond] = compared(wanted, privileges);
    const what = `${of} that ${shown(creator)} will make in schema ${shown(schema)}`;
    return [
      ...(lacks.length === 0
        ? []
        : [fail(`${shown(role)} will lack ${list(lacks)} on ${what}: default privileges do not give it`, plan)]),
      ...(beyond.length === 0
        ? []
        : [
            beyondIt(
              `${shown(role)} will have ${list(beyond)} on ${what}, by default privileges; expected ${list([...wanted])}`,
              runs(
                `${shown(creator)} or a superuser`,
                inDatabase(database),
                `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)} IN SCHEMA ${identifier(schema)} REVOKE ${beyond.join(', ')} ON ${of.toUpperCase()} FROM PUBLIC, ${identifier(role)};`,
              ),
            ),
          ]),
    ];
  });
}
