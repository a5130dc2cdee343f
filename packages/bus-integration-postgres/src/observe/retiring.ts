// What is still there of what is to be retired: read only where a manifest retires something.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  readRow,
  readRows,
  record,
  text,
} from '../connection/session/shape.ts';
import { heldQuery, retiredQuery } from '../sql/retired-query.ts';
import { type StrayType, strayTypes } from '../sql/strays-query.ts';
import { shown } from '../text/shown.ts';

export interface RetiringRole {
  readonly name: string;
  /** Databases in which something depends on it. */
  readonly places: readonly {
    readonly database: string;
    /** Whose it is, by its mark. */
    readonly comment: string | null;
    readonly allowsConnections: boolean;
    readonly adminMayConnect: boolean;
    /** How many things there it owns. */
    readonly owns: number;
  }[];
  readonly ownsDatabases: readonly { readonly name: string; readonly isOurs: boolean }[];
  readonly ownsTablespaces: readonly string[];
  /** It owns, or has rights on, something that all databases share. */
  readonly isInShared: boolean;
  /** Members of it beside the admin. */
  readonly members: readonly string[];
  /** What it granted of others' databases and groups, in words. */
  readonly given: readonly string[];
  /** Owners of what it has rights on; of what all databases share the database is ''. */
  readonly grantors: readonly {
    readonly name: string;
    readonly isSuperuser: boolean;
    readonly databases: readonly string[];
  }[];
}

interface RetiringDatabase {
  readonly name: string;
  /** Tells it from another one that has its name later. */
  readonly oid: string;
  readonly isTemplate: boolean;
  readonly sessions: readonly { readonly role: string; readonly count: number }[];
}

/** What a database holds of a role that is to be retired. */
export interface HeldInside {
  readonly role: string;
  /** `table` `3` */
  readonly owned: readonly { readonly type: string; readonly count: number }[];
  /** Those that are for this role alone, in words. */
  readonly policies: readonly string[];
  /** What it granted of others' things, in words. */
  readonly given: readonly string[];
  readonly defaultPrivileges: number;
  readonly userMappings: number;
  /** What it owns and what runs with its owner's rights, by its kind; named where they are few. */
  readonly runsAsOwner: readonly {
    readonly type: StrayType;
    readonly count: number;
    readonly names: readonly string[] | null;
  }[];
  /** Those with things that only who may create there may get, and which of the heirs may. */
  readonly schemas: readonly { readonly name: string; readonly owner: string; readonly creators: readonly string[] }[];
}

/** What the file is that a database was dumped to. */
export interface Dump {
  readonly path: string;
  /** `unusable`: it is there, and `fault` says what is wrong with it. */
  readonly state: 'missing' | 'unusable' | 'usable';
  readonly fault?: string;
}

/** Roles and databases that are to be retired, by name; only those that exist. */
export interface Retiring {
  readonly roles: ReadonlyMap<string, RetiringRole>;
  readonly databases: ReadonlyMap<string, RetiringDatabase>;
  /** By database; only of those that were looked into. */
  readonly held: ReadonlyMap<string, readonly HeldInside[]>;
  /** By the database that was dumped. */
  readonly dumps: ReadonlyMap<string, Dump>;
}

/** Names that are to be retired. */
export interface RetiredNames {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
}

const names = list(text);

const shape = record<{
  readonly roles: readonly RetiringRole[];
  readonly databases: readonly RetiringDatabase[];
}>({
  roles: list(
    record<RetiringRole>({
      name: text,
      places: list(
        record<RetiringRole['places'][number]>({
          database: text,
          comment: nullable(text),
          allowsConnections: boolean,
          adminMayConnect: boolean,
          owns: integer,
        }),
      ),
      ownsDatabases: list(record<RetiringRole['ownsDatabases'][number]>({ name: text, isOurs: boolean })),
      ownsTablespaces: names,
      isInShared: boolean,
      members: names,
      given: names,
      grantors: list(record<RetiringRole['grantors'][number]>({ name: text, isSuperuser: boolean, databases: names })),
    }),
  ),
  databases: list(
    record<RetiringDatabase>({
      name: text,
      oid: text,
      isTemplate: boolean,
      sessions: list(record<RetiringDatabase['sessions'][number]>({ role: text, count: integer })),
    }),
  ),
});

/** One statement, in any database of the cluster. */
export async function readRetiring(
  session: Session,
  { roles, databases }: RetiredNames,
  mark: string,
): Promise<Retiring> {
  const row = await readRow(session, shape, {
    sql: retiredQuery(session.serverVersionNum),
    values: [roles, databases, mark],
    doing: 'reading what is to be retired',
  });
  return {
    roles: new Map(row.roles.map((role) => [role.name, role])),
    databases: new Map(row.databases.map((database) => [database.name, database])),
    held: new Map(),
    dumps: new Map(),
  };
}

const heldShape = record<HeldInside>({
  role: text,
  owned: list(record<HeldInside['owned'][number]>({ type: text, count: integer })),
  policies: names,
  given: names,
  defaultPrivileges: integer,
  userMappings: integer,
  runsAsOwner: list(
    record<HeldInside['runsAsOwner'][number]>({ type: oneOf(...strayTypes), count: integer, names: nullable(names) }),
  ),
  schemas: list(record<HeldInside['schemas'][number]>({ name: text, owner: text, creators: names })),
});

/** What the database that a session is in holds of roles: one statement. */
export async function readHeld(
  session: Session,
  roles: readonly string[],
  heirs: readonly string[],
): Promise<HeldInside[]> {
  return await readRows(session, heldShape, {
    sql: heldQuery(session.serverVersionNum),
    values: [roles, heirs],
    doing: `reading what is to be retired in ${shown(session.database)}`,
  });
}
