// The lines of a pg_hba.conf and of all that it includes, in the order in which the server tries them. Reads no disk:
// every file is given. https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
import { posix } from 'node:path';
import type { HbaToken } from '../rules/rule.ts';
import type { HbaMissing } from '../rules/rule-list.ts';
import type { HbaFields } from './line.ts';
import { hbaWords } from './token.ts';

export interface HbaSources {
  readonly text: string;
  /** Path of the main file; the others' names count from its directory. */
  readonly file: string;
  /** Path → text of the other files; a path that ends in a slash is a directory that is there. Undefined: not known. */
  readonly files: Readonly<Record<string, string>> | undefined;
  readonly majorVersion: number;
}

/** A line as the server sees it; with a fault it refuses the file. */
export interface SourceLine extends HbaFields {
  readonly fault?: string;
  readonly isDoubtful?: true;
}

/** Cuts all files into lines and puts included ones in place. */
export function hbaSourceLines(sources: HbaSources): { lines: readonly SourceLine[]; missing: readonly HbaMissing[] } {
  const home = posix.dirname(sources.file);
  const files =
    sources.files &&
    new Map(Object.entries(sources.files).map(([path, text]) => [pathFrom(home, path), text] as const));
  const missing = new Map<string, HbaMissing>();
  const reading: HbaFileReading = {
    majorVersion: sources.majorVersion,
    files,
    main: sources,
    miss: (kind, path) => missing.set(`${kind} ${path}`, { kind, path }),
    budget: { files: longestReading.files, tokens: longestReading.tokens },
  };
  const lines = readLines(sources.text, sources.file, [], reading);
  return { lines, missing: [...missing.values()] };
}

/** A few files that include each other many times over would keep the reader busy for ever; no real one comes near. */
const longestReading = { files: 5_000, tokens: 2_000_000 };
const deepestSince16 = 10;
const deepestBefore16 = 100;
const longestTokenBefore16 = 10_240;

interface HbaFileReading {
  readonly majorVersion: number;
  readonly files: ReadonlyMap<string, string> | undefined;
  readonly main: HbaSources;
  readonly miss: (kind: HbaMissing['kind'], path: string) => void;
  readonly budget: { files: number; tokens: number };
}

function readLines(text: string, file: string, above: readonly string[], reading: HbaFileReading): SourceLine[] {
  const lines: SourceLine[] = [];
  for (const { line, text: content } of logicalLines(text)) {
    const { fields, problem } = fieldsOf(content, file, above, reading);
    if (fields.length === 0 && problem === undefined) continue;
    const source = { file, line, text: content, fields };
    if (problem !== undefined) {
      lines.push({ ...source, ...problem });
      continue;
    }
    const [[keyword] = [], [name] = []] = fields;
    const isInclusion =
      reading.majorVersion >= 16 && fields.length === 2 && /^include(_if_exists|_dir)?$/.test(keyword?.text ?? '');
    if (!isInclusion || keyword === undefined || name === undefined) {
      lines.push(source);
      continue;
    }
    const included = includedLines(keyword.text, name.text, file, above, reading);
    for (const each of included.lines) lines.push(each);
    if (included.problem !== undefined) lines.push({ ...source, ...included.problem });
  }
  return lines;
}

interface LogicalLine {
  readonly line: number;
  readonly text: string;
}

/** A backslash at a line's end joins the next one to it, in a comment and between quotation marks too. */
function logicalLines(text: string): LogicalLine[] {
  const physical = text.split('\n');
  if (physical.at(-1) === '') physical.pop();
  const lines: LogicalLine[] = [];
  for (let index = 0; index < physical.length; ) {
    const first = index + 1;
    const pieces: string[] = [];
    for (; index < physical.length; ) {
      const piece = withoutReturns(physical[index] as string);
      index += 1;
      if (!piece.endsWith('\\')) {
        pieces.push(piece);
        break;
      }
      pieces.push(piece.slice(0, -1));
    }
    lines.push({ line: first, text: withoutReturns(pieces.join('')) });
  }
  return lines;
}

function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  return line.slice(0, end);
}

interface HbaFileFault {
  readonly fault: string;
  readonly isDoubtful?: true;
}

interface Fields {
  readonly fields: HbaToken[][];
  readonly problem?: HbaFileFault;
}

function fieldsOf(text: string, file: string, above: readonly string[], reading: HbaFileReading): Fields {
  const fields: HbaToken[][] = [];
  if (text.includes('\0')) return { fields, problem: doubt('a NUL byte is in it') };
  let field: HbaToken[] = [];
  const endField = () => {
    // A field whose only value was an empty file is none: what follows takes its place.
    if (field.length > 0) fields.push(field);
    field = [];
  };
  for (const word of hbaWords(text)) {
    reading.budget.tokens -= 1;
    if (reading.budget.tokens < 0) return { fields, problem: doubt('too much is included') };
    if (reading.majorVersion < 16 && isTooLong(word.text)) {
      return { fields, problem: { fault: `a word of ${longestTokenBefore16} bytes or more` } };
    }
    if (word.isQuoted || word.text.length < 2 || !word.text.startsWith('@')) {
      field.push({ text: word.text, isQuoted: word.isQuoted });
    } else {
      const list = listFrom(word.text.slice(1), file, above, reading);
      for (const token of list.tokens) field.push(token);
      if (list.problem !== undefined) {
        endField();
        return { fields, problem: list.problem };
      }
    }
    if (!word.isContinued) endField();
  }
  endField();
  return { fields };
}

