// What a report reads of a server, row shapes and reading. Reads only.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  readRow,
  record,
  text,
  tuple,
  word,
} from '../connection/session/shape.ts';
import { reportClusterQuery, reportInsideQuery } from '../sql/report-query.ts';
import { shown } from '../text/shown.ts';

/** Grantee, null for PUBLIC, and privilege. */
export type SeenGrant = readonly [grantee: string | null, privilege: string];
/** Privileges, joined by commas, and the roles that have them, counted from 1. */
export type SeenHolders = readonly [privileges: string, roles: readonly number[]];

export interface SeenRole {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  readonly replicates: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly connectionLimit: number;
  readonly validUntil: string | null;
  readonly connections: number;
  /** Roles whose rights it has without SET ROLE. */
  readonly inherits: readonly string[];
}

export interface SeenDatabase {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly owner: string;
  readonly connectionLimit: number;
  readonly connections: number;
  readonly entries: readonly SeenGrant[];
  readonly held: readonly SeenHolders[];
}

interface SeenMembership {
  readonly member: string;
  readonly group: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
}

export interface SeenCluster {
  readonly roles: readonly SeenRole[];
  readonly roleCount: number;
  readonly databases: readonly SeenDatabase[];
  readonly memberships: readonly SeenMembership[];
  readonly membershipCount: number;
}

interface SeenSchemaAccess {
  readonly name: string;
  readonly owner: string;
  /** Roles with the rights of its owner. */
  readonly owners: readonly number[];
  readonly entries: readonly SeenGrant[];
  readonly held: readonly SeenHolders[];
}

/** Tables, views or sequences of one schema that are alike. */
interface SeenObjects {
  readonly schema: string;
  readonly kind: 'table' | 'view' | 'sequence';
  readonly count: number;
  /** One of them. */
  readonly name: string;
  readonly owner: string;
  readonly owners: readonly number[];
  readonly entries: readonly SeenGrant[];
  readonly held: readonly SeenHolders[];
  /** On some columns alone. */
  readonly columns: readonly SeenHolders[];
}

/** What tables that a role makes later come with, by its default privileges. */
interface SeenDefaults {
  readonly creator: string;
  readonly schema: string;
  readonly entries: readonly SeenGrant[];
}

export interface SeenInsideAccess {
  readonly schemaCount: number;
  /** Groups of objects that are alike, in the schemas that were read. */
  readonly objectCount: number;
  readonly schemas: readonly SeenSchemaAccess[];
  readonly objects: readonly SeenObjects[];
  readonly later: readonly SeenDefaults[];
}

const entries = list(tuple(nullable(text), word));
const held = list(tuple(word, list(integer)));
const places = list(integer);
const counted = (value: unknown) => integer(Number(value));

const clusterShape = record<SeenCluster>({
  roles: list(
    record<SeenRole>({
      name: text,
      isDeclared: boolean,
      canLogin: boolean,
      isSuperuser: boolean,
      createsRoles: boolean,
      createsDatabases: boolean,
      replicates: boolean,
      bypassesRowSecurity: boolean,
      connectionLimit: integer,
      validUntil: nullable(word),
      connections: integer,
      inherits: list(text),
    }),
  ),
  roleCount: counted,
  databases: list(
    record<SeenDatabase>({
      name: text,
      isDeclared: boolean,
      owner: text,
      connectionLimit: integer,
      connections: integer,
      entries,
      held,
    }),
  ),
  memberships: list(
    record<SeenMembership>({ member: text, group: text, admin: boolean, inherit: boolean, set: boolean }),
  ),
  membershipCount: counted,
});

interface SeenThing extends Omit<SeenObjects, 'kind'> {
  readonly kind: SeenObjects['kind'] | 'schema';
}

interface InsideRow extends Omit<SeenInsideAccess, 'schemas' | 'objects'> {
  /** Roles with the same rights on everything, counted from 1; of the things, whose roles are these sets. */
  readonly sets: readonly (readonly number[])[];
  readonly things: readonly SeenThing[];
}

const insideShape = record<InsideRow>({
  sets: list(places),
  schemaCount: counted,
  objectCount: counted,
  things: list(
    record<SeenThing>({
      kind: oneOf('schema', 'table', 'view', 'sequence'),
      schema: text,
      name: text,
      count: integer,
      owner: text,
      owners: places,
      entries,
      held,
      columns: held,
    }),
  ),
  later: list(record<SeenDefaults>({ creator: text, schema: text, entries })),
});

/** One statement. */
export async function readReportCluster(
  session: Session,
  { roles, databases }: { readonly roles: Iterable<string>; readonly databases: Iterable<string> },
): Promise<SeenCluster> {
  return await readRow(session, clusterShape, {
    sql: reportClusterQuery(session.serverVersionNum),
    values: [[...roles], [...databases]],
    doing: 'reading who may do what',
  });
}

/** One statement, in the database of the session. */
export async function readReportInside(session: Session, roles: readonly SeenRole[]): Promise<SeenInsideAccess> {
  const { sets, things, ...seen } = await readRow(session, insideShape, {
    sql: reportInsideQuery,
    values: [roles.map(({ name }) => name)],
    doing: `reading who may do what in ${shown(session.database)}`,
  });
  const rolesOf = (asked: readonly number[]) => asked.flatMap((at) => sets[at - 1] ?? []).sort((a, b) => a - b);
  const heldBy = (by: readonly SeenHolders[]) =>
    by.map(([privileges, asked]): SeenHolders => [privileges, rolesOf(asked)]);
  const schemas: SeenSchemaAccess[] = [];
  const objects: SeenObjects[] = [];
  for (const { kind, ...thing } of things) {
    const one = { ...thing, owners: rolesOf(thing.owners), held: heldBy(thing.held) };
    if (kind === 'schema') schemas.push(one);
    else objects.push({ ...one, kind, columns: heldBy(thing.columns) });
  }
  return { ...seen, schemas, objects };
}
