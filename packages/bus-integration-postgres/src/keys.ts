// The configuration keys that only PostgreSQL has: where the admin DSN is. Reads no file and no DSN.
import {
  type ConfigurationKey,
  type Credentials,
  type ProviderKeys,
  Secret,
  type SettingsReader,
} from 'bus-integration-database';
import { passwordSendKey, readPasswordSend } from './conninfo/password-send.ts';
import { readServiceAddress, serviceKeys } from './conninfo/service-address.ts';
import { postgresRules } from './desired/rules.ts';

const fileKey = 'BUS_POSTGRES_ADMIN_DSN_FILE';
const valueKey = 'BUS_POSTGRES_ADMIN_DSN';
const secretKey = 'BUS_POSTGRES_ADMIN_DSN_SECRET';

/** Where the admin DSN comes from. */
export const adminKeys: readonly ConfigurationKey[] = [
  { name: fileKey, meaning: "the admin's DSN in a file of mode 0600; set either this key or the next" },
  { name: valueKey, isSecret: true, meaning: "the admin's DSN itself, a libpq URI or keywords" },
  { name: secretKey, isSecret: true, meaning: 'a reference to it; not supported yet, so it is refused' },
];

/** Every key of which only PostgreSQL knows all. */
export const ownKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_DATABASE_SCHEMAS', default: 'public', meaning: 'list of schemas, made in every database' },
  ...serviceKeys,
  passwordSendKey,
  ...adminKeys,
];

/** What `readConfiguration` needs to know of PostgreSQL. */
export const postgresKeys: ProviderKeys = {
  provider: 'postgres',
  prefix: 'BUS_POSTGRES_',
  known: ownKeys,
  silent: ['PORT', 'PGDATA', 'SOCKET_DIR', 'LANG', 'LC_ALL'].map((name) => `BUS_POSTGRES_${name}`),
  names: postgresRules,
  readService: readServiceAddress,
  readChoices: readPasswordSend,
  readCredentials,
};

/** Exactly one of the two keys; an empty one is ignored beside a full one, so that a shell can blank what a file sets. */
function readCredentials(settings: SettingsReader): Credentials | undefined {
  if (settings.isSet(secretKey)) {
    settings.refuse({
      key: secretKey,
      code: 'not-supported',
      message: `${secretKey} is not supported: nothing resolves secret references yet`,
      remedy: `put the DSN in a file of mode 0600 and set ${fileKey}`,
    });
    return undefined;
  }
  const [file, value] = [settings.peek(fileKey), settings.peek(valueKey)?.trim() || undefined];
  if (file !== undefined && value !== undefined) {
    settings.refuse({
      key: valueKey,
      code: 'conflict',
      message: `${fileKey}${settings.where(fileKey)} and ${valueKey} are both set, expected one of them`,
      remedy: `unset ${valueKey}`,
    });
    return undefined;
  }
  if (value !== undefined)
    return isReference(settings, valueKey, value) ? undefined : { key: valueKey, value: new Secret(value) };
  if (file !== undefined) {
    if (isReference(settings, fileKey, file)) return undefined;
    const path = settings.path(fileKey);
    return path === undefined ? undefined : { key: fileKey, file: path };
  }
  const emptyKey = [fileKey, valueKey].find(settings.isSet);
  settings.refuse({
    key: emptyKey ?? fileKey,
    code: emptyKey === undefined ? 'missing-key' : 'empty-key',
    message:
      emptyKey === undefined ? `no admin DSN: neither ${fileKey} nor ${valueKey} is set` : `${emptyKey} is empty`,
    remedy: `write the DSN to ./local/postgres-admin-dsn (mode 0600) and set ${fileKey}=./local/postgres-admin-dsn`,
  });
  return undefined;
}

function isReference(settings: SettingsReader, key: string, value: string): boolean {
  if (!value.startsWith('secret://')) return false;
  settings.refuse({
    key,
    code: 'not-supported',
    message: `${key} holds a secret:// reference, which is not supported yet`,
    remedy: `put the DSN in a file of mode 0600 and set ${fileKey}`,
  });
  return true;
}
