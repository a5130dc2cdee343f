// What is read of roles, memberships and settings only where something desired asks about it: the shapes and the reading.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  list,
  nullable,
  oneOf,
  type RowShape,
  readRow,
  record,
  text,
  word,
} from '../connection/session/shape.ts';
import { roleDetailsQuery } from '../sql/role-details-query.ts';
import { aclEntry } from './catalog-shapes.ts';
import type {
  ObservedParameter,
  ObservedParameterGrants,
  ObservedSetting,
  RoleDetails,
  RoleDetailsOfAdmin,
  RolesInDetail,
} from './observed-details.ts';

/** What is asked about. */
export interface DetailsAsked {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
  /** Names of settings. */
  readonly settings: readonly string[];
}

interface StoredSettings {
  readonly role: string | null;
  readonly database: string | null;
  /** `name=value` */
  readonly items: readonly string[];
}

interface DetailsRow {
  readonly admin: RoleDetailsOfAdmin;
  readonly roles: readonly RoleDetails[];
  readonly edges: RolesInDetail['edges'];
  readonly settings: readonly StoredSettings[];
  readonly parameters: readonly ObservedParameter[];
  readonly parameterGrants: readonly ObservedParameterGrants[];
}

const names = list(text);
const contexts: RowShape<ObservedParameter['context']> = nullable(
  oneOf('internal', 'postmaster', 'sighup', 'superuser-backend', 'backend', 'superuser', 'user'),
);

const detailsShape = record<DetailsRow>({
  admin: record<RoleDetailsOfAdmin>({ inherits: boolean, replicates: boolean, bypassesRowSecurity: boolean }),
  roles: list(
    record<RoleDetails>({
      name: text,
      inherits: boolean,
      validUntil: nullable(word),
      adminHasRights: boolean,
      adminMaySet: boolean,
      grantor: nullable(text),
      groups: names,
    }),
  ),
  edges: list(
    record<RolesInDetail['edges'][number]>({
      group: text,
      member: text,
      grantor: nullable(text),
      admin: boolean,
      inherit: boolean,
      set: boolean,
    }),
  ),
  settings: list(record<StoredSettings>({ role: nullable(text), database: nullable(text), items: names })),
  parameters: list(
    record<ObservedParameter>({
      name: text,
      adminMaySet: boolean,
      type: nullable(oneOf('bool', 'enum', 'integer', 'real', 'string')),
      unit: nullable(word),
      context: contexts,
      least: nullable(word),
      most: nullable(word),
      words: nullable(list(text)),
    }),
  ),
  parameterGrants: list(
    record<ObservedParameterGrants>({ name: text, owner: text, acl: list(aclEntry(oneOf('SET', 'ALTER SYSTEM'))) }),
  ),
});

/** One statement. */
export async function readRoleDetails(session: Session, asked: DetailsAsked): Promise<RolesInDetail> {
  const { roles, databases, settings } = asked;
  const row = await readRow(session, detailsShape, {
    sql: roleDetailsQuery(session.serverVersionNum),
    values: [roles, databases, [...new Set(settings.map((name) => name.toLowerCase()))]],
    doing: 'reading memberships and settings',
  });
  return {
    admin: row.admin,
    roles: new Map(row.roles.map((role) => [role.name, role])),
    edges: row.edges,
    settings: row.settings.flatMap(settingsOf),
    parameterGrants: row.parameterGrants,
    parameters: new Map(row.parameters.map((parameter) => [parameter.name, parameter])),
  };
}

function settingsOf({ role, database, items }: StoredSettings): ObservedSetting[] {
  return items.map((item) => {
    const end = item.indexOf('=');
    return { role, database, name: item.slice(0, end).toLowerCase(), value: item.slice(end + 1) };
  });
}
