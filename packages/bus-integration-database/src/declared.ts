// What the list keys declare: databases, roles, schemas, the listener policy, with every name judged. Pure.
import { isIP } from 'node:net';
import { OperationError } from './errors.ts';
import {
  caseCollisions,
  dsnFileName,
  expandRole,
  isRoleTemplate,
  judgeName,
  type NamedKind,
  type NameRules,
  printable,
} from './names.ts';
import { type Settings, shownValue } from './settings.ts';

const listenerPolicies = ['loopback', 'private', 'tls', 'external'] as const;
export type ListenerPolicy = (typeof listenerPolicies)[number];

/** What services are to have. */
export interface Declared {
  readonly databases: readonly string[];
  /** May hold `{database}`: see `expandRole`. */
  readonly serviceRole?: string;
  /** Further login roles. */
  readonly roles: readonly string[];
  /** Made in every database. */
  readonly schemas: readonly string[];
  readonly listenerPolicy?: ListenerPolicy;
  /** Addresses with prefix lengths, `10.0.0.0/8`. */
  readonly listenerNetworks?: readonly string[];
}

const keys = {
  databases: 'BUS_DATABASE_NAMES',
  serviceRole: 'BUS_DATABASE_SERVICE_ROLE',
  roles: 'BUS_DATABASE_ROLE_NAMES',
  schemas: 'BUS_DATABASE_SCHEMA_NAMES',
  policy: 'BUS_DATABASE_LISTENER_POLICY',
  networks: 'BUS_DATABASE_LISTENER_NETWORKS',
} as const;

/**
 * Reads what is declared; what is wrong goes to `settings`. Names are judged by `rules`, only superficially without them.
 *
 * @example
 * readDeclared(createSettings({ BUS_DATABASE_NAMES: 'a,b' }), rules).databases; // ['a', 'b']
 */
export function readDeclared(settings: Settings, rules: NameRules = withoutRules): Declared {
  const databases = readNames(settings, keys.databases, 'database', rules);
  const schemas = readNames(settings, keys.schemas, 'schema', rules);
  const roles = readNames(settings, keys.roles, 'role', rules);
  const serviceRole = readServiceRole(settings, databases, roles, rules);
  refuseFileCollisions(settings, databases, roles);
  const listenerPolicy = settings.choice(keys.policy, listenerPolicies) as ListenerPolicy | undefined;
  const listenerNetworks = readNetworks(settings, listenerPolicy);
  return {
    databases,
    ...(serviceRole !== undefined && { serviceRole }),
    roles,
    schemas: schemas.length > 0 ? schemas : ['public'],
    ...(listenerPolicy !== undefined && { listenerPolicy }),
    ...(listenerNetworks !== undefined && { listenerNetworks }),
  };
}

const withoutRules: NameRules = {
  maxBytes: Number.POSITIVE_INFINITY,
  reserved: {
    role: { names: [], prefixes: [] },
    database: { names: [], prefixes: [] },
    schema: { names: [], prefixes: [] },
  },
};

/** The names of a list that can be used; the rest are problems. */
function readNames(settings: Settings, key: string, kind: NamedKind, rules: NameRules): readonly string[] {
  const names = settings.list(key) ?? [];
  const usable: string[] = [];
  for (const name of names) {
    const why = judgeName(kind, name, rules);
    if (why !== undefined) {
      settings.refuse({
        key,
        code: 'invalid-name',
        message: `${kind} ${quoted(name)} ${why}`,
        remedy: `change it in ${key}`,
      });
    } else if (isRoleTemplate(name)) {
      settings.refuse({
        key,
        code: 'invalid-name',
        message: `${kind} ${quoted(name)} holds {database}, which only ${keys.serviceRole} may`,
        remedy: `write the names out in ${key}`,
      });
    } else if (usable.includes(name)) {
      settings.refuse({
        key,
        code: 'invalid-name',
        message: `${kind} ${quoted(name)} stands twice in ${key}`,
        remedy: 'drop one',
      });
    } else {
      usable.push(name);
    }
  }
  return usable;
}

function readServiceRole(
  settings: Settings,
  databases: readonly string[],
  roles: readonly string[],
  rules: NameRules,
): string | undefined {
  const key = keys.serviceRole;
  const template = settings.value(key);
  if (template === undefined) return undefined;
  const refuse = (message: string, remedy: string) => settings.refuse({ key, code: 'invalid-name', message, remedy });

  const stranger = (template.match(/\{[^{}]*\}/g) ?? []).find((placeholder) => placeholder !== '{database}');
  if (stranger !== undefined) {
    refuse(
      `${key} holds ${printable(stranger)}; the only placeholder is {database}`,
      'write it like {database}_service',
    );
    return undefined;
  }
  if (isRoleTemplate(template) && databases.length === 0) {
    refuse(`${key} makes one role for each database, and there is none`, `set ${keys.databases}`);
  }
  const expanded = isRoleTemplate(template) ? databases.map((database) => expandRole(template, database)) : [template];
  for (const role of expanded) {
    const why = judgeName('role', role, rules);
    if (why !== undefined) refuse(`role ${quoted(role)} ${why}`, `change ${key}`);
    if (roles.includes(role))
      refuse(`role ${quoted(role)} is the service role and stands in ${keys.roles} too`, 'drop one');
  }
  if (!isRoleTemplate(template) && template.includes(',')) {
    settings.warn('comma-in-name', key, `${key} is one role, ${quoted(template)}`, `further roles go to ${keys.roles}`);
  }
  return template;
}

/** Where a file system folds case, two names that differ in nothing else would share a DSN file. */
function refuseFileCollisions(settings: Settings, databases: readonly string[], roles: readonly string[]): void {
  const refuse = (key: string, message: string, remedy: string) =>
    settings.refuse({ key, code: 'invalid-name', message, remedy });
  for (const [kind, key, names] of [
    ['databases', keys.databases, databases],
    ['roles', keys.roles, roles],
  ] as const) {
    for (const [one, other] of caseCollisions(names)) {
      const why = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';
      refuse(key, `${kind} ${quoted(one)} and ${quoted(other)} ${why}`, 'rename one');
    }
  }
  for (const database of databases) {
    for (const role of roles) {
      try {
        dsnFileName(database, role);
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        refuse(keys.roles, error.message, error.diagnostics[0]?.remedy ?? 'use shorter names');
        return;
      }
    }
  }
}

function readNetworks(settings: Settings, policy: ListenerPolicy | undefined): readonly string[] | undefined {
  const networks = settings.list(keys.networks);
  if (networks === undefined) return undefined;
  for (const network of networks.filter((text) => !isNetwork(text))) {
    settings.refuse({
      key: keys.networks,
      code: 'invalid-value',
      message: `${keys.networks} holds ${shownValue(network)}, expected an address with its prefix length`,
      remedy: 'write it like 10.0.0.0/8 or fd00::/8',
    });
  }
  if (policy !== undefined && policy !== 'private') {
    const message = `${keys.networks} says nothing under the policy ${policy}`;
    settings.warn('unused-key', keys.networks, message, `unset it, or set ${keys.policy}=private`);
  }
  return networks;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  return rest.length === 0 && !address.includes('%') && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

function quoted(name: string): string {
  return `"${printable(name)}"`;
}
