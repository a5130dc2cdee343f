// Names and texts as SQL source, for the DDL that takes no bind parameters. Never given a password, only verifiers.
import { OperationError } from 'bus-integration-database';

/**
 * A name as a quoted identifier; its case and every character are kept.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 *
 * @throws {OperationError} invalid-request, for an empty name, a NUL or a lone surrogate.
 * @example
 * identifier('my "app"'); // '"my ""app"""'
 * identifier('two\nlines'); // 'U&"two\\000alines"'
 */
export function identifier(name: string): string {
  if (name === '') throw new OperationError('invalid-request', 'a name is empty; SQL has no empty name');
  if (/^\w+$/.test(name)) return `"${name}"`;
  const quoted = `"${storable(name, 'a name').replaceAll('"', '""')}"`;
  return controls.test(quoted) ? `U&${escaped(quoted, '\\')}` : quoted;
}

// A script is read line by line, by psql and by people: no name or text begins a line of it or moves a terminal's cursor.
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const allControls = new RegExp(controls, 'gu');

function escaped(quoted: string, lead: '\\' | '\\u'): string {
  const codeOf = (control: string) => lead + control.charCodeAt(0).toString(16).padStart(4, '0');
  return quoted.replaceAll('\\', '\\\\').replaceAll(allControls, codeOf);
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
  return quoted.includes('\\') || controls.test(quoted) ? `E${escaped(quoted, '\\u')}` : quoted;
}

/** A routine as GRANT names it. Of its arguments, which the server wrote, no name breaks a line. */
export function routineName(schema: string, routine: { readonly name: string; readonly arguments: string }): string {
  const types = routine.arguments.replaceAll(/"(?:[^"]|"")*"/g, (quoted) =>
    controls.test(quoted) ? identifier(quoted.slice(1, -1).replaceAll('""', '"')) : quoted,
  );
  return `${identifier(schema)}.${identifier(routine.name)}(${types})`;
}

// A NUL would end the statement early, a lone surrogate would arrive as U+FFFD: another name than the one asked for.
function storable(text: string, what: string): string {
  if (text.includes('\0')) throw new OperationError('invalid-request', `${what} holds a NUL; PostgreSQL stores none`);
  if (/\p{Surrogate}/u.test(text)) {
    throw new OperationError('invalid-request', `${what} holds half a surrogate pair; expected whole characters`);
  }
  return text;
}
