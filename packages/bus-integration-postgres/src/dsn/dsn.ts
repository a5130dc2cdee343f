// A connection string as libpq reads and writes it: URI or keyword form to keyword → value, and back to a URI.
// Adds no default, opens no file, and repeats no piece of the string in an error: any of it may be the password.
import { isIPv6 } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { parseKeywordDsn } from './keyword-form.ts';
import { isConnectionKeyword } from './keywords.ts';
import { dsnSyntaxError } from './parameter.ts';
import { isDsnUri, parseDsnUri } from './uri-form.ts';

/**
 * Gives the parameters that libpq's PQconninfoParse would set, or throws an `invalid-request` OperationError that says
 * where the string is wrong but does not quote it. Keywords are those of PostgreSQL 18.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 *
 * @example
 * parseDsn('postgresql://admin@db.example:5433/app?sslmode=require');
 * // { user: 'admin', host: 'db.example', port: '5433', dbname: 'app', sslmode: 'require' }
 */
export function parseDsn(text: string): Record<string, string> {
  const unusable = text.search(/\0|\p{Surrogate}/u);
  if (unusable >= 0) {
    throw dsnSyntaxError(text, unusable, 'a NUL or half a surrogate pair', 'write it as UTF-8 text without NUL');
  }
  return isDsnUri(text) ? parseDsnUri(text) : parseKeywordDsn(text);
}

/** What a service needs to reach one database; `host` may be a name, an address or a socket's directory. */
export interface DsnParts {
  readonly host: string;
  readonly port: number;
  /** Further servers to try, in order. */
  readonly others?: readonly { readonly host: string; readonly port: number }[];
  readonly database: string;
  readonly user: string;
  /** Left out of the URI when empty. */
  readonly password: string;
  /** Further keywords in the order in which to write them: `{ sslmode: 'verify-full' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Writes a libpq URI that {@link parseDsn}, libpq of any release and the common drivers read back exactly
 * (docs/dsn-clients.md says which form each of them reads); throws an `invalid-request` OperationError that names the
 * part that a URI cannot hold (empty, with a NUL, an unknown or repeated keyword).
 *
 * @example
 * formatDsnUri({ host: '/run/postgresql', port: 5432, database: 'app', user: 'svc', password: 'a/b' });
 * // 'postgresql://svc:a%2Fb@localhost:5432/app?host=/run/postgresql'
 */
export function formatDsnUri(parts: DsnParts): string {
  const user = encode(required(parts.user, 'user'), 'user');
  const password = parts.password === '' ? '' : `:${encode(parts.password, 'password')}`;
  // A directory where a URI has its host is refused by every reader that is stricter than libpq.
  const isSocket = parts.others === undefined || parts.others.length === 0 ? isDirectory(parts.host) : false;
  const servers = [isSocket ? { ...parts, host: 'localhost' } : parts, ...(parts.others ?? [])];
  const authority = servers.map(({ host, port }) => formatServer(host, port)).join(',');
  const database = encode(required(parts.database, 'dbname'), 'dbname', rawInPath);
  const query = Object.entries(parts.parameters ?? {}).map(([keyword, value]) => {
    if (!isConnectionKeyword(keyword) || ['user', 'password', 'host', 'port', 'dbname'].includes(keyword)) {
      throw new OperationError('invalid-request', `a connection URI takes no parameter ${keyword} beside its parts`);
    }
    return `${keyword}=${encode(value, keyword, rawInValue)}`;
  });
  if (isSocket) query.unshift(`host=${encode(parts.host, 'host', rawInValue)}`);
  const suffix = query.length === 0 ? '' : `?${query.join('&')}`;
  return `postgresql://${user}${password}@${authority}/${database}${suffix}`;
}

function isDirectory(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}

function formatServer(host: string, port: number): string {
  const encoded = encode(required(host, 'host'), 'host');
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new OperationError('invalid-request', `port is ${port}; expected a whole number from 1 to 65535`);
  }
  return `${host.includes(':') && isIPv6(host) ? `[${encoded.replaceAll('%3A', ':')}]` : encoded}:${port}`;
}

function required(value: string, keyword: string): string {
  if (value === '') throw new OperationError('invalid-request', `${keyword} is empty; a connection URI needs one`);
  return value;
}

/**
 * What a path may hold as it is (https://www.rfc-editor.org/rfc/rfc3986#section-3.3). Encoded, `pg`, `postgres` and
 * SQLAlchemy would take it literally; what is left to encode, no URI can hold otherwise.
 */
const rawInPath = "!$&'()*+,;=:@/";
/** Of a query's value less: "+" is a blank to some readers, ";" a separator, "=" an error to libpq. */
const rawInValue = '/,';

function encode(value: string, keyword: string, raw = ''): string {
  if (/\0|\p{Surrogate}/u.test(value)) {
    throw new OperationError('invalid-request', `${keyword} holds a NUL or half a surrogate pair`);
  }
  return encodeURIComponent(value)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:[0-7][0-9A-F])/g, (code) => {
      const character = decodeURIComponent(code);
      return raw.includes(character) ? character : code;
    });
}
