// What the steps about privileges say, and the statements that they are: one grantee's in one database. Pure.
import type { ContentOf, Diagnostic, ShapeWords } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { grantOption } from '../ownership/effective.ts';
import { inDatabase, runs } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { findSchema } from './found.ts';
import { type FilledObject, type Grantee, granteeName, sqlOf } from './grant-object.ts';
import type { Statement } from './kind.ts';
import { lacking, lacksDatabase } from './kind-words.ts';

/**
 * Privileges of one grantee in one database, on the database itself and on its schemas. The grantee is a role's name,
 * or null for everyone (SQL's PUBLIC).
 */
export const privilegesShape = ({ shape, text, orNull, list }: ShapeWords) =>
  shape({
    database: text,
    grantee: orNull(text),
    on_database: list(text),
    on_schemas: list(shape({ schema: text, privileges: list(text) })),
  });
export type DatabasePrivileges = ContentOf<typeof privilegesShape>;

/** Privileges on one object, in the form of a step. */
export function inOneDatabase(on: FilledObject, grantee: Grantee, privileges: readonly string[]): DatabasePrivileges {
  return {
    database: on.database,
    grantee: granteeName(grantee),
    on_database: on.type === 'database' ? privileges : [],
    on_schemas: on.type === 'schema' ? [{ schema: on.schema, privileges }] : [],
  };
}

/** What one grantee has on all objects of one database; undefined of nothing. */
export function joined(parts: readonly DatabasePrivileges[]): DatabasePrivileges | undefined {
  const [first] = parts;
  return (
    first && {
      ...first,
      on_database: parts.flatMap(({ on_database }) => on_database),
      on_schemas: parts.flatMap(({ on_schemas }) => on_schemas),
    }
  );
}

/** GRANT or REVOKE of a grantee's privileges in a database: on schemas inside it, on the database from outside. */
export function privilegeStatements(
  verb: 'GRANT' | 'REVOKE',
  to: 'TO' | 'FROM',
  wish: DatabasePrivileges,
): Statement[] {
  const grantee = wish.grantee === null ? 'PUBLIC' : identifier(wish.grantee);
  const render = (privileges: readonly string[], object: string) => {
    const options = privileges.filter((privilege) => privilege.startsWith(grantOption));
    const whole = privileges.filter((privilege) => !privilege.startsWith(grantOption));
    const lists = [
      ...(whole.length > 0 ? [whole.join(', ')] : []),
      // Taking the privilege takes its grant option too.
      ...options.filter((option) => !whole.includes(option.slice(grantOption.length))),
    ];
    return lists.map((list) => `${verb} ${list} ON ${object} ${to} ${grantee}`);
  };
  const { database } = wish;
  return [
    ...wish.on_schemas.flatMap(({ schema, privileges }) =>
      render(privileges, sqlOf({ type: 'schema', database, schema })).map((sql) => ({
        phase: 'inside' as const,
        database,
        sql,
      })),
    ),
    ...render(wish.on_database, sqlOf({ type: 'database', database })).map((sql) => ({
      phase: 'enter' as const,
      database,
      sql,
    })),
  ];
}

export function privilegesSummary(wish: DatabasePrivileges, verb: string): string {
  const parts = [
    ...(wish.on_database.length > 0 ? [wish.on_database.join(', ')] : []),
    ...wish.on_schemas.map(({ schema, privileges }) => `schema ${shown(schema)}: ${privileges.join(', ')}`),
  ];
  const who = wish.grantee === null ? 'PUBLIC' : shown(wish.grantee);
  return verb === '' ? `${who}: ${parts.join('; ')}` : `${who} ${verb}${parts.join('; ')}`;
}

/** Who alone may grant this, where it is not the admin. */
export function lacksForGrant(wish: DatabasePrivileges, seen: Observation): Diagnostic[] {
  const { database, on_database, on_schemas } = wish;
  const grantee = wish.grantee === null ? 'PUBLIC' : identifier(wish.grantee);
  const isOpen = seen.databases.get(database)?.allowsConnections === true;
  return [
    ...(on_database.length > 0 && isOpen ? lacksDatabase(database, 'granting on it', seen) : []),
    ...on_schemas.flatMap(({ schema, privileges }) => {
      const object = findSchema(seen, database, schema);
      if (object === undefined || object.adminActsAsOwner) return [];
      return [
        lacking(
          'lacks-ownership',
          `schema ${shown(schema)} of database ${shown(database)} belongs to ${shown(object.owner)}, not to ${shown(seen.admin.name)}`,
          {
            remedy: runs(
              `${shown(object.owner)} or a superuser`,
              inDatabase(database),
              `GRANT ${privileges.join(', ')} ON ${sqlOf({ type: 'schema', database, schema })} TO ${grantee};`,
            ),
          },
        ),
      ];
    }),
  ];
}
