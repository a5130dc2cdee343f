// A JDBC URL as pgjdbc reads it, with user and password. Its parameters are not libpq's: those that it knows under another
// name are translated, the others left out. Pure.
// https://jdbc.postgresql.org/documentation/use/#connecting-to-the-database
import { isIPv6 } from 'node:net';
import type { Endpoint } from 'bus-integration-database';
import { isSocket } from '../conninfo/dsn-endpoint.ts';
import { type FileForm, type HeldConnection, serversOf, unwritable } from './form.ts';

export const jdbc: FileForm = {
  said: ({ host = '', port = '', ...rest }) => ({ host, port, ...parametersOf(given(rest)) }),
  write: ([connection]) => (connection === undefined ? '' : jdbcUrl(connection)),
  read: (text) => {
    const connection = readJdbcUrl(text);
    return connection === undefined ? undefined : { connections: [connection], others: [] };
  },
};

/** Keywords that mean the same under these names. */
const names: Readonly<Record<string, string>> = {
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  application_name: 'ApplicationName',
  connect_timeout: 'connectTimeout',
  options: 'options',
  target_session_attrs: 'targetServerType',
  load_balance_hosts: 'loadBalanceHosts',
};

/** Values that are others there; of these keywords no other value can be said. */
const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  target_session_attrs: {
    any: 'any',
    'read-write': 'primary',
    primary: 'primary',
    'read-only': 'secondary',
    standby: 'secondary',
    'prefer-standby': 'preferSecondary',
  },
  load_balance_hosts: { disable: 'false', random: 'true' },
};

/** The store of roots that Java has, as `system` is OpenSSL's. */
const systemRoots = ['sslfactory', 'org.postgresql.ssl.DefaultJavaSSLFactory'] as const;

/** The parameters that an endpoint comes to. */
function given(endpoint: Endpoint): Map<string, string> {
  return new Map(
    Object.entries(endpoint).flatMap(([keyword, value]) => {
      if (keyword === 'sslrootcert' && value === 'system') return [systemRoots];
      const [name, known] = [names[keyword], values[keyword]];
      const meant = known === undefined ? value : known[value];
      return name === undefined || meant === undefined ? [] : [[name, meant] as const];
    }),
  );
}

/** And back: of keywords that mean the same there the first. */
function parametersOf(found: ReadonlyMap<string, string>): Endpoint {
  const endpoint: Record<string, string> = {};
  for (const [keyword, name] of Object.entries(names)) {
    const value = found.get(name);
    const known = Object.entries(values[keyword] ?? {});
    const meant = known.find(([, there]) => there === value)?.[0] ?? value;
    if (meant !== undefined) endpoint[keyword] = meant;
  }
  if (found.get(systemRoots[0]) === systemRoots[1]) endpoint.sslrootcert = 'system';
  return endpoint;
}

export function jdbcUrl({ endpoint, database, user, password }: HeldConnection): string {
  const servers = serversOf(endpoint).map(({ host, port }) => `${serverName(host)}:${port}`);
  const parameters = [['user', user] as const, ['password', password] as const, ...given(endpoint)];
  const query = parameters.map(([name, value]) => `${name}=${encoded(value, name)}`).join('&');
  return `jdbc:postgresql://${servers.join(',')}/${encoded(database, 'dbname')}?${query}`;
}

/** pgjdbc dials TCP only, and decodes no host. */
function serverName(host: string): string {
  if (isSocket({ host })) throw unwritable('jdbc', 'host', 'it is a Unix-domain socket, which pgjdbc does not dial');
  if (isIPv6(host)) return `[${host}]`;
  if (/[/?@&#%,:[\]\s]/.test(host)) throw unwritable('jdbc', 'host', 'pgjdbc reads it as it stands');
  return host;
}

/** Everything but letters and digits: pgjdbc decodes "+" to a blank, and splits at "/", "?", "&" and "=". */
function encoded(value: string, what: string): string {
  if (/\0|\p{Surrogate}/u.test(value)) throw unwritable('jdbc', what, 'it holds a NUL or half a surrogate pair');
  return encodeURIComponent(value).replace(/[!'()*~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readJdbcUrl(text: string): HeldConnection | undefined {
  const [, authority, path, query] = /^jdbc:postgresql:\/\/([^/?]+)\/([^/?]+)\?(.*)$/.exec(text.trim()) ?? [];
  if (authority === undefined || path === undefined || query === undefined) return undefined;
  try {
    const found = new Map(
      query.split('&').map((pair): [string, string] => {
        const [name = '', ...value] = pair.split('=');
        return [name, decoded(value.join('='))];
      }),
    );
    const [user, password] = [found.get('user'), found.get('password')];
    if (!user || !password) return undefined;
    return { user, password, database: decoded(path), endpoint: { ...readServers(authority), ...parametersOf(found) } };
  } catch {
    // A percent sign that stands for nothing.
    return undefined;
  }
}

/** As Java's URLDecoder does. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function readServers(authority: string): Endpoint {
  const servers = authority.split(',').map((server) => {
    const [, host = server, port = '5432'] = /^(.*?)(?::(\d+))?$/.exec(server) ?? [];
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
  });
  return { host: servers.map(({ host }) => host).join(','), port: servers.map(({ port }) => port).join(',') };
}
