// Names and texts as SQL source, for the DDL that takes no bind parameters. Never given a password, only verifiers.
import { OperationError } from 'bus-integration-database';

/**
 * A name as a quoted identifier; its case and every character are kept.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 *
 * @throws {OperationError} invalid-request, for an empty name, a NUL or a lone surrogate.
 * @example
 * identifier('my "app"'); // '"my ""app"""'
 */
export function identifier(name: string): string {
  if (name === '') throw new OperationError('invalid-request', 'a name is empty; SQL has no empty name');
  return `"${storable(name, 'a name').replaceAll('"', '""')}"`;
}

/**
 * A text as a string literal that means the same whatever `standard_conforming_strings` is set to.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 *
 * @throws {OperationError} invalid-request, for a NUL or a lone surrogate.
 * @example
 * literal("it's"); // "'it''s'"
 * literal('a\\b'); // "E'a\\\\b'"
 */
export function literal(text: string): string {
  const quoted = `'${storable(text, 'a text').replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

// A NUL would end the statement early, a lone surrogate would arrive as U+FFFD: another name than the one asked for.
function storable(text: string, what: string): string {
  if (text.includes('\0')) throw new OperationError('invalid-request', `${what} holds a NUL; PostgreSQL stores none`);
  if (/\p{Surrogate}/u.test(text)) {
    throw new OperationError('invalid-request', `${what} holds half a surrogate pair; expected whole characters`);
  }
  return text;
}
