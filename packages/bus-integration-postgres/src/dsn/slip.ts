// A connection string as an operator wrote it: what libpq would read, less what is a slip of the pen. libpq takes the rest
// of a password for a host and looks it up; here nothing of such a string is used, and no error repeats a piece of it.
import { isIPv6 } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { parseDsn } from './dsn.ts';
import { hostFault } from './host-fault.ts';
import { connectionKeywords } from './keywords.ts';
import { isDsnUri } from './uri-form.ts';

const encodeRemedy =
  'in a URI write %40 for an at sign, %2F for a slash, %3F for a question mark, %3A for a colon and %25 for a percent sign of the user or the password';
const keywordRemedy =
  "write keyword=value pairs with blanks between them, a value with blanks in single quotes: host=db.example password='two words'";
const abstractRemedy = `${encodeRemedy}; a socket of the abstract namespace is named like a directory: host=@/run/postgresql`;

/** Names that the string is expected to hold: they are no slip, whatever they look like. */
interface ExpectedNames {
  readonly role?: string;
  readonly database?: string;
}

/**
 * What {@link parseDsn} gives, where every part of the string is what it is taken for.
 *
 * @throws {OperationError} `invalid-request` that names the parameter and the fault
 * @example
 * readDsn('postgresql://adm:p@ss@db.example/app'); // throws: host holds "@"
 */
export function readDsn(text: string, declared: ExpectedNames = {}): Record<string, string> {
  refuseOtherThings(text);
  if (isDsnUri(text)) refuseUriSlips(text, declared.database);
  const found = parseDsn(text);
  for (const host of found.host?.split(',') ?? []) {
    refuseHost(host);
    if (declared.role === undefined && /^@(?!\/)/.test(host)) throw slip('host begins with "@"', abstractRemedy);
  }
  if (found.user !== declared.role) refuseRunOn('user', found.user ?? '');
  if (found.dbname !== declared.database) refuseRunOn('dbname', found.dbname ?? '');
  if (!isDsnUri(text) && /:[^@]*@/.test(found.user ?? '')) {
    throw slip('user holds ":" and "@": it looks like a user, a password and a host in one', keywordRemedy);
  }
  return found;
}

function refuseOtherThings(text: string): void {
  const refuse = (what: string, remedy: string): void => {
    throw slip(`the connection string ${what}`, remedy);
  };
  if (/^\s*["'`]/.test(text)) refuse('has quotes around it', 'write it without them');
  if (
    /^\s*(export\s+)?[A-Za-z_]\w*\s*=\s*["']?[a-z][a-z0-9+.-]*:\/\//i.test(text) &&
    !/^\s*(host|dbname)\s*=/.test(text)
  ) {
    refuse('begins with the name of a variable', 'write the value alone, from postgresql:// on');
  }
  if (/^\s*psql\s/.test(text)) refuse('begins with the command psql', 'write what follows it alone, without quotes');
  if (isDsnUri(text)) return;
  const scheme = /^\s*([a-z][a-z0-9+.-]*(?::[a-z0-9+]+)?):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    const named = foreignSchemes.find((known) => scheme === known || scheme.startsWith(`${known}+`));
    const isOurs = /^(jdbc:)?postgres(ql)?(\+\w+)?$/.test(scheme);
    const seen = isOurs ? 'begins with another spelling of postgresql://' : `has the scheme of another kind of server`;
    refuse(named === undefined ? seen : `has the scheme ${named}`, 'begin it with postgresql://');
  }
  if (/^\s*postgres(ql)?:/i.test(text))
    refuse('begins with postgresql: and not with postgresql://', 'add the two slashes');
}

const foreignSchemes = [
  'cockroachdb',
  'file',
  'http',
  'https',
  'jdbc:mysql',
  'mariadb',
  'mongodb',
  'mssql',
  'mysql',
  'oracle',
  'pgsql',
  'psql',
  'redis',
  'sqlite',
  'sqlserver',
  'tcp',
];

/** By their places: what stands behind an "@", a "/" or a "[" that should have been encoded. */
function refuseUriSlips(text: string, database: string | undefined): void {
  const rest = text.slice(text.indexOf('://') + 3);
  const end = rest.search(/[@/]/);
  const hasCredentials = rest[end] === '@';
  const hasPassword = hasCredentials && rest.slice(0, end).includes(':');
  const after = hasCredentials ? rest.slice(end + 1) : rest;
  const authority = after.slice(0, after.search(/[/?]|$/));
  if (authority.includes('@')) throw slip('host holds "@": the user or the password before it holds one', encodeRemedy);
  if (authority.startsWith('[') && !isIPv6(decoded(authority.slice(1, authority.search(/\]|$/))))) {
    throw slip('host holds "[" and no IPv6 address', encodeRemedy);
  }
  const [path = '', query = ''] = after.slice(authority.length).split(/\?(.*)/s, 2);
  const isDeclared = database !== undefined && decoded(path.slice(1)) === database;
  if (!isDeclared && (path.includes('@') || withoutOwnAt(query, hasPassword).includes('@'))) {
    throw slip(
      'an "@" stands behind a slash or question mark: the user or the password before it holds one',
      encodeRemedy,
    );
  }
  if (!isDeclared) refuseRunOn('dbname', path.slice(1));
}

/** A query part without the values that may hold an "@": a user and a password that stand there alone, and hosts, looked at later. */
function withoutOwnAt(query: string, hasPassword: boolean): string {
  const others = query.replace(/(^|&)host=[^&]*/g, '$1');
  return hasPassword ? others : others.replace(/(^|&)(?:user|password)=[^&]*/g, '$1');
}

function decoded(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

function refuseHost(host: string): void {
  const fault = hostFault(host);
  if (fault !== undefined) throw slip(`host ${fault}`, `${encodeRemedy}; ${keywordRemedy}`);
}

/** A value in which another keyword begins: `db;password=…`, `db&sslmode=…`. */
function refuseRunOn(keyword: string, value: string): void {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  if (isUrl) throw slip(`${keyword} holds a whole URL`, 'write the URL alone');
  const run = /[;,&?\s]\s*([a-z_]+)\s*=/gi;
  for (const [, word = ''] of value.matchAll(run)) {
    if (Object.hasOwn(connectionKeywords, word.toLowerCase())) {
      throw slip(
        `${keyword} holds another keyword and "="`,
        `${keywordRemedy}; in a URI "?" before the first one, "&" between`,
      );
    }
  }
}

function slip(message: string, remedy: string): OperationError {
  return new OperationError('invalid-request', message, { code: 'dsn-syntax', remedy });
}
