// Reads the file of a manifest: how large it may be, which bytes are text. Decides nothing of what it says.
import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { OperationError } from '../../contract/errors.ts';
import { readAtMost } from '../../secrets/read-at-most.ts';
import { printable } from '../../text/printable.ts';
import type { Problems } from './problems.ts';
import { createSource, type ManifestSource } from './source.ts';

const mostBytes = 4 * 1024 * 1024;

/**
 * The bytes of a file.
 *
 * @param shownAs the path as it was given
 * @param judge sees who may write it
 * @throws OperationError `invalid-request` where there is none that can be read, or it is larger than 4 MB
 */
export function readManifestFile(
  path: string,
  shownAs = path,
  judge: (status: Pick<Stats, 'uid' | 'mode'>) => void = () => {},
): Buffer {
  const name = printable(shownAs);
  const refused = (why: string) =>
    new OperationError('invalid-request', `${name} ${why}`, { code: 'manifest-file', target: name });
  let bytes: Buffer | undefined;
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the program for ever.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      if (stats.isDirectory()) throw refused('is a directory, expected a file');
      if (!stats.isFile()) throw refused('is not a regular file');
      const link = lstatSync(path, { throwIfNoEntry: false });
      const fault = link?.isSymbolicLink() ? linkFault(link.uid, process.getuid?.()) : undefined;
      if (fault !== undefined) throw refused(fault);
      judge(stats);
      bytes = readAtMost(descriptor, mostBytes);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof OperationError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw refused(faults[code] ?? `can't be read (${code})`);
  }
  if (bytes !== undefined) return bytes;
  throw refused('is larger than 4 MB, which no manifest is');
}

/** Of another user's link nobody but that user says where it leads. */
function linkFault(owner: number, uid: number | undefined): string | undefined {
  if (uid === undefined || owner === uid || owner === 0) return undefined;
  return `is a symbolic link of user ${owner}, expected one of ${uid === 0 ? 'root' : `user ${uid} or root`}; name the file itself`;
}

const faults: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there: a part of its path is not a directory',
  EISDIR: 'is a directory, expected a file',
  EACCES: "can't be read: permission denied",
  ELOOP: "can't be read: its path is a circle of symbolic links",
};

/** The bytes as text; problems say what is no text. */
export function sourceOf(bytes: Uint8Array, file: string, problems: Problems): ManifestSource {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) {
    problems.report({ start: 0, end: 0 }, 'encoding', 'the file is UTF-16, expected UTF-8; save it as UTF-8');
    return createSource(file, '');
  }
  const text = new TextDecoder('utf-8').decode(bytes);
  const source = createSource(file, text);
  const replaced = text.indexOf('\ufffd');
  // A file may hold that character itself.
  if (replaced >= 0 && !isUtf8(bytes))
    problems.report({ start: replaced, end: replaced + 1 }, 'encoding', 'this is no UTF-8; save the file as UTF-8');
  for (const { index, 0: found } of text.matchAll(unreadable)) {
    problems.report({ start: index, end: index + 1 }, 'encoding', describe(found));
  }
  return source;
}

/** https://yaml.org/spec/1.2.2/#51-character-set, but for what is only unusual. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const unreadable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]|\r(?!\n)/g;

function describe(character: string): string {
  if (character === '\r') return 'a line ends with CR alone; end lines with LF, or CR and LF';
  if (character === '\ufeff') return 'a byte order mark in the middle of the file; take it out';
  return `a control character stands here (${printable(character)}); take it out`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
