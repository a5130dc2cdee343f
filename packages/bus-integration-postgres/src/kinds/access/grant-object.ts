// What privileges are held on, and by whom. https://www.postgresql.org/docs/current/ddl-priv.html
import { anyDatabase, inDatabase, type SqlPlace } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';

/** A grantee is a role, or everyone (SQL's PUBLIC). */
export type Grantee = { readonly role: string } | { readonly everyone: true };

interface InSchema {
  readonly database: string;
  readonly schema: string;
}

interface Owned {
  /** As whom it is granted, where the state declares an owner of it; tells it from no other. */
  readonly owner?: string;
  /** Granted as the role of the deployment that owns it, where the state declares no owner. */
  readonly isAsOwned?: true;
}

/** Everything that PostgreSQL keeps privileges of and that a deployment may come to declare. */
type GrantObject =
  | ({ readonly type: 'database'; readonly database: string } & Owned)
  | ({ readonly type: 'schema' } & InSchema & Owned)
  | ({ readonly type: 'type'; readonly name: string } & InSchema)
  | { readonly type: 'parameter'; readonly name: string };

/**
 * Those that have rules so far. With one more here the compiler names every place that has to know it: what they are in
 * SQL, where they are read, which step grants on them.
 */
export type FilledObject = Extract<GrantObject, { readonly type: 'database' | 'schema' }>;

/** PUBLIC loses everything on a database, but on a schema only the right to create in it. */
export const managedOfPublicOnSchema: readonly string[] = ['CREATE'];

/** A grantee's name; null for everyone. */
export function granteeName(grantee: Grantee): string | null {
  return 'role' in grantee ? grantee.role : null;
}

/** The database that it is in, or is; undefined of what belongs to the whole cluster. */
export function databaseOf(on: GrantObject): string | undefined {
  return 'database' in on ? on.database : undefined;
}

/** What steps and findings about it are told of. */
export function targetOf(on: GrantObject): string {
  return printable('database' in on ? on.database : on.name);
}

/** What tells an object from all others. */
export function identityOfObject(on: FilledObject): readonly string[] {
  switch (on.type) {
    case 'database':
      return [on.type, on.database];
    case 'schema':
      return [on.type, on.database, on.schema];
  }
}

/** `DATABASE "app"`, as GRANT and REVOKE name it. */
export function sqlOf(on: FilledObject): string {
  switch (on.type) {
    case 'database':
      return `DATABASE ${identifier(on.database)}`;
    case 'schema':
      return `SCHEMA ${identifier(on.schema)}`;
  }
}

/** `schema data of app` */
export function wordsOf(on: FilledObject): string {
  switch (on.type) {
    case 'database':
      return `database ${shown(on.database)}`;
    case 'schema':
      return `schema ${shown(on.schema)} of ${shown(on.database)}`;
  }
}

/** Where statements about it are run. */
export function sqlPlaceOf(on: FilledObject): SqlPlace {
  return on.type === 'database' ? anyDatabase : inDatabase(on.database);
}
