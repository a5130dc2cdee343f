// What the list keys declare: databases, roles, schemas, the listener policy; judged with their own words. Pure.
import { isIP } from 'node:net';
import { mostResourcesConfigured } from '../model/bounds.ts';
import { type DesiredNames, namesOfUnjudged } from '../model/desired-names.ts';
import { type DesiredRules, type DesiredState, desiredState } from '../model/desired-state.ts';
import type { ListSource } from '../model/list-problems.ts';
import { type Listener, type ListenerPolicy, type Lists, listenerPolicies } from '../model/lists.ts';
import { anyName, isRoleTemplate } from '../model/names.ts';
import { printable } from '../text/printable.ts';
import { type SettingsReader, shownValue } from './settings.ts';

const keys = {
  databases: 'BUS_DATABASE_NAMES',
  serviceRole: 'BUS_DATABASE_SERVICE_ROLE',
  roles: 'BUS_DATABASE_ROLE_NAMES',
  schemas: 'BUS_DATABASE_SCHEMAS',
} as const satisfies ListSource['words'];
const schemasAlias = 'BUS_DATABASE_SCHEMA_NAMES';

/** Whether a mistyped list key leaves no databases, or nothing at all, to work on. */
export function leavesNothingDeclared(meant: string, settings: SettingsReader): boolean {
  if (meant === keys.databases) return !settings.isSet(keys.databases);
  const declaring: readonly string[] = [keys.databases, keys.serviceRole, keys.roles];
  return (meant === keys.schemas || declaring.includes(meant)) && !declaring.some((key) => settings.isSet(key));
}

const policyKey = 'BUS_DATABASE_LISTENER_POLICY';
const networksKey = 'BUS_DATABASE_LISTENER_NETWORKS';

/**
 * The state that is declared; undefined where something is wrong, which goes to `settings`. Names are judged by `rules`,
 * only superficially without them.
 *
 * @example
 * readDesired(createSettings({ BUS_DATABASE_NAMES: 'a,b' }), 'shop', rules)?.databases.keys(); // 'a', 'b'
 */
export function readDesired(
  settings: SettingsReader,
  deploymentId: string,
  rules: DesiredRules = anyName,
): DesiredState | undefined {
  const words = { ...keys, schemas: schemasKeyOf(settings) };
  const lists = readLists(settings, rules);
  const listener = readListener(settings);
  const source = { words, takesFirst: false, mostResources: mostResourcesConfigured, fewer };
  const desired = desiredState(lists, { deploymentId, listener, rules, source });
  if ('resources' in desired) return desired;
  for (const { list, ...problem } of desired) settings.refuse({ key: words[list], ...problem });
  return undefined;
}

/** As large as it may be, for a configuration is its operator's own word; still so that it can be planned. */
const fewer = 'split them into several deployments';

/** What the keys name, whatever is wrong with it, and however much it is. */
export function readNames(settings: SettingsReader, deploymentId: string, rules: DesiredRules = anyName): DesiredNames {
  // Also what `list` would refuse.
  const list = (key: string) =>
    settings
      .peek(key)
      ?.split(/[\s,;]+/)
      .filter((name) => name !== '');
  return namesOfUnjudged(deploymentId, readLists({ ...settings, list }, rules));
}

function schemasKeyOf({ isSet }: SettingsReader): string {
  return isSet(keys.schemas) || !isSet(schemasAlias) ? keys.schemas : schemasAlias;
}

function readLists(settings: SettingsReader, { defaultSchemas = [] }: DesiredRules): Lists {
  const schemasKey = schemasKeyOf(settings);
  const databases = settings.list(keys.databases) ?? [];
  const schemas = settings.list(schemasKey) ?? [];
  if (schemasKey === keys.schemas) refuseOtherSchemas(settings, schemas);
  const roles = settings.list(keys.roles) ?? [];
  const serviceRole = readServiceRole(settings);
  return {
    databases,
    roles: serviceRole === undefined ? roles : [serviceRole, ...roles],
    ...(serviceRole !== undefined && { serviceRole }),
    schemas: schemas.length > 0 ? schemas : defaultSchemas,
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

function readServiceRole(settings: SettingsReader): string | undefined {
  const key = keys.serviceRole;
  const template = settings.value(key);
  if (template === undefined) return undefined;
  if (!isRoleTemplate(template) && /[,;]|^\w+(\s+\w+)+$/.test(template)) {
    const message = `${key} is one role, "${printable(template)}"`;
    settings.warn('comma-in-name', key, message, `further roles go to ${keys.roles}`);
  }
  return template;
}

export function readListener(settings: SettingsReader): Listener {
  const listenerPolicy = settings.choice(policyKey, listenerPolicies) as ListenerPolicy | undefined;
  const listenerNetworks = readNetworks(settings, listenerPolicy);
  return {
    ...(listenerPolicy !== undefined && { listenerPolicy }),
    ...(listenerNetworks !== undefined && { listenerNetworks }),
  };
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
