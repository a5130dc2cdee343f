// Output files on disk: read beside their staged twins, written so that a kill at any instant leaves the old file or the
// new one, whole, 0600 from the first byte, and at most one staged file of a fixed name. Never prints what they hold.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { OperationError } from '../contract/errors.ts';
import type { DesiredNames } from '../model/desired-names.ts';
import { placesIn } from '../model/output.ts';
import type { FileReading } from './connection-string.ts';
import { type FilePlace, type OutputDirectory, shownPath } from './directory.ts';
import { anotherRun, fileError } from './file-error.ts';
import { type FilePair, stagedSuffix } from './file-pair.ts';
import { readAs, readOutputFile, refuseOfOthers } from './read-output-file.ts';

/** Of several logins a staged file that is to take the place of another one is written beside it first. */
const nextSuffix = '.next';

/**
 * What each desired output file, and the staged file beside it, says of each of its logins.
 *
 * @param isNew roles that are not there yet: they would get the passwords of their files, which nobody else may have had
 * @throws OperationError `invalid-request` for a file or directory that others could read, with the chmod that fixes it
 */
export function readPairs(
  directory: OutputDirectory,
  { outputs }: Pick<DesiredNames, 'outputs'>,
  isNew: (role: string) => boolean = () => false,
): FilePair[] {
  const listed = new Map<OutputDirectory, ReadonlySet<string>>();
  const present = (of: OutputDirectory) => {
    const names = listed.get(of) ?? of.names();
    listed.set(of, names);
    return names;
  };
  return [...outputs.values()].flatMap((output) => {
    const { file, connections, formerly } = output;
    const place = directory.place(output);
    const names = present(place.directory);
    const isOfNew = connections.some(({ role }) => isNew(role));
    const read = (name: string) => (names.has(name) ? readAs(isOfNew, place, output, name) : undefined);
    const [live, staged] = [read(place.name), read(place.name + stagedSuffix)];
    if (staged !== undefined) refuseOfOthers(staged, shownPath(directory, file + stagedSuffix));
    const former = live === undefined && formerly !== undefined ? read(formerly) : undefined;
    // Beside the file itself it is only told of: what keeps it from being read is no reason to stop.
    const before = live === undefined || formerly === undefined ? former : readIfPossible(() => read(formerly));
    const path = shownPath(directory, file);
    const isAny = live !== undefined || staged !== undefined || former !== undefined;
    const isTracked =
      isOfNew && isAny && [place.name, place.name + stagedSuffix, formerly ?? place.name].some(tracks(place));
    return connections.map(({ database, role }, index) => {
      const was = former?.[index];
      const beside = before?.[index];
      const left =
        formerly !== undefined && beside?.state === 'present'
          ? { path: shownPath(directory, formerly), password: beside.password }
          : undefined;
      return {
        output,
        file,
        path,
        database,
        role,
        live: live?.[index] ?? absent,
        staged: staged?.[index] ?? absent,
        ...(was !== undefined && { former: was }),
        ...(left !== undefined && { left }),
        ...(isTracked && { isTracked }),
      };
    });
  });
}

function tracks({ directory: { path, isTracked = () => false } }: FilePlace): (name: string) => boolean {
  return (name) => isTracked(join(path, name));
}

const absent = { state: 'absent' } as const;

function readIfPossible<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** What one file and its staged twin say of all its logins. */
export type WholeFile = readonly [FilePair, ...FilePair[]];

/**
 * Writes and syncs the staged file of an output file; nothing of it stays when that fails. One that is there already is
 * replaced only when it is the one that was seen: of several logins in one move, since it may hold the only copy of the
 * password of some.
 */
export function stageFile(directory: OutputDirectory, whole: WholeFile, text: string): void {
  const [{ file, output, staged }] = whole;
  try {
    const place = directory.place(output);
    const path = place.directory.at(place.name + stagedSuffix);
    if (staged.state !== 'absent') refuseChanged(directory, whole);
    if (staged.state === 'absent' || whole.length === 1) {
      if (staged.state !== 'absent') removeIfPresent(path);
      writeNew(place, path, text);
    } else {
      removeIfPresent(path + nextSuffix);
      writeNew(place, path + nextSuffix, text);
      renameSync(path + nextSuffix, path);
    }
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'write');
  }
}

function writeNew({ directory: { owner }, mode }: FilePlace, path: string, text: string): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags, 0o600);
  try {
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    const bytes = Buffer.from(`${text}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    if (mode !== undefined) fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
  } catch (error) {
    removeIfPresent(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Puts the staged file that was seen, or written by us, in its place; readers see the old content or the new. */
export function promoteFile(directory: OutputDirectory, whole: WholeFile): void {
  const [{ file, output }] = whole;
  refuseChanged(directory, whole);
  try {
    const { directory: of, name } = directory.place(output);
    renameSync(of.at(name + stagedSuffix), of.at(name));
    if (whole.length > 1) removeIfPresent(of.at(name + stagedSuffix + nextSuffix));
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'put the staged file in place of');
  }
}

/** Removes the staged file that was seen. */
export function discardStaged(directory: OutputDirectory, whole: WholeFile): void {
  const [{ file, output }] = whole;
  refuseChanged(directory, whole);
  try {
    const { directory: of, name } = directory.place(output);
    removeIfPresent(of.at(name + stagedSuffix));
    if (whole.length > 1) removeIfPresent(of.at(name + stagedSuffix + nextSuffix));
  } catch (error) {
    throw fileError(error, shownPath(directory, file), 'remove the staged file of');
  }
}

/** A staged file may hold the only copy of a password: another run's must never be taken for ours. */
function refuseChanged(directory: OutputDirectory, whole: WholeFile): void {
  const [{ output, file }] = whole;
  const place = directory.place(output);
  const now = readOutputFile(place, output, place.name + stagedSuffix);
  const placeOf = placesIn(output);
  const isSame = whole.every((pair) => isSameReading(now?.[placeOf(pair)] ?? absent, pair.staged));
  if (!isSame) throw anotherRun(shownPath(directory, file));
}

function isSameReading(one: FileReading, other: FileReading): boolean {
  if (one.state !== 'present' || other.state !== 'present') return one.state === other.state;
  return one.password.reveal() === other.password.reveal() && isDeepStrictEqual(one.endpoint, other.endpoint);
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
