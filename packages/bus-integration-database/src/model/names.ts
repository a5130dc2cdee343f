// Names of roles, databases and schemas: which are refused, how they are shown, which file belongs to them. Pure.
// What a provider's server keeps for itself comes in as rules.
import { join, parse } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { printable } from '../text/printable.ts';

export type NamedKind = 'role' | 'database' | 'schema';

/** What a provider's server takes as a name. */
export interface NameRules {
  /** Schemas of every database where none are named. Default: none. */
  readonly defaultSchemas?: readonly string[];
  /** Longest name, in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Names, and beginnings of names, that the server keeps for itself. */
  readonly reserved: Readonly<
    Record<NamedKind, { readonly names: readonly string[]; readonly prefixes: readonly string[] }>
  >;
}

const noneReserved = { names: [], prefixes: [] };

/** Where no server's rules are known. */
export const anyName: NameRules = {
  maxBytes: Number.POSITIVE_INFINITY,
  reserved: { role: noneReserved, database: noneReserved, schema: noneReserved },
};

/**
 * Why a name can't be used, as the end of a sentence that begins with the name; undefined when it can.
 *
 * @example
 * judgeName('role', 'x'.repeat(64), rules); // 'is 64 bytes long; 63 is the most'
 */
export function judgeName(kind: NamedKind, name: string, rules: NameRules): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'holds a NUL character';
  const broken = lineBreakFault(name);
  if (broken !== undefined) return broken;
  if (/\p{Cs}/u.test(name)) return 'holds half of a surrogate pair, which no UTF-8 can hold';
  if (name.includes('\uFFFD')) return 'holds U+FFFD, which stands where bytes were no valid UTF-8';
  const bytes = Buffer.byteLength(name);
  if (bytes > rules.maxBytes) return `is ${bytes} bytes long; ${rules.maxBytes} is the most`;
  const { names, prefixes } = rules.reserved[kind];
  if (names.includes(name)) return `is a ${kind} that the server keeps for itself`;
  const prefix = prefixes.find((beginning) => name.startsWith(beginning));
  if (prefix !== undefined) return `begins with ${prefix}, which the server keeps for its own ${kind}s`;
  return undefined;
}

/**
 * Why a name with CR or LF can't be used, as the end of a sentence; undefined of any other. Newer majors refuse such
 * roles and databases; the others take them, and then dumps, access rules and line-based logs break.
 *
 * @example
 * lineBreakFault('bus\nauth'); // 'holds a line break (CR or LF) …'
 */
export function lineBreakFault(name: string): string | undefined {
  if (!/[\r\n]/.test(name)) return undefined;
  return 'holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on';
}

/**
 * The role that a name or a `{database}` template means for a database.
 *
 * @example
 * expandRole('{database}_service', 'bus_auth'); // 'bus_auth_service'
 */
export function expandRole(template: string, database: string): string {
  // A function, since `$&` in a database's name would mean something in a replacement text.
  return template.replaceAll('{database}', () => database);
}

/** Whether a role name is a template that makes one role for each database. */
export function isRoleTemplate(name: string): boolean {
  return name.includes('{database}');
}

/** Longest DSN file name in bytes: file systems take 255, and a staged file beside it needs a few more than itself. */
const fileNameLimitBytes = 240;

/**
 * The name of a DSN file inside the output directory: `<database>.dsn` for the service role, `<database>.<role>.dsn`
 * for another. Every byte outside `[A-Za-z0-9_-]` is percent-encoded, so no name leaves the directory. A result longer
 * than 240 bytes is an `invalid-request` error.
 *
 * @example
 * dsnFileName('../x', 'reporting'); // '%2E%2E%2Fx.reporting.dsn'
 */
export function dsnFileName(database: string, role?: string): string {
  const file = [database, ...(role === undefined ? [] : [role])].map(fileSystemName).join('.').concat('.dsn');
  if (file.length > fileNameLimitBytes) {
    throw new OperationError(
      'invalid-request',
      `the DSN file of ${[database, ...(role === undefined ? [] : [role])].map(printable).join(' and ')} would have a name of ${file.length} bytes; ${fileNameLimitBytes} is the most`,
      { code: 'file-name-too-long', remedy: 'use shorter names, or names of ASCII letters, digits, _ and -' },
    );
  }
  return file;
}

/**
 * Pairs of file names that are one file where the file system doesn't tell upper from lower case.
 *
 * @example
 * caseCollisions(['App.dsn', 'app.dsn']); // [['App.dsn', 'app.dsn']]
 */
export function caseCollisions(fileNames: readonly string[]): (readonly [string, string])[] {
  const first = new Map<string, string>();
  const collisions: (readonly [string, string])[] = [];
  for (const name of fileNames) {
    const folded = name.toLowerCase();
    const other = first.get(folded);
    if (other === undefined) first.set(folded, name);
    else if (other !== name) collisions.push([other, name]);
  }
  return collisions;
}

/** The name that takes the most room in a DSN file's name; undefined of none. */
export function longestEncoded(names: readonly string[]): string | undefined {
  const lengths = names.map((name) => ({ name, length: fileSystemName(name).length }));
  return lengths.reduce<(typeof lengths)[number] | undefined>(
    (longest, one) => (longest !== undefined && longest.length >= one.length ? longest : one),
    undefined,
  )?.name;
}

/** A name as part of a file's: every byte outside `[A-Za-z0-9_-]` percent-encoded. */
export function fileSystemName(name: string): string {
  if (/^[A-Za-z0-9_-]*$/.test(name)) return name;
  return [...Buffer.from(name)].map(encodedByte).join('');
}

function encodedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * The file beside another one that names the pooler. An own file's has three parts, which no other own file has.
 *
 * @example
 * poolerTwin('dsn/orders.dsn'); // 'dsn/orders.pooler.dsn'
 */
export function poolerTwin(file: string): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}.pooler${ext}`);
}
