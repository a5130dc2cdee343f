// How one keyword and its value join those already found in a connection string, and how a fault in it is told.
// An error names a position, and at most an unknown keyword: an unquoted password makes any word a part of a secret.
import { OperationError } from 'bus-integration-database';
import { isConnectionKeyword, nearestKeyword } from './keywords.ts';

/**
 * Keeps `value` under `keyword`, as libpq does: the last one wins, and `requiressl` is an old name of `sslmode`.
 *
 * @param mayName whether an unknown keyword may be named in the error; not where it may be a piece of a password
 */
export function storeParameter(
  found: Record<string, string>,
  keyword: string,
  value: string,
  fault: (what: string) => OperationError,
  mayName = true,
): void {
  if (keyword === 'requiressl') found.sslmode = value.startsWith('1') ? 'require' : 'prefer';
  else if (isConnectionKeyword(keyword)) found[keyword] = value;
  else throw fault(unknownKeyword(keyword, mayName));
}

/** Other drivers' parameters, and Prisma's: likelier meant than a piece of a password. */
const ofOthers = [
  'channel',
  'charset',
  'connection_limit',
  'database',
  'encrypt',
  'hostname',
  'max_conns',
  'pgbouncer',
  'pool_max_conns',
  'pool_timeout',
  'prepared_statements',
  'schema',
  'search_path',
  'serverversion',
  'sslaccept',
  'ssl',
  'statement_cache_size',
  'tls',
  'uselibpqcompat',
  'username',
];

/** Names the word only where it looks like a keyword; after a slip, only one that somebody may well have meant as one. */
function unknownKeyword(keyword: string, mayName: boolean): string {
  const near = nearestKeyword(keyword);
  const isKnownElsewhere = near !== undefined || ofOthers.includes(keyword.toLowerCase());
  const looksLikeOne = /^[a-z_]{2,32}$/.test(keyword) && (mayName || isKnownElsewhere);
  if (!looksLikeOne) return 'a keyword that libpq does not know';
  return `the keyword ${keyword}, which libpq does not know${near === undefined ? '' : ` (did you mean ${near}?)`},`;
}

/** The error for a connection string that libpq would not read; `index` counts UTF-16 units, as JavaScript does. */
export function dsnSyntaxError(text: string, index: number, what: string, remedy: string): OperationError {
  const character = [...text.slice(0, index)].length + 1;
  return new OperationError('invalid-request', `the connection string has ${what} at character ${character}`, {
    code: 'dsn-syntax',
    remedy,
  });
}
