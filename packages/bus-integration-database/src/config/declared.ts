// What the list keys declare: databases, roles, schemas, the listener policy, with every name judged. Pure.
import { isIP } from 'node:net';
import { mostResourcesConfigured, tooManyResources } from '../model/bounds.ts';
import { nameProblems, type PartNames, placeholderProblem } from '../model/name-problems.ts';
import { isRoleTemplate, type NameRules } from '../model/names.ts';
import { printable } from '../text/printable.ts';
import { type SettingsReader, shownValue } from './settings.ts';

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
  furtherRoles: 'BUS_DATABASE_ROLE_NAMES',
  schemas: 'BUS_DATABASE_SCHEMAS',
} as const satisfies PartNames;
const schemasAlias = 'BUS_DATABASE_SCHEMA_NAMES';

/** Whether a mistyped list key leaves no databases, or nothing at all, to work on. */
export function leavesNothingDeclared(meant: string, settings: SettingsReader): boolean {
  if (meant === keys.databases) return !settings.isSet(keys.databases);
  const declaring: readonly string[] = [keys.databases, keys.serviceRole, keys.furtherRoles];
  return (meant === keys.schemas || declaring.includes(meant)) && !declaring.some((key) => settings.isSet(key));
}

const policyKey = 'BUS_DATABASE_LISTENER_POLICY';
const networksKey = 'BUS_DATABASE_LISTENER_NETWORKS';

/**
 * Reads what is declared; what is wrong goes to `settings`. Names are judged by `rules`, only superficially without them.
 *
 * @example
 * readDeclared(createSettings({ BUS_DATABASE_NAMES: 'a,b' }), rules).databases; // ['a', 'b']
 */
export function readDeclared(settings: SettingsReader, rules: NameRules = withoutRules): Declared {
  const schemasKey = settings.isSet(keys.schemas) || !settings.isSet(schemasAlias) ? keys.schemas : schemasAlias;
  const partNames = { ...keys, schemas: schemasKey };
  const databases = settings.list(keys.databases) ?? [];
  const schemas = settings.list(schemasKey) ?? [];
  if (schemasKey === keys.schemas) refuseOtherSchemas(settings, schemas);
  const roles = settings.list(keys.furtherRoles) ?? [];
  const serviceRole = readServiceRole(settings);
  for (const { part, ...problem } of nameProblems(
    { databases, schemas, serviceRole, furtherRoles: roles },
    rules,
    partNames,
  )) {
    settings.refuse({ key: partNames[part], code: 'invalid-name', ...problem });
  }
  const { defaultSchemas = [] } = rules;
  const allSchemas = schemas.length > 0 ? schemas : defaultSchemas;
  refuseTooMany(settings, { databases, schemas: allSchemas, serviceRole, roles });
  const listenerPolicy = settings.choice(policyKey, listenerPolicies) as ListenerPolicy | undefined;
  const listenerNetworks = readNetworks(settings, listenerPolicy);
  return {
    databases,
    ...(serviceRole !== undefined && { serviceRole }),
    roles,
    schemas: allSchemas,
    ...(listenerPolicy !== undefined && { listenerPolicy }),
    ...(listenerNetworks !== undefined && { listenerNetworks }),
  };
}

/** Two names of one key may both be set, and then agree. */
function refuseOtherSchemas(settings: SettingsReader, schemas: readonly string[]): void {
  if (!settings.isSet(schemasAlias)) return;
  const others = settings.list(schemasAlias) ?? [];
  if (others.length === schemas.length && others.every((name, index) => name === schemas[index])) return;
  const message = `${keys.schemas}${settings.where(keys.schemas)} and its alias ${schemasAlias} differ`;
  settings.refuse({ key: schemasAlias, code: 'conflict', message, remedy: `unset ${schemasAlias}` });
}

/** As large as it may be, for a configuration is its operator's own word; still so that it can be planned. */
function refuseTooMany(
  settings: SettingsReader,
  {
    databases,
    schemas,
    serviceRole,
    roles,
  }: Pick<Declared, 'databases' | 'schemas' | 'roles'> & { serviceRole: string | undefined },
): void {
  const declaration = {
    databases,
    roles: serviceRole === undefined ? roles : [serviceRole, ...roles],
    schemas,
  };
  const names = { databases: keys.databases, roles: keys.furtherRoles, schemas: keys.schemas };
  const why = tooManyResources(declaration, names, mostResourcesConfigured);
  if (why !== undefined)
    settings.refuse({
      key: keys.databases,
      code: 'too-many',
      message: why,
      remedy: 'split them into several deployments',
    });
}

const withoutRules: NameRules = {
  maxBytes: Number.POSITIVE_INFINITY,
  reserved: {
    role: { names: [], prefixes: [] },
    database: { names: [], prefixes: [] },
    schema: { names: [], prefixes: [] },
  },
};

function readServiceRole(settings: SettingsReader): string | undefined {
  const key = keys.serviceRole;
  const template = settings.value(key);
  if (template === undefined) return undefined;
  const problem = placeholderProblem(template, keys);
  if (problem !== undefined) {
    settings.refuse({ key, code: 'invalid-name', message: problem.message, remedy: problem.remedy });
    return undefined;
  }
  if (!isRoleTemplate(template) && /[,;]|^\w+(\s+\w+)+$/.test(template)) {
    const message = `${key} is one role, "${printable(template)}"`;
    settings.warn('comma-in-name', key, message, `further roles go to ${keys.furtherRoles}`);
  }
  return template;
}

function readNetworks(settings: SettingsReader, policy: ListenerPolicy | undefined): readonly string[] | undefined {
  const networks = settings.list(networksKey);
  if (networks === undefined) return undefined;
  for (const network of networks.filter((text) => !isNetwork(text))) {
    settings.refuse({
      key: networksKey,
      code: 'invalid-value',
      message: `${networksKey} holds ${shownValue(network)}, expected an address with its prefix length`,
      remedy: 'write it like 10.0.0.0/8 or fd00::/8',
    });
  }
  if (policy !== undefined && policy !== 'private') {
    const message = `${networksKey} has no effect with the policy ${policy}`;
    settings.warn('unused-key', networksKey, message, `unset it, or set ${policyKey}=private`);
  }
  return networks;
}

/** Whether a text is an address with its prefix length, as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  return rest.length === 0 && !address.includes('%') && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}
