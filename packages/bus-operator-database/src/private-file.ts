// Files that only their owner may read: made beside their final place, then put there in one move. Never writes through
// a symbolic link, and leaves what was there untouched until the new content is on disk.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperationError, printable, shellQuote } from 'bus-integration-database';

export interface PrivateFile {
  /** Writes the text and puts the file in its place, 0600. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Makes sure, before anything else is done, that a file can be written; `shown` is its name in messages. Nothing is made
 * before `write`. A device or a pipe (`/dev/null`) is written to as it is.
 *
 * @example
 * const file = await preparePrivateFile('/srv/plan.json', './plan.json');
 * await file.write('{}');
 */
export async function preparePrivateFile(path: string, shown: string): Promise<PrivateFile> {
  const there = await lstat(path).catch(ignoreMissing);
  if (there?.isSymbolicLink()) throw refused(shown, 'is a symbolic link, expected a file', `rm ${shellQuote(shown)}`);
  if (there?.isDirectory()) throw refused(shown, 'is a directory, expected a file');
  if (there !== undefined && !there.isFile()) return { write: (text) => writeToDevice(path, shown, text) };
  // The dot makes the system say ENOTDIR, where the directory is none.
  await access(`${dirname(path)}/.`, constants.W_OK | constants.X_OK).catch((error) => {
    throw refused(shown, `can't be written (${reasonOf(error)})`);
  });
  return { write: (text) => replaceFile(path, shown, text) };
}

async function replaceFile(path: string, shown: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const handle = await open(temporary, flags, 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw refused(shown, `can't be written (${reasonOf(error)})`);
  }
  await syncDirectory(dirname(path));
}

async function writeToDevice(path: string, shown: string, text: string): Promise<void> {
  try {
    await using handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    await handle.writeFile(text);
  } catch (error) {
    throw refused(shown, `can't be written (${reasonOf(error)})`);
  }
}

/** Without it the name may be lost when the power is, though the content is not. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function refused(shown: string, why: string, remedy?: string): OperationError {
  return new OperationError('invalid-request', `${printable(shown)} ${why}`, {
    code: 'output-file',
    target: printable(shown),
    ...(remedy !== undefined && { remedy: printable(remedy) }),
  });
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'its directory does not exist',
    EACCES: 'permission denied',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'its directory is no directory',
  };
  return words[code ?? ''] ?? code ?? String(error);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
    return undefined;
  throw error;
}
