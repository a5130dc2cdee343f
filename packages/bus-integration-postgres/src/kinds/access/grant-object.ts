// What privileges are held on, and who holds them. https://www.postgresql.org/docs/current/ddl-priv.html
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
  /** The role that grants it, where the state declares an owner of it; tells it from no other. */
  readonly owner?: string;
  /** Granted as the role of the deployment that owns it, where the state declares no owner. */
  readonly isAsOwned?: true;
  /** Of a schema and what is in it: who makes things there that stay their own. */
  readonly makers?: readonly string[];
}

/**
 * What a role is granted something on, each by itself. With one more here the compiler names every place that has to know
 * it: what it is in SQL, where it is read, which step grants on it.
 */
export type FilledObject =
  | ({ readonly type: 'database'; readonly database: string } & Owned)
  | ({ readonly type: 'schema' } & InSchema & Owned)
  | ({ readonly type: 'type'; readonly name: string } & InSchema & Owned)
  | ({
      readonly type: 'foreign-server' | 'foreign-data-wrapper';
      readonly database: string;
      readonly name: string;
      /** The extension that is declared beside it and makes it. */
      readonly comesWith?: string;
    } & Owned);

/** What is only there when somebody made it, and is granted on as whoever owns it. */
export type UsedObject = Exclude<FilledObject, { readonly type: 'database' | 'schema' }>;

export function isUsed(on: FilledObject): on is UsedObject {
  return on.type !== 'database' && on.type !== 'schema';
}

/** PUBLIC loses everything on a database, but on a schema only the right to create in it. */
export const managedOfPublicOnSchema: readonly string[] = ['CREATE'];

/** A grantee's name; null for everyone. */
export function granteeName(grantee: Grantee): string | null {
  return 'role' in grantee ? grantee.role : null;
}

/** What steps and findings about it are told of. */
export function targetOf({ database }: FilledObject): string {
  return printable(database);
}

/** What tells an object from all others. */
export function identityOfObject(on: FilledObject): readonly string[] {
  switch (on.type) {
    case 'database':
      return [on.type, on.database];
    case 'schema':
      return [on.type, on.database, on.schema];
    case 'type':
      return [on.type, on.database, on.schema, on.name];
    default:
      return [on.type, on.database, on.name];
  }
}

/** `DATABASE "app"`, as GRANT and REVOKE name it. */
export function sqlOf(on: FilledObject): string {
  switch (on.type) {
    case 'database':
      return `DATABASE ${identifier(on.database)}`;
    case 'schema':
      return `SCHEMA ${identifier(on.schema)}`;
    case 'type':
      return `TYPE ${identifier(on.schema)}.${identifier(on.name)}`;
    case 'foreign-server':
      return `FOREIGN SERVER ${identifier(on.name)}`;
    case 'foreign-data-wrapper':
      return `FOREIGN DATA WRAPPER ${identifier(on.name)}`;
  }
}

/** `schema data of app` */
export function wordsOf(on: FilledObject): string {
  switch (on.type) {
    case 'database':
      return `database ${shown(on.database)}`;
    case 'schema':
      return `schema ${shown(on.schema)} of ${shown(on.database)}`;
    case 'type':
      return `type ${shown(on.schema)}.${shown(on.name)} of ${shown(on.database)}`;
    case 'foreign-server':
      return `foreign server ${shown(on.name)} of ${shown(on.database)}`;
    case 'foreign-data-wrapper':
      return `foreign-data wrapper ${shown(on.name)} of ${shown(on.database)}`;
  }
}

/** Where statements about it are run. */
export function sqlPlaceOf(on: FilledObject): SqlPlace {
  return on.type === 'database' ? anyDatabase : inDatabase(on.database);
}