function isTooLong(text: string): boolean {
  // No character takes more than three bytes a unit.
  return text.length * 3 >= longestTokenBefore16 && Buffer.byteLength(text) >= longestTokenBefore16;
}

function doubt(fault: string): HbaFileFault {
  return { fault, isDoubtful: true };
}

/** All values of a file that a field names with `@`. */
function listFrom(name: string, file: string, above: readonly string[], reading: HbaFileReading) {
  const opened = open(name, file, above, reading);
  if ('problem' in opened) return { tokens: [], problem: opened.problem };
  const tokens: HbaToken[] = [];
  for (const { fields, fault, isDoubtful } of readLines(opened.text, opened.path, [...above, file], reading)) {
    if (fault !== undefined) return { tokens, problem: { fault, ...(isDoubtful && { isDoubtful }) } };
    for (const field of fields) {
      for (const token of field) tokens.push(token);
      reading.budget.tokens -= field.length;
    }
    if (reading.budget.tokens < 0) return { tokens, problem: doubt('too much is included') };
  }
  return { tokens };
}

function includedLines(keyword: string, name: string, file: string, above: readonly string[], reading: HbaFileReading) {
  if (keyword !== 'include_dir') return linesFrom(name, keyword === 'include_if_exists', file, above, reading);
  const names = directoryEntries(name, file, reading);
  if ('problem' in names) return { lines: [], problem: names.problem };
  const lines: SourceLine[] = [];
  let problem: HbaFileFault | undefined;
  for (const path of names.paths) {
    const included = linesFrom(path, false, file, above, reading);
    for (const line of included.lines) lines.push(line);
    problem ??= included.problem;
  }
  return { lines, ...(problem && { problem }) };
}

function linesFrom(
  name: string,
  mayBeMissing: boolean,
  file: string,
  above: readonly string[],
  reading: HbaFileReading,
) {
  const opened = open(name, file, above, reading);
  if (!('problem' in opened)) return { lines: readLines(opened.text, opened.path, [...above, file], reading) };
  return opened.isMissing && mayBeMissing ? { lines: [] } : { lines: [], problem: opened.problem };
}

type OpenedHbaFile =
  | { readonly path: string; readonly text: string }
  | { readonly problem: HbaFileFault; readonly isMissing: boolean };

function open(name: string, file: string, above: readonly string[], reading: HbaFileReading): OpenedHbaFile {
  const path = pathFrom(posix.dirname(file), name);
  const shown = JSON.stringify(path);
  const depth = above.length + 1;
  const isDeep = depth > (reading.majorVersion >= 16 ? deepestSince16 : deepestBefore16);
  if (isDeep) return { problem: { fault: `${shown} is included too deep` }, isMissing: false };
  reading.budget.files -= 1;
  if (reading.budget.files < 0) return { problem: doubt('too much is included'), isMissing: false };
  const text = path === pathFrom('', reading.main.file) ? reading.main.text : reading.files?.get(path);
  if (text !== undefined) return { path, text };
  reading.miss('file', path);
  return reading.files === undefined
    ? { problem: doubt(`${shown} is not known`), isMissing: false }
    : { problem: { fault: `${shown} is not there` }, isMissing: true };
}

/** Files of the directory whose names end in `.conf` and begin with no dot, sorted by their bytes. */
function directoryEntries(
  name: string,
  file: string,
  reading: HbaFileReading,
): { paths: string[] } | { problem: HbaFileFault } {
  if (/^[ \t\r\n\f\v]*$/.test(name)) return { problem: { fault: 'include_dir names no directory' } };
  const directory = pathFrom(posix.dirname(file), name);
  const shown = JSON.stringify(directory);
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  const inside = [...(reading.files?.keys() ?? [])].filter((path) => path.startsWith(prefix));
  const isThere = inside.length > 0 || reading.files?.has(prefix) === true;
  if (!isThere) {
    reading.miss('directory', directory);
    return {
      problem: reading.files === undefined ? doubt(`${shown} is not known`) : { fault: `${shown} is not a directory` },
    };
  }
  const paths = inside.filter((path) => /^[^./][^/]*\.conf$/.test(path.slice(prefix.length)));
  return { paths: paths.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))) };
}

function pathFrom(directory: string, path: string): string {
  const joined = path.startsWith('/') ? posix.normalize(path) : posix.join(directory, path);
  return joined;
}
