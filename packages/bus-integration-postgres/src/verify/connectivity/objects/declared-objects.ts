// Declared roles and databases as the admin sees them while services log in: what a refused login is explained by.
import type { DesiredNames, DesiredState } from 'bus-integration-database';
import type { Session } from '../../../connection/session/session.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  readRow,
  readRows,
  record,
  text,
} from '../../../connection/session/shape.ts';
import { manifestOf } from '../../../desired/rules.ts';
import type { ExpandedManifest } from '../../../manifest/expand.ts';
import { declaredQuery } from '../../../sql/verify/declared-query.ts';
import { type DangerousGrant, rolesGrantsQuery } from '../../../sql/verify/grants-query.ts';
import { grantShape } from './service-shapes.ts';

export interface DeclaredRole {
  readonly name: string;
  readonly canLogin: boolean;
  /** In UTC; null where its password is valid for ever. */
  readonly validUntil: string | null;
  readonly hasExpired: boolean;
  /** The manifest says until when it is valid. */
  readonly isDated: boolean;
  /** Within 14 days, or already. */
  readonly expiresSoon: boolean;
  /** Negative: none. */
  readonly connectionLimit: number;
  readonly connections: number;
  /** Roles, not superusers, that have its privileges or may SET ROLE to it. */
  readonly members: readonly Member[];
  /** Roles that have none of its privileges, and may make themselves its members (ADMIN; 16 and newer). */
  readonly admins: readonly Member[];
  /** What it may make itself and others members of, but for what a service must not act as anyway. */
  readonly passesOn: readonly PassedOn[];
  /** What it may in the admin's database that is a superuser's at first; null where it may not enter that. */
  readonly grants: readonly DangerousGrant[] | null;
  /** What it may do to parameters of the server. */
  readonly parameters: readonly DangerousGrant[];
}

export interface Member {
  readonly name: string;
  /** Null before 16, and where it is the server's first superuser. */
  readonly grantor: string | null;
}

/** A membership with ADMIN. */
export interface PassedOn {
  readonly group: string;
  /** The role itself, or one that is not declared and that it may act as. */
  readonly holder: string;
  readonly grantor: string | null;
  /** It gives more than ADMIN. */
  readonly isMember: boolean;
}

/** A login that is none of the deployment's, and a role that it is or may act as, by which it gets at everything. */
export interface PowerOfOther {
  readonly name: string;
  readonly power: string;
  readonly isItself: boolean;
  /** Its own memberships on the way to that role. */
  readonly edges: readonly Member[];
}

export interface DeclaredDatabase {
  readonly name: string;
  readonly allowsConnections: boolean;
  readonly isTemplate: boolean;
  readonly connectionLimit: number;
  readonly connections: number;
  /** Roles that are not declared for it, nor asked about, and have a CONNECT of their own. */
  readonly others: readonly string[];
  /** Those that have a CREATE of their own. */
  readonly creators: readonly string[];
  /** Its owner, where that is neither the admin, nor a role that it is a member of, nor a superuser or one with CREATEDB. */
  readonly strangeOwner: { readonly name: string; readonly admin: string } | null;
}

/** What ALTER ROLE … IN DATABASE … SET stored; null stands for every role, or every database. */
interface StoredSettings {
  readonly role: string | null;
  readonly database: string | null;
  /** `search_path=nowhere` */
  readonly settings: readonly string[];
}

export interface DeclaredObjects {
  readonly startedAt: string;
  /** The admin's. */
  readonly database: string;
  readonly roles: readonly DeclaredRole[];
  readonly databases: readonly DeclaredDatabase[];
  readonly settings: readonly StoredSettings[];
  readonly powers: readonly PowerOfOther[];
}

/**
 * One statement, and another where a role may have what is a superuser's at first.
 *
 * @param desired what is looked at
 * @param names what is declared, which may be more: who is a stranger there
 */
