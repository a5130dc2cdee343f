// Observations for unit tests: an ordinary server, and only what a test says otherwise. Reads nothing.
import {
  type DesiredState,
  decidedFiles,
  desiredState,
  joined,
  type Lists,
  type RoleDecision,
} from 'bus-integration-database';
import { postgresRules } from '../src/desired/rules.ts';
import type { Resource } from '../src/kinds/index.ts';
import type { Scope } from '../src/kinds/kind/kind.ts';
import type { AclEntry } from '../src/observe/acl-entry.ts';
import { birthLimit } from '../src/observe/mark.ts';
import type {
  Observation,
  ObservedAdmin,
  ObservedDatabase,
  ObservedInside,
  ObservedRole,
  ObservedSchema,
  ObservedServer,
} from '../src/observe/observation.ts';
import type { ObservedParameter, RoleDetails, RolesInDetail } from '../src/observe/observed-details.ts';
import { judge } from '../src/ownership/ours.ts';
import type { Intent } from '../src/plan/intent.ts';

const deploymentId = 'shop';
const mark = 'bus-deployment=shop';

/** `entry('svc=CONNECT/admin')`; PUBLIC is an empty grantee, `*` after the privilege its grant option. */
export function entry(text: string): AclEntry {
  const [, grantee = '', privilege = '', star = '', grantor = ''] = /^(.*)=(\w+)(\*?)\/(.*)$/.exec(text) ?? [];
  return { grantee: grantee === '' ? null : grantee, grantor, privilege, isGrantable: star !== '' };
}

export function role(name: string, said: Partial<ObservedRole> = {}): ObservedRole {
  return {
    name,
    canLogin: true,
    isSuperuser: false,
    createsRoles: false,
    createsDatabases: false,
    replicates: false,
    bypassesRowSecurity: false,
    hasExpired: false,
    connectionLimit: -1,
    comment: mark,
    memberOf: [],
    powerfulGroups: [],
    powerfulGrants: [],
    inherits: [],
    ownsDatabases: [],
    adminMayAlter: true,
    connections: 0,
    ...said,
  };
}

/** A database of the admin's, open to nobody else. */
export function database(
  name: string,
  said: Partial<ObservedDatabase> = {},
  acl: readonly string[] = [],
): ObservedDatabase {
  return {
    name,
    owner: 'admin',
    adminActsAsOwner: true,
    adminMayConnect: true,
    encoding: 'UTF8',
    allowsConnections: true,
    connectionLimit: -1,
    comment: mark,
    connections: 0,
    acl: acl.map(entry),
    ...said,
  };
}

/** One that an apply of this deployment was cut off over. */
export function unfinished(name: string, said: Partial<ObservedDatabase> = {}): ObservedDatabase {
  return database(name, {
    allowsConnections: false,
    connectionLimit: birthLimit(deploymentId, name),
    comment: null,
    ...said,
  });
}

export function schema(name: string, said: Partial<ObservedSchema> = {}, acl: readonly string[] = []): ObservedSchema {
  return { name, owner: 'admin', adminActsAsOwner: true, acl: acl.map(entry), ...said };
}

export interface Said {
  readonly server?: Partial<ObservedServer>;
  readonly admin?: Partial<ObservedAdmin>;
  readonly roles?: readonly ObservedRole[];
  readonly databases?: readonly ObservedDatabase[];
  /** Schemas by database. */
  readonly schemas?: Readonly<Record<string, readonly ObservedSchema[]>>;
  /** Names of schemas with the mark, by database. */
  readonly markedSchemas?: Readonly<Record<string, readonly string[]>>;
  readonly adminMayCreateSchemas?: boolean;
  /** Default: they were not read. */
  readonly details?: Partial<Omit<RolesInDetail, 'roles' | 'parameters'>> & {
    readonly roles?: readonly RoleDetails[];
    readonly parameters?: readonly ObservedParameter[];
  };
}

