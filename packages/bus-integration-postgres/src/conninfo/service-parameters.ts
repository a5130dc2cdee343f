// What BUS_DATABASE_SERVICE_PARAMETERS may put into every DSN file: libpq's keywords, but nothing secret and nothing
// that has a key of its own.
import {
  OperationError,
  pathFault,
  printable,
  remedyOf,
  say,
  type Wording,
  wordingOfError,
} from 'bus-integration-database';
import { isEncoding } from '../dsn/encodings.ts';
import { type ConnectionKeyword, isConnectionKeyword, nearestKeyword } from '../dsn/keywords.ts';
import { resolveDsn } from './conninfo.ts';

const key = 'BUS_DATABASE_SERVICE_PARAMETERS';

/** Keyword → where it is said instead. */
const elsewhere: Partial<Record<ConnectionKeyword, string>> = {
  host: 'set BUS_DATABASE_SERVICE_HOST',
  hostaddr: 'set BUS_DATABASE_SERVICE_HOST to the address',
  port: 'set BUS_DATABASE_SERVICE_PORT',
  sslmode: 'set BUS_DATABASE_SERVICE_SSLMODE',
  sslrootcert: 'set BUS_DATABASE_SERVICE_SSLROOTCERT',
  user: 'name roles in BUS_DATABASE_SERVICE_ROLE and BUS_DATABASE_ROLE_NAMES',
  dbname: 'name databases in BUS_DATABASE_NAMES',
};

/** They are secrets, or lead to files that hold some. */
const secret: readonly ConnectionKeyword[] = [
  'password',
  'passfile',
  'service',
  'sslkey',
  'sslpassword',
  'sslkeylogfile',
  'scram_client_key',
  'scram_server_key',
  'oauth_client_secret',
];

/** Their values are files or directories. */
const paths: readonly string[] = ['sslcert', 'sslcrl', 'sslcrldir'] satisfies ConnectionKeyword[];

/** The parameters as DSN files have them: their services run in other directories. */
export function withWholePaths(
  parameters: Readonly<Record<string, string>>,
  absolute: (path: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([keyword, value]) => [keyword, paths.includes(keyword) ? absolute(value) : value]),
  );
}

/** What is wrong with a keyword for every DSN file; undefined when nothing is. */
export function judgeParameter(keyword: string, value = ''): { seen: string; remedy: string } | undefined {
  if (!isConnectionKeyword(keyword)) {
    const near = nearestKeyword(keyword);
    const named = /^[a-z_]{1,40}$/.test(keyword) ? `libpq has no keyword ${keyword}` : 'libpq has no such keyword';
    return {
      seen: near === undefined ? named : `${named}; did you mean ${near}?`,
      remedy: 'keywords: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS',
    };
  }
  if (secret.includes(keyword)) {
    return {
      seen: `${keyword} is secret, or leads to a secret`,
      remedy: `take ${keyword} out: each file has its own password`,
    };
  }
  const remedy = elsewhere[keyword];
  if (remedy !== undefined) return { seen: `${keyword} has a key of its own`, remedy };
  if (keyword === 'client_encoding' && !isEncoding(value)) {
    const seen = 'client_encoding is none that PostgreSQL knows';
    return { seen, remedy: 'write it like client_encoding=UTF8, or take it out' };
  }
  const fault = paths.includes(keyword) ? pathFault(value) : undefined;
  return fault && { seen: `${keyword} ${fault.seen}`, remedy: fault.remedy };
}

/**
 * Checks the values as a client would.
 *
 * @throws OperationError `invalid-request`, naming the keyword and never the value
 */
export async function requireUsableParameters(parameters: Readonly<Record<string, string>> | undefined): Promise<void> {
  if (parameters === undefined) return;
  const nowhere = { env: {}, homeDirectory: '/nonexistent', osUser: '', cwd: '/' };
  try {
    await resolveDsn({ ...parameters, host: '127.0.0.1', user: 'service', password: 'x', sslmode: 'require' }, nowhere);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const said = [wordingOfError(error)].flat().map(withoutOrigin);
    const message = say`${key}: ${said}`;
    throw new OperationError('invalid-request', message, {
      code: 'invalid-value',
      target: key,
      remedy:
        remedyOf(error.diagnostics[0]) ??
        `change it in ${key}, or take ${printable(error.diagnostics[0]?.target ?? 'it')} out`,
    });
  }
}

function withoutOrigin(part: Wording): Wording {
  return typeof part === 'string' ? part.replace(' (from the connection string)', '') : part;
}
