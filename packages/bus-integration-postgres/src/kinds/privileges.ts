// What the steps about privileges say, and the statements that they are: what one grantee gets or loses. Pure.
import type { ContentOf, Diagnostic, ShapeWords } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { inDatabase, runs } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { findSchema } from './found.ts';
import { databaseOf, type FilledObject, type Grantee, granteeName, sqlOf } from './grant-object.ts';
import type { Statement } from './kind.ts';
import { lacking, lacksDatabase } from './kind-words.ts';

/**
 * Privileges of one grantee, on each object of one database that they are granted on or taken from. The grantee is a
 * role's name, or null for everyone (SQL's PUBLIC). What no database holds, such as a parameter of the server, has no
 * `database`. Privileges that are `grantable` are granted with the grant option; where such are taken, the option alone is.
 */
export const privilegesShape = ({ shape, text, orNull, list, may, always, either }: ShapeWords) => {
  const held = { privileges: list(text), grantable: may(always(true)) };
  return shape({
    database: may(text),
    grantee: orNull(text),
    on: list(
      either(shape({ type: always('database'), ...held }), shape({ type: always('schema'), schema: text, ...held })),
    ),
  });
};
export type StepPrivileges = ContentOf<typeof privilegesShape>;
type OnObject = StepPrivileges['on'][number];

/** Privileges, and those of them that are meant with their grant option, or as that alone. */
export interface PrivilegeLists {
  readonly privileges: readonly string[];
  readonly grantable?: readonly string[] | undefined;
}

/** Privileges on one object, in the form of a step. Each is in one of both lists. */
export function onOneObject(
  on: FilledObject,
  grantee: Grantee,
  { privileges, grantable = [] }: PrivilegeLists,
): StepPrivileges {
  const parts = [
    ...(privileges.length > 0 ? [{ privileges }] : []),
    ...(grantable.length > 0 ? [{ privileges: grantable, grantable: true as const }] : []),
  ];
  const database = databaseOf(on);
  return {
    ...(database !== undefined && { database }),
    grantee: granteeName(grantee),
    on: parts.map((held) =>
      on.type === 'database' ? { type: on.type, ...held } : { type: on.type, schema: on.schema, ...held },
    ),
  };
}

/** What one grantee has on all objects of one database; undefined of nothing. */
export function joined(parts: readonly StepPrivileges[]): StepPrivileges | undefined {
  const [first] = parts;
  return first && { ...first, on: parts.flatMap(({ on }) => on) };
}

/** GRANT or REVOKE of a grantee's privileges: inside a database on what is in it, on the database itself from outside. */
export function privilegeStatements(verb: 'GRANT' | 'REVOKE', wish: StepPrivileges): Statement[] {
  const { database, on } = wish;
  const statements = on.map((one): Statement => {
    const sql = privilegeSql(verb, one, wish);
    const phase = one.type === 'database' ? 'enter' : 'inside';
    return { phase, sql, ...(database !== undefined && { database }) };
  });
  return [...statements].sort((one, other) => Number(one.phase === 'enter') - Number(other.phase === 'enter'));
}

function privilegeSql(verb: 'GRANT' | 'REVOKE', one: OnObject, { database = '', grantee }: StepPrivileges): string {
  const object = sqlOf({ ...one, database });
  const list = one.privileges.join(', ');
  const who = grantee === null ? 'PUBLIC' : identifier(grantee);
  return verb === 'GRANT'
    ? `GRANT ${list} ON ${object} TO ${who}${one.grantable ? ' WITH GRANT OPTION' : ''}`
    : `REVOKE ${one.grantable ? 'GRANT OPTION FOR ' : ''}${list} ON ${object} FROM ${who}`;
}

export function privilegesSummary(verb: 'GRANT' | 'REVOKE', { grantee, on }: StepPrivileges): string {
  const parts = on.map((one) => {
    const [before, after] = verb === 'GRANT' ? ['', ' with grant option'] : ['grant option for ', ''];
    const list = one.privileges.join(', ');
    const held = one.grantable ? `${before}${list}${after}` : list;
    return one.type === 'database' ? held : `schema ${shown(one.schema)}: ${held}`;
  });
  const who = grantee === null ? 'PUBLIC' : shown(grantee);
  return verb === 'GRANT' ? `${who}: ${parts.join('; ')}` : `${who} loses ${parts.join('; ')}`;
}

/** Who alone may grant this, where it is not the admin. */
export function lacksForGrant(wish: StepPrivileges, seen: Observation): Diagnostic[] {
  const { database = '', on } = wish;
  return on.flatMap((one) => {
    if (one.type === 'database') {
      const isOpen = seen.databases.get(database)?.allowsConnections === true;
      return isOpen ? lacksDatabase(database, 'granting on it', seen) : [];
    }
    const object = findSchema(seen, database, one.schema);
    if (object === undefined || object.adminActsAsOwner) return [];
    return [
      lacking(
        'lacks-ownership',
        `schema ${shown(one.schema)} of database ${shown(database)} belongs to ${shown(object.owner)}, not to ${shown(seen.admin.name)}`,
        {
          remedy: runs(
            `${shown(object.owner)} or a superuser`,
            inDatabase(database),
            `${privilegeSql('GRANT', one, wish)};`,
          ),
        },
      ),
    ];
  });
}
