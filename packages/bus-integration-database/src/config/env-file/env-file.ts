// Env-style files: KEY=VALUE lines as data. Nothing is expanded or run, and no error shows a value.
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { OperationError } from '../../contract/errors.ts';
import type { Diagnostic } from '../../contract/response.ts';
import { readAtMost } from '../../secrets/read-at-most.ts';
import { some } from '../../text/list.ts';
import { printable } from '../../text/printable.ts';
import { type EnvFileStatus, judgeEnvFile } from './env-file-owner.ts';
import { unquote } from './unquote.ts';

const lineLimitBytes = 64 * 1024;
const fileLimitBytes = 1024 * 1024;

/** What an env file sets, and on which line each key stands (the last one, where it is given twice). */
export interface EnvFile {
  readonly path: string;
  /** Has no prototype: a key may be called `__proto__`. */
  readonly values: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, number>>;
  /** Keys that stand more than once, with all their lines; the last one counts. */
  readonly repeated: readonly { readonly key: string; readonly lines: readonly number[] }[];
}

/**
 * Reads the text of an env file: `KEY=VALUE` or `export KEY=VALUE` lines, blank lines and `#` lines. A bad line is an
 * `invalid-request` error, `FILE:LINE: why`. A key may be called `__proto__` and is one like any other.
 *
 * @example
 * parseEnvFile("A=1\nexport B='two words'\n", '.env'); // { A: '1', B: 'two words' }
 */
export function parseEnvFile(text: string, fileName: string): Record<string, string> {
  return Object.fromEntries(Object.entries(readLines(text, fileName).values));
}

/**
 * Opens an env file and reads it as {@link parseEnvFile} does, with the same errors; what is missing, unreadable, no
 * regular file, larger than 1 MiB or no UTF-8 is one too. Errors call the file `shownAs`. `judge` sees who may write what
 * was opened, before any of it is read.
 *
 * @example
 * readEnvFile('.env').lines.BUS_DEPLOYMENT_ID; // 1
 */
export function readEnvFile(path: string, shownAs = path, judge?: (status: EnvFileStatus) => void): EnvFile {
  return { path: shownAs, ...readLines(decode(readBytes(path, shownAs, judge), shownAs), shownAs) };
}

/**
 * Reads an env file that was asked for by its name: whoever else could have written it is only a warning then. `uid` is
 * this user, undefined where the system knows no owners.
 *
 * @example
 * const { file, warnings } = readNamedEnvFile(resolve(cwd, './staging.env'), './staging.env', process.getuid?.());
 */
export function readNamedEnvFile(
  path: string,
  shownAs: string,
  uid: number | undefined,
): { readonly file: EnvFile; readonly warnings: readonly Diagnostic[] } {
  const warnings: Diagnostic[] = [];
  const file = readEnvFile(path, shownAs, (status) => {
    if (uid === undefined) return;
    for (const finding of judgeEnvFile(status, { uid, shownAs, path })) warnings.push({ ...finding, severity: 'warn' });
  });
  if (file.repeated.length > 0)
    warnings.push({ severity: 'warn', code: 'repeated-key', message: repeatedText(file), target: shownAs });
  return { file, warnings };
}

/**
 * Which keys stand more than once, for a warning.
 *
 * @example
 * repeatedText(readEnvFile('.env')); // '.env: the last line counts of what is set more than once: A (lines 1, 3)'
 */
export function repeatedText({ path, repeated }: Pick<EnvFile, 'path' | 'repeated'>): string {
  const linesOf = (all: readonly number[]) =>
    all.length > 4 ? `${all.slice(0, 3).join(', ')} … ${all.at(-1)}` : all.join(', ');
  const keys = repeated.map(({ key, lines }) => `${printable(key)} (lines ${linesOf(lines)})`);
  return `${printable(path)}: the last line counts of what is set more than once: ${some(keys, 20)}`;
}

