// A Secret for Kubernetes: the keys that CloudNativePG gives its applications, and those of the service binding
// specification, so that both worlds find theirs. Pure.
// https://cloudnative-pg.io/documentation/current/applications/, https://servicebinding.io/spec/core/1.1.0/
import type { Endpoint } from 'bus-integration-database';
import { formatDsn, isSocket } from '../conninfo/dsn-endpoint.ts';
import { secretName } from '../manifest/shapes/secret-name.ts';
import { type FileForm, type FormSettings, type HeldConnection, unwritable } from './form.ts';
import { jdbcUrl } from './jdbc.ts';
import { pgpass } from './pgpass.ts';
import { readSecretManifest } from './secret-manifest.ts';
import { connectionOf } from './uri.ts';

export const secret: FileForm = {
  said: (endpoint) => endpoint,
  write: ([connection], settings) => (connection === undefined ? '' : manifestOf(connection, settings)),
  read: (text) => {
    const found = readSecretManifest(text);
    const { uri = '', username, password, dbname } = found ?? {};
    const connection = connectionOf(uri);
    // A password that was changed in one of the keys alone is not a password.
    if (connection?.user !== username || connection?.password !== password || connection?.database !== dbname)
      return undefined;
    return connection === undefined ? undefined : { connections: [connection], others: [] };
  },
};

function manifestOf(connection: HeldConnection, settings: FormSettings): string {
  const { namespace } = settings;
  const name = secretName(settings.name ?? '');
  if (name === undefined)
    throw unwritable('secret', 'its own name', 'the name of its file holds no letter or digit, or is too long');
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${quoted(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${quoted(namespace)}`]),
    'type: servicebinding.io/postgresql',
    'stringData:',
    ...Object.entries(dataOf(connection, settings)).map(([key, value]) => `  ${key}: ${quoted(value)}`),
  ].join('\n');
}

function dataOf(connection: HeldConnection, { pooler }: FormSettings): Readonly<Record<string, string>> {
  const { endpoint, database, user, password } = connection;
  const { host = '', port = '' } = endpoint;
  const dialsTcp = host.split(',').every((name) => !isSocket({ host: name }));
  return {
    type: 'postgresql',
    provider: 'bus',
    username: user,
    password,
    host,
    port,
    database,
    dbname: database,
    uri: formatDsn(connection),
    ...(dialsTcp && { 'jdbc-uri': jdbcUrl(connection) }),
    pgpass: `${pgpass.write([connection], {})}\n`,
    ...(pooler !== undefined && { 'pooler-uri': formatDsn({ ...connection, endpoint: through(pooler, endpoint) }) }),
  };
}

/** The same endpoint, by another address. */
export function through(pooler: { readonly host: string; readonly port: string }, endpoint: Endpoint): Endpoint {
  return { ...endpoint, ...pooler };
}

/** A string of JSON is one of YAML, where all that YAML can't print is escaped. https://yaml.org/spec/1.2.2/#51-character-set */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
