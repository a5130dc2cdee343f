// DSN files on disk: read beside their staged twins, written so that a kill at any instant leaves the old file or the
// new one, whole, 0600 from the first byte, and at most one staged file of a fixed name. Never prints what they hold.
import {
  closeSync,
  constants,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { dsnFileName, judgeSecretFile, type Login, OperationError, readSecretFile } from 'bus-integration-database';
import { type DsnDirectory, listDirectory, shownPath } from './dsn-directory.ts';
import { formatDsn, parseEndpoint } from './dsn-endpoint.ts';
import type { Endpoint, FilePair, FileReading } from './dsn-pair.ts';
import { anotherRun, fileError } from './file-error.ts';

/** A staged file's name is its DSN file's and this. */
export const stagedSuffix = '.staged';

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

/** The content of a DSN file. */
export function dsnLine(endpoint: Endpoint, pair: Pick<FilePair, 'database' | 'role'>, password: string): string {
  return formatDsn({ endpoint, database: pair.database, user: pair.role, password });
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

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
