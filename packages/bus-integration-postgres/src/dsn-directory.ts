// The directory that DSN files go to: made 0700, looked into only when nobody else could have put anything there.
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { OperationError, printable, shellQuote } from 'bus-integration-database';
import { fileError } from './file-error.ts';

/** Where DSN files go and whose they are. */
export interface DsnDirectory {
  /** As the operator wrote it; what messages show. */
  readonly shown: string;
  readonly path: string;
  readonly uid: number;
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/** Makes the directory, 0700, when it is missing; missing parents too, all for the files' owner. */
export function makeDirectory(directory: DsnDirectory): void {
  try {
    const first = mkdirSync(directory.path, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let path = directory.path; directory.owner !== undefined; path = resolve(path, '..')) {
      chown(path, directory.owner);
      if (path === first) break;
    }
    syncDirectory(resolve(first, '..'));
  } catch (error) {
    throw fileError(error, directory.shown, 'make the directory');
  }
}

/** The names in a directory that is ours alone; none when it isn't there. */
export function listDirectory(directory: DsnDirectory): ReadonlySet<string> {
  let descriptor: number;
  try {
    descriptor = openSync(directory.path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    if (isFile(directory.path)) throw fileInTheWay(directory);
    throw fileError(error, directory.shown, 'read the directory');
  }
  try {
    const { uid, mode } = fstatSync(descriptor);
    const trusted = [directory.uid, 0, directory.owner?.uid];
    if (!trusted.includes(uid)) {
      throw new OperationError(
        'invalid-request',
        `${printable(directory.shown)} belongs to user ${uid}, expected user ${directory.uid} or root`,
        {
          target: directory.shown,
          remedy: `run: chown ${directory.uid} ${shellQuote(directory.shown)}`,
        },
      );
    }
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o7777).toString(8).padStart(4, '0');
      throw new OperationError(
        'invalid-request',
        `${printable(directory.shown)} is open to group or others (${octal}), expected 0700`,
        {
          target: directory.shown,
          remedy: `run: chmod 700 ${shellQuote(directory.shown)}`,
        },
      );
    }
    return new Set(readdirSync(directory.path));
  } finally {
    closeSync(descriptor);
  }
}

/** The path of a file in it, as the operator would write it. */
export function shownPath(directory: DsnDirectory, file: string): string {
  return `${withoutSlashes(directory.shown)}/${file}`;
}

/** A directory without the slashes that it ends with. */
export function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Makes what was written and renamed in it survive a power cut. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function fileInTheWay({ shown }: DsnDirectory): OperationError {
  return new OperationError('invalid-request', `${printable(shown)} is a file, expected a directory`, {
    code: 'dsn-file',
    target: shown,
    remedy: 'move it away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
  });
}

/** False too where it can't be told. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function chown(path: string, { uid, gid }: { uid: number; gid: number }): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchownSync(descriptor, uid, gid);
  } finally {
    closeSync(descriptor);
  }
}
