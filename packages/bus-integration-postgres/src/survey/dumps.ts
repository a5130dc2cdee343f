// Whether a file is a dump that a database may be dropped after: made by pg_dump, whole, of that database, with the
// definition and the rows of each of its tables, and of the last day. Tells nothing of what is in it but names of tables.
// https://www.postgresql.org/docs/current/app-pgdump.html
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from 'bus-integration-database';
import type { Dump } from '../observe/retiring.ts';
import { archiveContents, createScriptReader, type DumpContents, type TableKey } from './dump-contents.ts';
import { archiveAt, endsWhole, isWholeScript } from './dump-formats.ts';

const day = 24 * 60 * 60 * 1000;
/** Clocks of two machines that share a file system are not quite the same. */
const skew = 5 * 60 * 1000;
const headBytes = 64 * 1024;
/** Larger ones are to be archives, of which not everything has to be read. */
const mostScriptBytes = 1024 ** 3;
const mostContentsBytes = 256 * 1024 ** 2;

/**
 * @param path as the manifest has it
 * @param absolute where that is
 * @param now milliseconds since 1970
 * @param tables those that the database has; undefined where nobody could look
 */
export function readDump(
  database: string,
  path: string,
  absolute: string,
  now: number,
  tables?: ReadonlySet<TableKey>,
): Dump {
  try {
    const fault = faultIn(absolute, { database, now, tables });
    return fault === undefined ? { path, state: 'usable' } : { path, state: 'unusable', fault };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { path, state: 'missing' };
    return { path, state: 'unusable', fault: `can't be read (${code})` };
  }
}

interface DesiredDump {
  readonly database: string;
  readonly now: number;
  readonly tables: ReadonlySet<TableKey> | undefined;
}

function faultIn(path: string, wanted: DesiredDump): string | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    // One of format directory has its table of contents in a file of its own.
    if (stats.isDirectory()) return faultInDirectory(path, wanted);
    if (!stats.isFile()) return 'is not a file';
    return faultOf({ descriptor, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }, wanted);
  } finally {
    closeSync(descriptor);
  }
}

function faultInDirectory(path: string, wanted: DesiredDump): string | undefined {
  const names = new Set(readdirSync(path));
  if (!names.has('toc.dat')) return 'is a folder without toc.dat';
  const descriptor = openSync(join(path, 'toc.dat'), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    const isThere = (file: string) => ['', '.gz', '.lz4', '.zst'].some((ending) => names.has(file + ending));
    return faultOf({ descriptor, sizeBytes: size, modifiedMs: mtimeMs, isThere }, wanted);
  } finally {
    closeSync(descriptor);
  }
}

interface OpenFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of format directory: whether a file with rows is beside it. */
  readonly isThere?: (file: string) => boolean;
}

function faultOf(file: OpenFile, wanted: DesiredDump): string | undefined {
  const { sizeBytes, modifiedMs, isThere } = file;
  if (sizeBytes === 0) return 'is empty';
  const head = partOf(file, 0, headBytes);
  const tail = partOf(file, Math.max(0, sizeBytes - headBytes), headBytes);
  const start = archiveAt(head);
  if (start === undefined && !isWholeScript(head, tail))
    return 'is not a dump of pg_dump (format custom, directory, tar or plain), or was cut off';
  if (start === undefined && sizeBytes > mostScriptBytes) return 'is larger than 1 GiB in format plain';
  const contents = start === undefined ? scriptContents(file) : contentsFrom(file, start);
  if (contents === undefined) return 'has no table of contents that can be read whole';
  const fault = contentFault(contents, wanted, start === undefined);
  if (fault !== undefined) return fault;
  if (start !== undefined && isThere === undefined && !endsWhole(head, tail)) return 'was cut off, or holds no data';
  const lost = isThere === undefined ? undefined : contents.files.find((name) => !isThere(name));
  if (lost !== undefined) return `lacks its file ${printable(lost)}`;
  return ageFault(wanted.now - modifiedMs);
}

function contentFault(
  { database, defined, filled }: DumpContents,
  wanted: DesiredDump,
  isScript: boolean,
): string | undefined {
  if (database === undefined)
    return isScript
      ? 'does not say of which database it is (pg_dump --create)'
      : 'does not say of which database it is';
  if (database !== wanted.database) return `is of database ${printable(database)}`;
  const { tables = filled } = wanted;
  // Whatever tables the database has.
  if (defined.size > 0 && filled.size === 0) return 'holds no rows: it was made with --schema-only, or of empty parts';
  const undefinedOnes = [...tables].filter((table) => !defined.has(table));
  if (undefinedOnes.length > 0) return `holds no definition of ${listed(undefinedOnes)}`;
  const empty = [...tables].filter((table) => !filled.has(table));
  return empty.length > 0 ? `holds no rows of ${listed(empty)}` : undefined;
}

function listed([first = '', ...others]: readonly TableKey[]): string {
  const name = printable((JSON.parse(first) as string[]).join('.'));
  return others.length === 0 ? `table ${name}` : `table ${name} and ${others.length} more`;
}

function ageFault(age: number): string | undefined {
  if (age > day)
    return `is ${Math.floor(age / day)} days old; expected one of the last 24 hours`.replace(/ 1 days/, ' a day');
  return age < -skew ? 'was written in the future, by the clock of this machine' : undefined;
}

/** How long a table of contents is, only reading it tells. */
function contentsFrom(file: OpenFile, start: number): DumpContents | undefined {
  const most = Math.min(file.sizeBytes - start, mostContentsBytes);
  for (let length = 16 * headBytes; ; length *= 4) {
    const contents = archiveContents(partOf(file, start, Math.min(length, most)));
    if (contents !== undefined || length >= most) return contents;
  }
}

function scriptContents(file: OpenFile): DumpContents {
  const script = createScriptReader();
  let rest = '';
  for (let from = 0; from < file.sizeBytes; from += 16 * headBytes) {
    // Byte by byte: what matters is told apart by ASCII, and read as UTF-8 line by line.
    const lines = (rest + partOf(file, from, 16 * headBytes).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (isTelling(line)) script.line(Buffer.from(line, 'latin1').toString('utf8').trimEnd());
  }
  return script.contents();
}

const isTelling = (line: string) => /^(?:COPY |CREATE |\\)/.test(line);

function partOf({ descriptor, sizeBytes }: OpenFile, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, sizeBytes - from)));
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(descriptor, bytes, at, bytes.length - at, from + at);
    if (count === 0) return bytes.subarray(0, at);
    at += count;
  }
  return bytes;
}
