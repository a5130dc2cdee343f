// DSN files on disk: read beside their staged twins, written so that a kill at any instant leaves the old file or the
// new one, whole, 0600 from the first byte, and at most one staged file of a fixed name. Never prints what they hold.
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  dsnFileName,
  judgeSecretFile,
  type Login,
  OperationError,
  printable,
  readSecretFile,
  shellQuote,
} from 'bus-integration-database';
import type { Endpoint, FilePair, FileReading } from './credentials.ts';
import { formatDsn, parseEndpoint } from './dsn-endpoint.ts';

const stagedSuffix = '.staged';

/** Where DSN files go and whose they are. */
export interface DsnDirectory {
  /** As the operator wrote it; what messages show. */
  readonly shown: string;
  readonly path: string;
  readonly uid: number;
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Each login's DSN file with the staged file beside it.
 *
 * @throws OperationError `invalid-request` for a file or directory that others could read, with the chmod that mends it
 */
export function readPairs(directory: DsnDirectory, logins: readonly Login[]): FilePair[] {
  const present = listDirectory(directory);
  return logins.map(({ database, role, isServiceRole }) => {
    const file = dsnFileName(database, isServiceRole ? undefined : role);
    const read = (name: string) =>
      present.has(name) ? readDsn(directory, name, database, role) : { state: 'absent' as const };
    return {
      file,
      path: shownPath(directory, file),
      database,
      role,
      live: read(file),
      staged: read(file + stagedSuffix),
    };
  });
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

/**
 * Writes and syncs the staged file of a DSN file; nothing of it stays when that fails. One that is there already is
 * replaced only when it is the one that was seen.
 */
export function stageFile(directory: DsnDirectory, pair: FilePair, line: string): void {
  const { file } = pair;
  const path = join(directory.path, file + stagedSuffix);
  try {
    if (pair.staged.state !== 'absent') discardStaged(directory, pair);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(path, flags, 0o600);
    try {
      if (directory.owner !== undefined) fchownSync(descriptor, directory.owner.uid, directory.owner.gid);
      const bytes = Buffer.from(`${line}\n`);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } catch (error) {
      removeIfPresent(path);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'write');
  }
}

/** Puts the staged file that was seen, or written by us, in its place; readers see the old content or the new. */
export function promoteFile(directory: DsnDirectory, pair: FilePair): void {
  const { file } = pair;
  refuseChanged(directory, pair);
  try {
    renameSync(join(directory.path, file + stagedSuffix), join(directory.path, file));
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'put the staged file in place of');
  }
}

/** Removes the staged file that was seen. */
export function discardStaged(directory: DsnDirectory, pair: FilePair): void {
  refuseChanged(directory, pair);
  try {
    removeIfPresent(join(directory.path, pair.file + stagedSuffix));
  } catch (error) {
    throw fileError(error, shownPath(directory, pair.file), 'remove the staged file of');
  }
}

/** A staged file may hold the only copy of a password: another run's must never be taken for ours. */
function refuseChanged(directory: DsnDirectory, pair: FilePair): void {
  const now = readDsn(directory, pair.file + stagedSuffix, pair.database, pair.role);
  if (isSameReading(now, pair.staged)) return;
  throw anotherRun(shownPath(directory, pair.file));
}

function isSameReading(one: FileReading, other: FileReading): boolean {
  if (one.state !== 'present' || other.state !== 'present') return one.state === other.state;
  return one.password.reveal() === other.password.reveal() && isDeepStrictEqual(one.endpoint, other.endpoint);
}

function anotherRun(path: string): OperationError {
  return new OperationError(
    'locked',
    `the staged file beside ${printable(path)} was changed by another run meanwhile`,
    {
      code: 'staged-file-changed',
      target: path,
      remedy: 'see that no other apply uses this directory, then run the same command again',
    },
  );
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

/** The content of a DSN file. */
export function dsnLine(endpoint: Endpoint, pair: Pick<FilePair, 'database' | 'role'>, password: string): string {
  return formatDsn({ endpoint, database: pair.database, user: pair.role, password });
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

function readDsn(directory: DsnDirectory, name: string, database: string, role: string): FileReading {
  const path = join(directory.path, name);
  const uid = directory.owner?.uid ?? directory.uid;
  let line: ReturnType<typeof readSecretFile>;
  try {
    line = readSecretFile(path, { uid, shownAs: shownPath(directory, name) });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    // Another run may have renamed it since it was listed.
    if (error instanceof OperationError && error.diagnostics[0]?.code === 'secret-file-missing') {
      return { state: 'absent' };
    }
    // Garbage in a file of ours is told apart from a file that others could have read or written.
    const isOurs = judgeSecretFile(path, { uid, content: 'any' }).every(({ severity }) => severity !== 'fail');
    if (isOurs) return { state: 'broken', reason: 'it does not hold one line of text' };
    throw error;
  }
  const reading = parseEndpoint(line.secret, database, role);
  const { owner } = directory;
  if (reading.state !== 'present' || owner === undefined) return reading;
  const stats = statSync(path);
  return stats.uid === owner.uid && stats.gid === owner.gid ? reading : { ...reading, hasOtherOwner: true };
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

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
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

function shownPath(directory: DsnDirectory, file: string): string {
  return `${directory.shown.replace(/\/+$/, '')}/${file}`;
}

const reasons: Readonly<Record<string, readonly [seen: string, remedy?: string]>> = {
  EACCES: ['permission denied', 'run as the user who owns it, or mend its mode'],
  EPERM: ['not permitted'],
  ENOSPC: ['no space is left on the device', 'free some space, then run the same command again'],
  EDQUOT: ['the disk quota is used up', 'free some space, then run the same command again'],
  EROFS: ['the file system is read-only'],
  ENOTDIR: [
    'part of its path is no directory',
    'move that file away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
  ],
  EEXIST: ['a file is in the way', 'move that file away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory'],
};

function fileError(error: unknown, path: string, doing: string): unknown {
  if (error instanceof OperationError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === 'EEXIST' && doing === 'write') return anotherRun(path);
  const [seen, remedy] = reasons[code] ?? [code];
  // A full or failing disk is no mistake of the configuration.
  const isFailing = ['ENOSPC', 'EDQUOT', 'EIO'].includes(code);
  return new OperationError(
    isFailing ? 'not-converged' : 'invalid-request',
    `can't ${doing} ${printable(path)}: ${seen}`,
    {
      code: 'dsn-file',
      target: path,
      cause: error,
      ...(remedy !== undefined && { remedy }),
    },
  );
}
