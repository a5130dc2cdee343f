// Settings of roles and databases: which names there can be, which can't be set, and values as the server reads them. Names
// are compared without case. https://www.postgresql.org/docs/current/sql-alterrole.html
import {
  isSecretKey,
  type ManifestShape,
  type Node,
  type Problems,
  quotedName,
  seen,
} from 'bus-integration-database/manifest';
import { valueFault } from './setting-values.ts';

/** A list is quoted element by element. */
type SettingValue = string | readonly string[];
export type SettingEntries = Readonly<Record<string, SettingValue>>;

const refused: Readonly<Record<string, string>> = {
  role: 'acts_as of a role does it, and is proven by verify',
  session_authorization: 'it is not a setting of a role or a database',
  transaction_read_only: 'it is only of a transaction; write default_transaction_read_only',
  transaction_isolation: 'it is only of a transaction; write default_transaction_isolation',
  transaction_deferrable: 'it is only of a transaction; write default_transaction_deferrable',
  is_superuser: 'it tells of a session, and can not be set',
};

const value = {
  anyOf: [{ type: ['string', 'number', 'boolean'] }, { type: 'array', items: { type: ['string', 'number'] } }],
};

/** Each setting is one value, also a list: a database's stands in place of what every database has. */
export const settingsShape: ManifestShape<SettingEntries> = {
  expected: 'a map of settings',
  takes: ({ kind }) => kind === 'map',
  read: (node, problems) => {
    if (node.kind !== 'map') {
      problems.report(node, 'type', `${seen(node)}, expected a map of settings`);
      return undefined;
    }
    const settings = new Map<string, SettingValue>();
    for (const [written, entry] of node.entries) {
      const name = written.toLowerCase();
      const why = nameFault(name);
      if (why !== undefined)
        problems.report(entry.key, isSecret(name) ? 'secret' : 'setting', `${quotedName(written)}: ${why}`);
      else if (settings.has(name))
        problems.report(
          entry.key,
          'duplicate-key',
          `${quotedName(written)} stands here twice: names of settings have no case`,
        );
      const read = readValue(entry.value, problems);
      if (read === undefined) continue;
      settings.set(name, read);
      const fault = why === undefined ? valueFault(name, read) : undefined;
      if (fault !== undefined)
        problems.report(
          entry.value,
          'setting',
          `${name}: ${seen(entry.value)}${entry.value.kind === 'list' ? ',' : ''} ${fault.why}`,
          fault.instead,
        );
    }
    return record(settings);
  },
  merge: (base, own) => record(new Map([...Object.entries(base), ...Object.entries(own)])),
  schema: { type: 'object', additionalProperties: value, $comment: 'settings' },
};

/** Why a setting can't stand in a manifest, as the end of a sentence; undefined when it may. `name` is in lower case. */
export function settingFault(name: string, value: SettingValue): string | undefined {
  return nameFault(name) ?? valueFault(name, value)?.why;
}

/** Why no parameter can be called so, as the end of a sentence. `name` is in lower case. */
export function settingNameFault(name: string): string | undefined {
  return settingName.test(name)
    ? undefined
    : 'is not a name of a parameter, expected one like log_min_duration_statement';
}

const settingName = /^[a-z_][\w$]*(\.[a-z_][\w$]*)*$/;

function nameFault(name: string): string | undefined {
  if (Object.hasOwn(refused, name)) return refused[name];
  if (isSecret(name)) return 'no secret may stand in this file; apply makes passwords, and writes them to the outputs';
  return settingName.test(name) ? undefined : 'no setting is called so';
}

function isSecret(name: string): boolean {
  return isSecretKey(name) && name !== 'password_encryption';
}

function readValue(node: Node, problems: Problems): SettingValue | undefined {
  if (node.kind === 'list') {
    const items = node.items.map((item) => {
      if (item.kind === 'text' || item.kind === 'number') return item.source;
      problems.report(item, 'type', `${seen(item)}, expected an element of a setting's list`);
      return undefined;
    });
    return items.filter((item) => item !== undefined);
  }
  if (node.kind === 'text' || node.kind === 'number') return node.source;
  if (node.kind === 'flag') return node.value === true ? 'on' : 'off';
  problems.report(node, 'type', `${seen(node)}, expected a value or a list of them`);
  return undefined;
}

function record(settings: ReadonlyMap<string, SettingValue>): SettingEntries {
  const made: Record<string, SettingValue> = Object.create(null);
  for (const [name, one] of settings) made[name] = one;
  return made;
}
