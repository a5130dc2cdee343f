import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  type RowShape,
  record,
  text,
  tuple,
  word,
} from '../connection/session/shape.ts';
import type { AclEntry } from '../observe/acl-entry.ts';

export interface DescribedRole {
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  readonly replicates: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly inherits: boolean;
  readonly adminMayAlter: boolean;
  /** Before 16, of a role with REPLICATION: this admin is none, and nobody can let it alter the role. */
  readonly isSuperusersAlone: boolean;
  readonly connectionLimit: number;
  readonly validUntil: string | null;
  readonly comment: string | null;
  /** Those that it has something in, or on. */
  readonly databases: readonly string[];
}

export interface DescribedEdge {
  readonly group: string;
  readonly member: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
}

export interface DescribedDatabase {
  readonly name: string;
  readonly owner: string;
  readonly isTemplate: boolean;
  readonly isOpen: boolean;
  readonly adminMayConnect: boolean;
  readonly connectionLimit: number;
  readonly comment: string | null;
  readonly encoding: string;
  readonly provider: 'libc' | 'icu' | 'builtin';
  readonly locale: string | null;
  readonly collate: string;
  readonly characterType: string;
  readonly tablespace: string;
  readonly acl: readonly AclEntry[];
}

interface StoredList {
  readonly role: string | null;
  readonly database: string | null;
  /** `name=value` */
  readonly items: readonly string[];
}

export interface DescribedClusterRow {
  readonly admin: string;
  readonly roles: readonly DescribedRole[];
  readonly edges: readonly DescribedEdge[];
  readonly settings: readonly StoredList[];
  /** Who may set those that a superuser alone sets. */
  readonly parameters: readonly { readonly name: string; readonly owner: string; readonly acl: readonly AclEntry[] }[];
  readonly databases: readonly DescribedDatabase[];
}

interface DescribedOwned {
  readonly owner: string;
  readonly acl: readonly AclEntry[];
}

interface DescribedSchema extends DescribedOwned {
  readonly name: string;
  readonly isMember: boolean;
}

export interface DescribedRelation extends DescribedOwned {
  readonly schema: string;
  readonly name: string;
  readonly class: 'tables' | 'sequences';
  /** Those with a list of their own. */
  readonly columns: readonly { readonly name: string; readonly acl: readonly AclEntry[] }[];
}

interface DescribedRoutine extends DescribedOwned {
  readonly schema: string;
  readonly name: string;
  readonly types: readonly string[];
}

/** A type with a list of its own, a foreign server, a foreign-data wrapper with a list of its own. */
export interface DescribedUsed extends DescribedOwned {
  readonly type: 'type' | 'foreign-server' | 'foreign-data-wrapper';
  readonly schema: string | null;
  readonly name: string;
}

interface DescribedDefaults {
  readonly creator: string;
  readonly schema: string | null;
  readonly of: 'tables' | 'sequences' | 'routines' | 'types' | 'schemas' | 'large objects';
  readonly acl: readonly AclEntry[];
}

export interface DescribedInsideRow {
  readonly schemas: readonly DescribedSchema[];
  readonly extensions: readonly { readonly name: string; readonly schema: string }[];
  readonly relations: readonly DescribedRelation[];
  readonly routines: readonly DescribedRoutine[];
  readonly used: readonly DescribedUsed[];
  /** Those with a list of their own: no manifest says anything of them. */
  readonly languages: readonly { readonly name: string; readonly acl: readonly AclEntry[] }[];
  readonly defaults: readonly DescribedDefaults[];
}

const aclEntry: RowShape<AclEntry> = (value) => {
  const entry = tuple<[string | null, string, string, boolean]>(nullable(text), text, word, boolean);
  const [grantee, grantor, privilege, isGrantable] = entry(value);
  return { grantee, grantor, privilege, isGrantable };
};
const acl = list(aclEntry);

export const clusterShape = record<DescribedClusterRow>({
  admin: text,
  roles: list(
    record<DescribedRole>({
      name: text,
      canLogin: boolean,
      isSuperuser: boolean,
      createsRoles: boolean,
      createsDatabases: boolean,
      replicates: boolean,
      bypassesRowSecurity: boolean,
      inherits: boolean,
      adminMayAlter: boolean,
      isSuperusersAlone: boolean,
      connectionLimit: integer,
      validUntil: nullable(word),
      comment: nullable(text),
      databases: list(text),
    }),
  ),
  edges: list(record<DescribedEdge>({ group: text, member: text, admin: boolean, inherit: boolean, set: boolean })),
  parameters: list(record<DescribedClusterRow['parameters'][number]>({ name: text, owner: text, acl })),
  settings: list(record<StoredList>({ role: nullable(text), database: nullable(text), items: list(text) })),
  databases: list(
    record<DescribedDatabase>({
      name: text,
      owner: text,
      isTemplate: boolean,
      isOpen: boolean,
      adminMayConnect: boolean,
      connectionLimit: integer,
      comment: nullable(text),
      encoding: word,
      provider: oneOf('libc', 'icu', 'builtin'),
      locale: nullable(text),
      collate: text,
      characterType: text,
      tablespace: text,
      acl,
    }),
  ),
});

export const insideShape = record<DescribedInsideRow>({
  schemas: list(record<DescribedSchema>({ name: text, owner: text, isMember: boolean, acl })),
  extensions: list(record<DescribedInsideRow['extensions'][number]>({ name: text, schema: text })),
  relations: list(
    record<DescribedRelation>({
      schema: text,
      name: text,
      class: oneOf('tables', 'sequences'),
      owner: text,
      acl,
      columns: list(record<DescribedRelation['columns'][number]>({ name: text, acl })),
    }),
  ),
  routines: list(record<DescribedRoutine>({ schema: text, name: text, types: list(text), owner: text, acl })),
  used: list(
    record<DescribedUsed>({
      type: oneOf('type', 'foreign-server', 'foreign-data-wrapper'),
      schema: nullable(text),
      name: text,
      owner: text,
      acl,
    }),
  ),
  languages: list(record<DescribedInsideRow['languages'][number]>({ name: text, acl })),
  defaults: list(
    record<DescribedDefaults>({
      creator: text,
      schema: nullable(text),
      of: oneOf('tables', 'sequences', 'routines', 'types', 'schemas', 'large objects'),
      acl,
    }),
  ),
});