/** A role that the admin made, on 16 and newer. */
export function details(name: string, said: Partial<RoleDetails> = {}): RoleDetails {
  return {
    name,
    inherits: true,
    validUntil: null,
    adminHasRights: false,
    adminMaySet: false,
    grantor: 'admin',
    groups: [name],
    ...said,
  };
}

function detailsOf({ roles = [], parameters = [], ...said }: NonNullable<Said['details']>): RolesInDetail {
  return {
    admin: { inherits: true, replicates: false, bypassesRowSecurity: false },
    edges: [],
    settings: [],
    ...said,
    roles: new Map(roles.map((one) => [one.name, one])),
    parameterGrants: [],
    parameters: new Map(parameters.map((one) => [one.name, one])),
  };
}

export function seen(said: Said = {}): Observation {
  const inside = Object.entries(said.schemas ?? {}).map(([name, schemas]): [string, ObservedInside] => [
    name,
    {
      adminMayCreateSchemas: said.adminMayCreateSchemas ?? true,
      schemas,
      markedSchemas: (said.markedSchemas?.[name] ?? []).map((marked) => ({
        name: marked,
        owner: 'admin',
        adminActsAsOwner: true,
      })),
    },
  ]);
  return {
    reached: { host: 'db.example', port: 5432, isEncrypted: false, hasSsl: false },
    server: {
      version: '18.4',
      versionNum: 180004,
      database: 'postgres',
      systemIdentifier: '7',
      isInRecovery: false,
      readsOnlyByDefault: false,
      maxConnections: 100,
      reservedConnections: 3,
      usedConnections: 1,
      isPooled: false,
      entersPostgres: true,
      scramIterations: 4096,
      encoding: 'UTF8',
      characterType: 'C',
      ...said.server,
    },
    admin: {
      name: 'admin',
      isSuperuser: false,
      createsRoles: true,
      createsDatabases: true,
      peers: ['admin', 'boss'],
      mutesLogging: false,
      readsVerifiers: false,
      ...said.admin,
    },
    roles: new Map((said.roles ?? []).map((one) => [one.name, one])),
    databases: new Map((said.databases ?? []).map((one) => [one.name, one])),
    inside: new Map(inside),
    ...(said.details && { details: detailsOf(said.details) }),
  };
}

/** The state that lists ask for, for deployment `shop`. */
export function desiredOf(lists: Lists): DesiredState<Resource> {
  const words = { databases: 'databases', serviceRole: 'service_role', roles: 'roles', schemas: 'schemas' };
  const source = { words, takesFirst: true, mostResources: 50_000, fewer: '' };
  const desired = desiredState<Resource>(lists, { deploymentId, rules: postgresRules, source });
  if ('resources' in desired) return desired;
  throw new Error(JSON.stringify(desired));
}

/** What a verb is asked, where nothing is allowed. */
export function intentOf(lists: Lists, configured: Lists = lists): Intent {
  const desired = desiredOf(lists);
  return {
    desired,
    declared: joined(desired, desiredOf(configured)),
    allowed: { allow: [], adopt: false, rotate: [] },
    service: {
      target: { addresses: [{ host: 'db', port: 5432 }], sslmode: 'prefer', loadBalanceHosts: 'disable' },
      service: {},
      absolute: (file) => file,
    },
  };
}

/** What the kinds look at, for deployment `shop`. */
export function scopeWith(
  lists: Lists,
  observation: Observation,
  said: {
    readonly adopt?: boolean;
    readonly credentials?: readonly RoleDecision[];
    readonly configured?: Lists;
  } = {},
): Scope {
  const { adopt = false, credentials = [], configured } = said;
  const { desired, declared } = intentOf(lists, configured);
  const { roles, databases } = judge(desired, observation, { deploymentId, adopt });
  const files = decidedFiles(credentials);
  const serviceEndpoint = { host: 'db', port: '5432' };
  return { deploymentId, seen: observation, roles, databases, declared, files, serviceEndpoint };
}