function readLines(text: string, fileName: string) {
  const values: Record<string, string> = Object.create(null);
  const lines: Record<string, number> = Object.create(null);
  const places = new Map<string, number[]>();
  const raw = text.split('\n');
  for (const [index, line] of raw.entries()) {
    const refuse = (why: string): never => refuseLine(fileName, index + 1, why);
    const endsInCrLf = line.endsWith('\r') && index < raw.length - 1;
    const assignment = readLine(endsInCrLf ? line.slice(0, -1) : line, index === 0, refuse);
    if (assignment === undefined) continue;
    values[assignment.name] = assignment.value;
    lines[assignment.name] = index + 1;
    const known = places.get(assignment.name);
    if (known === undefined) places.set(assignment.name, [index + 1]);
    else known.push(index + 1);
  }
  const repeated = [...places].filter(([, all]) => all.length > 1).map(([key, all]) => ({ key, lines: all }));
  return { values, lines, repeated };
}

function readLine(line: string, isFirst: boolean, refuse: (why: string) => never) {
  if (Buffer.byteLength(line) > lineLimitBytes) refuse('the line is longer than 64 KiB');
  if (isFirst && line.startsWith('\uFEFF')) refuse('the file begins with a byte order mark; save it without one');
  if (line.includes('\r')) refuse('a carriage return stands alone; lines end in LF or CRLF');
  if (line.includes('\0')) refuse('NUL can be in no environment variable');
  if (/\p{Cs}/u.test(line)) refuse('half of a surrogate pair, which no UTF-8 can hold');
  const content = cut(line);
  if (content === '' || content.startsWith('#')) return undefined;
  const assignment = content.startsWith('export ') ? content.slice('export '.length) : content;
  const equals = assignment.indexOf('=');
  if (equals < 0) return refuse('expected KEY=VALUE');
  const name = cut(assignment.slice(0, equals));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) refuse(`invalid environment variable name ${shownName(name)}`);
  return { name, value: readValue(cut(assignment.slice(equals + 1)), refuse) };
}

function readValue(text: string, refuse: (why: string) => never): string {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return cut(text.replace(/(^|\p{White_Space})#.*$/su, ''));
  if (quote === "'") {
    const end = text.indexOf(quote, 1);
    if (end < 0) refuse('the single quote is not closed');
    if (!/^(\p{White_Space}+#.*)?$/su.test(text.slice(end + 1))) refuse('text follows the closing quote');
    return text.slice(1, end);
  }
  const end = text.lastIndexOf(quote);
  if (end === 0) refuse('the double quote is not closed');
  if (end < text.length - 1) refuse('text follows the closing quote');
  return unquote(text.slice(1, end), refuse);
}

/** Not `trim()`, whose white space has U+FEFF, which is none, and lacks U+0085, which is. */
function cut(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text[start])) start++;
  while (end > start && isWhiteSpace(text[end - 1])) end--;
  return text.slice(start, end);
}

function isWhiteSpace(character: string | undefined): boolean {
  return character !== undefined && /\p{White_Space}/u.test(character);
}

/** A line that is not an assignment at all may be a stray piece of a key or a DSN: show only what looks like a name. */
function shownName(name: string): string {
  const looksLikeName = name.length <= 64 && !/[:/@+$\\"']/.test(name);
  return looksLikeName ? `"${printable(name)}"` : '(not shown: it may be part of a secret)';
}

function readBytes(path: string, shownAs: string, judge?: (status: EnvFileStatus) => void): Uint8Array {
  const refuse = (why: string, cause?: unknown): never => {
    throw new OperationError('invalid-request', `${printable(shownAs)}: ${why}`, { target: shownAs, cause });
  };
  let descriptor: number;
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the program for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse('no such file', error);
    if (code === 'EACCES') return refuse('permission denied', error);
    return refuse(`can't be opened (${code})`, error);
  }
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) refuse('is a directory, expected a file');
    if (!stats.isFile()) refuse('is not a regular file');
    const link = judge === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
    judge?.({ uid: stats.uid, mode: stats.mode, ...(link?.isSymbolicLink() && { linkUid: link.uid }) });
    return readAtMost(descriptor, fileLimitBytes) ?? refuse('is larger than 1 MiB');
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let start = 0;
  for (let line = 1; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      utf8.decode(bytes.subarray(start, end));
    } catch {
      refuseLine(path, line, 'the line is not valid UTF-8');
    }
    start = end + 1;
  }
  return utf8.decode(bytes);
}

function refuseLine(fileName: string, line: number, why: string): never {
  throw new OperationError('invalid-request', `${printable(fileName)}:${line}: ${why}`, {
    code: 'env-file',
    target: `${fileName}:${line}`,
  });
}
