// The keyword form of a connection string, `host=db.example dbname='my db'`: text to keyword → value, by libpq's rules.
// No default is added and no value is judged.
import { dsnSyntaxError, storeParameter } from './parameter.ts';

const remedy =
  "write keyword=value pairs with blanks between them; a value with blanks goes in single quotes, with \\' and \\\\ for ' and \\ in it; keywords: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS";

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE */
export function parseKeywordDsn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let at = skipBlanks(text, 0);
  // A password with a blank and no quotes goes on in the words after it.
  let mayName = true;
  while (at < text.length) {
    const start = at;
    const fault = (what: string) => dsnSyntaxError(text, start, what, remedy);
    while (at < text.length && text[at] !== '=' && !isBlank(text[at])) at += 1;
    const keyword = text.slice(start, at);
    at = skipBlanks(text, at);
    if (text[at] !== '=') throw fault('a word without "=" after it');
    at = skipBlanks(text, at + 1);
    const value = text[at] === "'" ? readQuoted(text, at) : readBare(text, at);
    storeParameter(found, keyword, value.value, fault, mayName);
    if (keyword === 'password' && text[value.start] !== "'") mayName = false;
    at = skipBlanks(text, value.end);
  }
  return found;
}

interface Value {
  readonly start: number;
  readonly value: string;
  readonly end: number;
}

function readBare(text: string, start: number): Value {
  let value = '';
  let at = start;
  while (at < text.length && !isBlank(text[at])) {
    if (text[at] === '\\') at += 1;
    value += text[at] ?? '';
    at += 1;
  }
  return { start, value, end: at };
}

function readQuoted(text: string, quote: number): Value {
  let value = '';
  let at = quote + 1;
  while (text[at] !== "'") {
    if (text[at] === '\\') at += 1;
    if (at >= text.length) throw dsnSyntaxError(text, quote, 'a quote that is never closed', remedy);
    value += text[at];
    at += 1;
  }
  return { start: quote, value, end: at + 1 };
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (isBlank(text[at])) at += 1;
  return at;
}

// C's isspace(), which is all that libpq takes for a blank: no-break and other wide spaces belong to values.
function isBlank(character: string | undefined): boolean {
  return character !== undefined && ' \t\n\v\f\r'.includes(character);
}
