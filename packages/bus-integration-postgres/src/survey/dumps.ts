// Whether a file is a dump that a database may be dropped after: made by pg_dump, whole, of that database, and of the last
// day. Reads only its beginning and its end, and tells nothing of what is in it.
// https://www.postgresql.org/docs/current/app-pgdump.html
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from 'bus-integration-database';
import type { Dump } from '../observe/retiring.ts';
import { archivedDatabase, endsWhole, isArchive, isWholeScript } from './dump-formats.ts';

const day = 24 * 60 * 60 * 1000;
/** Clocks of two machines that share a file system are not quite the same. */
const skew = 5 * 60 * 1000;
const headBytes = 64 * 1024;

/**
 * @param path as the manifest has it
 * @param absolute where that is
 * @param now milliseconds since 1970
 */
export function readDump(database: string, path: string, absolute: string, now: number): Dump {
  const found = contentOf(absolute);
  if (found === undefined) return { path, state: 'missing' };
  const fault = typeof found === 'string' ? found : faultOf(database, found, now);
  return fault === undefined ? { path, state: 'usable' } : { path, state: 'unusable', fault };
}

interface Content {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** It is the table of contents of a dump of format directory. */
  readonly isDirectory?: boolean;
}

/** Undefined where there is no file; a text where it can't be read. */
function contentOf(path: string): Content | string | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, mtimeMs } = fstatSync(descriptor);
      // One of format directory has its table of contents in a file of its own.
      if (fstatSync(descriptor).isDirectory()) {
        const contents = contentOf(join(path, 'toc.dat')) ?? 'is a folder without toc.dat';
        return typeof contents === 'string' ? contents : { ...contents, isDirectory: true };
      }
      if (!fstatSync(descriptor).isFile()) return 'is no file';
      const part = (from: number) => {
        const bytes = Buffer.alloc(Math.min(headBytes, size - from));
        return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
      };
      return { head: part(0), tail: part(Math.max(0, size - headBytes)), sizeBytes: size, modifiedMs: mtimeMs };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `can't be read (${code})`;
  }
}

function faultOf(
  database: string,
  { head, tail, sizeBytes, modifiedMs, isDirectory = false }: Content,
  now: number,
): string | undefined {
  if (sizeBytes === 0) return 'is empty';
  if (isArchive(head)) {
    const archived = archivedDatabase(head);
    if (archived !== undefined && archived !== database) return `is of database ${printable(archived)}`;
    if (!isDirectory && !endsWhole(head, tail)) return 'was cut off, or holds no data';
  } else if (!isWholeScript(head, tail)) {
    return 'is no dump of pg_dump (format custom, directory, tar or plain), or was cut off';
  }
  const age = now - modifiedMs;
  if (age > day)
    return `is ${Math.floor(age / day)} days old; expected one of the last 24 hours`.replace(/ 1 days/, ' a day');
  return age < -skew ? 'was written in the future, by the clock of this machine' : undefined;
}