export async function readDeclaredObjects(
  session: Session,
  desired: DesiredNames & Pick<DesiredState, 'manifest'>,
  names: DesiredNames,
): Promise<DeclaredObjects> {
  const doing = 'reading who may log in';
  const { hasParameters, ...declared } = await readRow(session, shape, {
    sql: declaredQuery(session.serverVersionNum),
    values: [[...desired.roles], [...desired.databases.keys()]],
    doing,
  });
  const asked = declared.roles.flatMap(({ name, mayHaveGrants }) => (hasParameters || mayHaveGrants ? [name] : []));
  const rows =
    asked.length === 0
      ? []
      : await readRows(session, grantsShape, {
          sql: rolesGrantsQuery(session.serverVersionNum),
          values: [asked],
          doing,
        });
  const manifest = manifestOf(desired);
  const found = new Map(rows.map(({ name, ...grants }) => [name, grants]));
  const roles = declared.roles.map(({ mayConnect, mayHaveGrants: _, ...role }) => {
    const said =
      manifest !== undefined && Object.hasOwn(manifest.roles, role.name) ? manifest.roles[role.name] : undefined;
    const isDated = said?.valid_until !== undefined;
    return { ...role, isDated, ...(found.get(role.name) ?? { grants: mayConnect ? [] : null, parameters: [] }) };
  });
  const databases = declared.databases.map((database) => {
    const { name, others, creators } = database;
    if (others.length + creators.length === 0) return database;
    const logins = new Set(names.databases.get(name)?.logins);
    const isStrange = (role: string) => !logins.has(role);
    return { ...database, others: others.filter(isStrange), creators: creators.filter(isStrange) };
  });
  return {
    ...declared,
    settings: declared.settings.map((stored) => besideManifest(stored, manifest)),
    roles,
    databases,
    powers: declared.powers.filter(({ name }) => !names.roles.has(name)),
  };
}

/** What the manifest says itself is in nobody's way. */
function besideManifest(stored: StoredSettings, manifest: ExpandedManifest | undefined): StoredSettings {
  const { role, database, settings } = stored;
  const acts = role === null ? undefined : manifest?.roles[role]?.acts_as;
  const path = role === null && database !== null ? manifest?.databases[database]?.search_path : undefined;
  const said = [`role=${acts}`, ...(Array.isArray(path) ? [`search_path=${path.join(', ')}`] : [])];
  return { ...stored, settings: settings.filter((one) => !said.includes(one)) };
}

interface RoleRow extends Omit<DeclaredRole, 'grants' | 'parameters' | 'isDated'> {
  /** Enters the admin's database. */
  readonly mayConnect: boolean;
  /** False where it does not enter, or has none of what `rolesGrantsQuery` looks for. */
  readonly mayHaveGrants: boolean;
}

interface DeclaredRow extends Omit<DeclaredObjects, 'roles'> {
  readonly roles: readonly RoleRow[];
  /** Somebody was granted something on a parameter. */
  readonly hasParameters: boolean;
}

const grantsShape = record<Pick<DeclaredRole, 'name' | 'grants' | 'parameters'>>({
  name: text,
  grants: nullable(list(grantShape)),
  parameters: list(grantShape),
});

const memberShape = record<Member>({ name: text, grantor: nullable(text) });

const shape = record<DeclaredRow>({
  startedAt: text,
  database: text,
  hasParameters: boolean,
  roles: list(
    record<RoleRow>({
      name: text,
      canLogin: boolean,
      validUntil: nullable(text),
      hasExpired: boolean,
      expiresSoon: boolean,
      connectionLimit: integer,
      connections: integer,
      members: list(memberShape),
      admins: list(memberShape),
      passesOn: list(record<PassedOn>({ group: text, holder: text, grantor: nullable(text), isMember: boolean })),
      mayConnect: boolean,
      mayHaveGrants: boolean,
    }),
  ),
  databases: list(
    record<DeclaredDatabase>({
      name: text,
      allowsConnections: boolean,
      isTemplate: boolean,
      connectionLimit: integer,
      connections: integer,
      others: list(text),
      creators: list(text),
      strangeOwner: nullable(record<NonNullable<DeclaredDatabase['strangeOwner']>>({ name: text, admin: text })),
    }),
  ),
  settings: list(record<StoredSettings>({ role: nullable(text), database: nullable(text), settings: list(text) })),
  powers: list(record<PowerOfOther>({ name: text, power: text, isItself: boolean, edges: list(memberShape) })),
});
