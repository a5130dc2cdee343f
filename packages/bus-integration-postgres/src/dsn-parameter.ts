// How one keyword and its value join those already found in a connection string, and how a fault in it is told.
// An error names a position, never a piece of the string: an unquoted password makes any word a part of a secret.
import { OperationError } from 'bus-integration-database';
import { isConnectionKeyword } from './connection-keywords.ts';

/** Keeps `value` under `keyword`, as libpq does: the last one wins, and `requiressl` is an old name of `sslmode`. */
export function storeParameter(
  found: Record<string, string>,
  keyword: string,
  value: string,
  fault: (what: string) => OperationError,
): void {
  if (keyword === 'requiressl') found.sslmode = value.startsWith('1') ? 'require' : 'prefer';
  else if (isConnectionKeyword(keyword)) found[keyword] = value;
  else throw fault('a keyword that libpq does not know');
}

/** The error for a connection string that libpq would not read; `index` counts UTF-16 units, as JavaScript does. */
export function dsnSyntaxError(text: string, index: number, what: string, remedy: string): OperationError {
  const character = [...text.slice(0, index)].length + 1;
  return new OperationError('invalid-request', `the connection string has ${what} at character ${character}`, {
    code: 'dsn-syntax',
    remedy,
  });
}
