// What a role lacks in a database, and what it has beyond its access, by what was read of the catalogs. Pure.
import { ownCommand, printable, type Remedy } from 'bus-integration-database';
import type { SeenAccess, SeenEntry, SeenLater } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess, ExpectedSchema } from './declared-access.ts';
import { type AccessFinding, beyondIt, by, compared, fail, list } from './finding-words.ts';
import { ofNeeds } from './need-findings.ts';
import { ofParameters } from './parameter-findings.ts';
import { ofRelation } from './relation-findings.ts';
import { isNamed, ofRoutine } from './routine-findings.ts';
import { taking } from './taking.ts';
import { ofUsed } from './used-findings.ts';

const plan = ownCommand('plan');

export function readFindings(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  return [
    ...ofDatabase(expected, seen, database),
    ...[...expected.schemas].flatMap(([name, schema]) => ofSchema(name, schema, expected, seen, database)),
    ...seen.relations.flatMap((relation) => ofRelation(relation, expected, seen, database)),
    ...seen.routines.flatMap((routine) => ofRoutine(routine, expected, seen, database)),
    ...ofAbsent(expected, seen),
    ...ofUsed(expected, seen, database),
    ...ofParameters(expected, seen, database),
    ...ofLater(expected, seen, database),
    ...ofNeeds(expected.role, seen, database),
  ];
}

function ofDatabase(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  const { role, database: wanted } = expected;
  const [lacks, beyond] = compared(wanted, seen.database);
  return [
    ...(lacks.length === 0 ? [] : [fail(`${shown(role)} lacks ${list(lacks)} on database ${shown(database)}`, plan)]),
    ...(beyond.length === 0
      ? []
      : [
          beyondIt(
            `${shown(role)} has ${list(beyond)} on database ${shown(database)}; expected ${list([...wanted])}`,
            taking({
              ...{ expected, seen, database, privileges: beyond, ...seen.onDatabase },
              revoke: (held) => `REVOKE ${held.join(', ')} ON DATABASE ${identifier(database)}`,
            }) ?? plan,
          ),
        ]),
  ];
}

function ofSchema(
  name: string,
  wanted: ExpectedSchema,
  expected: ExpectedAccess,
  seen: SeenAccess,
  database: string,
): AccessFinding[] {
  const { role, isOwner, owner, openSchemas } = expected;
  const found = seen.schemas.find((schema) => schema.name === name);
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
  const privileges = found.privileges.filter((one) => wanted.schema.has(one) || !isEverybodys(one));
  const [lacks, beyond] = found.isOwn ? [[], []] : compared(wanted.schema, privileges);
  return [
    ...(lacks.length === 0
      ? []
      : [
          fail(
            `${shown(role)} lacks ${list(lacks)} on schema ${shown(name)}; expected ${list([...wanted.schema])}`,
            plan,
          ),
        ]),
    ...(beyond.length === 0
      ? []
      : [
          beyondIt(
            `${shown(role)} has ${list(beyond)} on schema ${shown(name)}${by(found.entries, beyond, role)}; expected ${list([...wanted.schema])}`,
            taking({
              ...{ expected, seen, database, privileges: beyond, entries: found.entries, owner: found.owner },
              revoke: (held) => `REVOKE ${held.join(', ')} ON SCHEMA ${identifier(name)}`,
            }) ?? plan,
          ),
        ]),
    ...(found.isOwn && !wanted.schema.has('CREATE')
      ? [
          beyondIt(
            `${shown(role)} has the rights of ${shown(found.owner)}, who owns schema ${shown(name)}`,
            owning(found.owner, expected, seen, database),
          ),
        ]
      : []),
  ];
}

/** The membership that gives it the owner's rights; what it owns itself apply gives to the declared owner. */
function owning(owner: string, expected: ExpectedAccess, seen: SeenAccess, database: string) {
  const privileges = ['CREATE'];
  const entries: readonly SeenEntry[] = [];
  return taking({ ...{ expected, seen, database, privileges, entries, owner }, revoke: () => '' }) ?? plan;
}

/** What the manifest names and is not there; of an extension's things nothing is granted. */
function ofAbsent({ role, schemas }: ExpectedAccess, { relations, routines }: SeenAccess): AccessFinding[] {
  const absent = [...schemas].flatMap(([schema, here]) => [
    ...[...here.relations.keys()]
      .filter((name) => !relations.some((one) => one.schema === schema && one.names.includes(name)))
      .map((name) => `${shown(schema)}.${shown(name)}`),
    ...here.called
      .filter((desired) => !routines.some((one) => one.schema === schema && isNamed(one, desired)))
      .map((desired) => `${shown(schema)}.${shown(desired.routine)}(${desired.arguments.map(printable).join(', ')})`),
  ]);
  return absent.map((name) => ({
    result: 'warn',
    seen: `${shown(role)} is given privileges on ${name}, which is not there`,
    remedy: 'make it, then apply again; or correct its name in access',
  }));
}

function ofLater(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  const { role, isOwner, schemas, isClosed, keepsDefaults } = expected;
  if (isOwner) return [];
  return seen.later.flatMap(({ creator, schema, of, privileges, entries }): AccessFinding[] => {
    if (of === 'routines' && !isClosed) return [];
    const wanted = schemas.get(schema)?.[of] ?? new Set<string>();
    const [lacks, more] = compared(wanted, privileges);
    const beyond = keepsDefaults ? [] : more;
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
              takingLater({ creator, schema, of, entries }, beyond, expected, seen, database) ?? plan,
            ),
          ]),
    ];
  });
}

/** In the layer that gives it: what is given in every schema can't be taken in one. */
function takingLater(
  { creator, schema, of, entries }: Pick<SeenLater, 'creator' | 'schema' | 'of' | 'entries'>,
  privileges: readonly string[],
  expected: ExpectedAccess,
  seen: SeenAccess,
  database: string,
): Remedy | undefined {
  const layers = [true, false].flatMap((isEverywhere) => {
    const here = entries.filter((entry) => entry.isEverywhere === isEverywhere);
    const place = isEverywhere ? '' : ` IN SCHEMA ${identifier(schema)}`;
    const remedy = taking({
      ...{
        expected,
        seen,
        database,
        privileges,
        entries: here,
        owner: creator,
        as: `${shown(creator)} or a superuser`,
      },
      revoke: (held) =>
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)}${place} REVOKE ${held.join(', ')} ON ${of.toUpperCase()}`,
    });
    return remedy === undefined ? [] : [remedy];
  });
  return layers.length === 0 ? undefined : layers.flatMap((one, index) => (index === 0 ? [one] : [' then ', one]));
}
