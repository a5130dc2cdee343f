// Output files on disk: read beside their staged twins, written so that a kill at any instant leaves the old file or the
// new one, whole, 0600 from the first byte, and at most one staged file of a fixed name. Never prints what they hold.

import { closeSync, constants, fchownSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { OperationError } from '../contract/errors.ts';
import { command } from '../contract/remedy.ts';
import { say } from '../contract/wording.ts';
import type { DesiredNames } from '../model/desired-state.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import type { FileReading } from './connection-string.ts';
import { type OutputDirectory, shownPath } from './directory.ts';
import { anotherRun, fileError } from './file-error.ts';
import type { FilePair } from './file-pair.ts';

/** A staged file's name is its output file's and this. */
export const stagedSuffix = '.staged';

/**
 * Each desired output file with the staged file beside it.
 *
 * @throws OperationError `invalid-request` for a file or directory that others could read, with the chmod that fixes it
 */
export function readPairs(directory: OutputDirectory, { outputs }: Pick<DesiredNames, 'outputs'>): FilePair[] {
  const present = directory.names();
  return [...outputs.values()].flatMap(({ file, connections }) =>
    connections.map(({ database, role }) => {
      const read = (name: string) =>
        present.has(name) ? readOutputFile(directory, name, database, role) : { state: 'absent' as const };
      return {
        file,
        path: shownPath(directory, file),
        database,
        role,
        live: read(file),
        staged: read(file + stagedSuffix),
      };
    }),
  );
}

/**
 * Writes and syncs the staged file of an output file; nothing of it stays when that fails. One that is there already is
 * replaced only when it is the one that was seen.
 */
export function stageFile(directory: OutputDirectory, pair: FilePair, line: string): void {
  const { file } = pair;
  try {
    const path = directory.at(file + stagedSuffix);
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
export function promoteFile(directory: OutputDirectory, pair: FilePair): void {
  const { file } = pair;
  refuseChanged(directory, pair);
  try {
    renameSync(directory.at(file + stagedSuffix), directory.at(file));
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'put the staged file in place of');
  }
}

/** Removes the staged file that was seen. */
export function discardStaged(directory: OutputDirectory, pair: FilePair): void {
  refuseChanged(directory, pair);
  try {
    removeIfPresent(directory.at(pair.file + stagedSuffix));
  } catch (error) {
    throw fileError(error, shownPath(directory, pair.file), 'remove the staged file of');
  }
}

/** A staged file may hold the only copy of a password: another run's must never be taken for ours. */
function refuseChanged(directory: OutputDirectory, pair: FilePair): void {
  const now = readOutputFile(directory, pair.file + stagedSuffix, pair.database, pair.role);
  if (isSameReading(now, pair.staged)) return;
  throw anotherRun(shownPath(directory, pair.file));
}

function isSameReading(one: FileReading, other: FileReading): boolean {
  if (one.state !== 'present' || other.state !== 'present') return one.state === other.state;
  return one.password.reveal() === other.password.reveal() && isDeepStrictEqual(one.endpoint, other.endpoint);
}

function readOutputFile(directory: OutputDirectory, name: string, database: string, role: string): FileReading {
  const { owner, uid: own } = directory;
  const shownAs = shownPath(directory, name);
  let file: ReturnType<typeof readSecretFile>;
  try {
    file = readSecretFile(directory.at(name), { uid: owner?.uid ?? own, shownAs });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const code = error.diagnostics[0]?.code;
    // Another run may have renamed it since it was listed.
    if (code === 'secret-file-missing') return { state: 'absent' };
    // Garbage in a file of ours is told apart from a file that others could have read or written.
    if (code === 'secret-file-content') return { state: 'broken', reason: 'it does not hold one line of text' };
    throw error;
  }
  const { uid, gid, nlink } = file.status;
  if (owner === undefined) return directory.strings.parse(file.secret, database, role);
  // Whoever owns the directory may have linked a file of somebody else's into it, to have it read and written out again.
  if (uid !== owner.uid && nlink > 1) throw linkedElsewhere(shownAs, uid, owner.uid);
  const reading = directory.strings.parse(file.secret, database, role);
  const isOwners = uid === owner.uid && gid === owner.gid;
  return reading.state === 'present' && !isOwners ? { ...reading, hasOtherOwner: true } : reading;
}

function linkedElsewhere(path: string, uid: number, owner: number): OperationError {
  return new OperationError(
    'invalid-request',
    say`${{ path }} is a file of user ${uid} that has another name elsewhere, expected one of user ${owner} alone`,
    { code: 'secret-file', target: path, remedy: ['remove that name of it: ', command('rm', { path })] },
  );
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
