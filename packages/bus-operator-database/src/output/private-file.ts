// Files that only their owner may read: made beside their final place, then put there in one move. Never writes through
// a symbolic link, and leaves what was there untouched until the new content is on disk.
import { closeSync, constants, fstatSync, write } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  descriptorOf,
  isKernels,
  isOfOthers,
  OperationError,
  openDevice,
  printable,
  replaceFile,
  writeFault,
} from 'bus-integration-database';
import type { OwnFile } from './own-files.ts';

export interface PrivateFile {
  /** Writes the text and puts the file in its place. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Makes sure, before anything else is done, that a file can be written; `shown` is its name in messages, `mode` what it gets
 * where it holds nothing private (default: 0600). A file that is there is written over only where it is empty or `own`,
 * before and by `write`. Nothing is made before that. A device or a pipe (`/dev/null`) is written to as it is, `/dev/stderr` and `/proc/self/fd/N` as the
 * descriptors that they mean.
 *
 * @example
 * const file = await preparePrivateFile('/srv/plan.json', './plan.json', planFile);
 * await file.write('{}');
 */
export async function preparePrivateFile(
  path: string,
  shown: string,
  own: OwnFile,
  mode = 0o600,
): Promise<PrivateFile> {
  const descriptor = descriptorOf(path);
  if (descriptor !== undefined) return prepareDescriptor(descriptor, shown);
  if (isKernels(path)) throw unwritable(path, Object.assign(new Error(), { code: 'EPERM' }));
  const there = await lstat(path).catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw unwritable(shown, error);
  });
  if (there?.isSymbolicLink()) throw refused(shown, 'is a symbolic link, expected a file', 'name the file itself');
  if (there?.isDirectory()) throw refused(shown, 'is a directory, expected a file');
  if (there !== undefined && !there.isFile()) return { write: (text) => writeToDevice(path, shown, text) };
  // The dot makes the system say ENOTDIR, where the directory is none.
  await access(`${dirname(path)}/.`, constants.W_OK | constants.X_OK).catch((error) => {
    throw unwritable(shown, error);
  });
  requireOwn(path, shown, own);
  return {
    write: async (text) => {
      requireOwn(path, shown, own);
      await writeToFile(path, shown, text, mode);
    },
  };
}

/** @throws OperationError `invalid-request` where something else is there */
function requireOwn(path: string, shown: string, { what, isOurs }: OwnFile): void {
  if (isOfOthers(path, isOurs))
    throw refused(shown, `is there already and is not ${what}; nothing is written over it`, 'name another file');
}

function prepareDescriptor(descriptor: number, shown: string): PrivateFile {
  try {
    fstatSync(descriptor);
  } catch (error) {
    throw unwritable(shown, error);
  }
  return {
    write: async (text) => {
      try {
        await writeToDescriptor(descriptor, Buffer.from(text));
      } catch (error) {
        throw unwritable(shown, error);
      }
    },
  };
}

/** Opening the path anew would begin at the start of the file that another program writes too. */
async function writeToDescriptor(descriptor: number, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      const { bytesWritten } = await promisify(write)(descriptor, bytes, offset, bytes.length - offset, null);
      offset += bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(10);
    }
  }
}

async function writeToFile(path: string, shown: string, text: string, mode: number): Promise<void> {
  try {
    replaceFile(path, text, mode);
  } catch (error) {
    throw unwritable(shown, error);
  }
}

async function writeToDevice(path: string, shown: string, text: string): Promise<void> {
  try {
    const descriptor = openDevice(path);
    try {
      await writeToDescriptor(descriptor, Buffer.from(text));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unwritable(shown, error);
  }
}

function unwritable(shown: string, error: unknown): OperationError {
  const { seen, remedy } = writeFault(error, shown);
  return refused(shown, `can't be written (${seen})`, remedy);
}

function refused(shown: string, why: string, remedy?: string): OperationError {
  return new OperationError('invalid-request', `${printable(shown)} ${why}`, {
    code: 'output-file',
    target: printable(shown),
    remedy,
  });
}
