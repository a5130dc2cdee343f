// The directory that output files go to: made 0700, opened once for the whole run, and worked in by its descriptor, so that
// nobody who may write above it or in it can lead a run elsewhere.

import { closeSync, constants, fchownSync, fstatSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { say } from '../contract/wording.ts';
import { type Output, standsElsewhere } from '../model/output.ts';
import type { ConnectionStrings } from './connection-string.ts';
import { fileError } from './file-error.ts';
import { inTheWay, judgeDirectory, type OutputPlace } from './judge-directory.ts';
import { makeDirectory, syncDirectory } from './make-directory.ts';
import { trustedPath } from './trusted-path.ts';

/** Where one output file stands. */
export interface FilePlace {
  readonly directory: OutputDirectory;
  /** Its name there. */
  readonly name: string;
  /** Default: 0600. */
  readonly mode?: number;
}

/** The place, and the directory there, which is opened when it is first needed and closed by its disposal. */
export interface OutputDirectory extends OutputPlace, Disposable {
  /** What its files hold. */
  readonly strings: ConnectionStrings;
  /** Where a file stands: in it, or where the output says. */
  place(output: Pick<Output, 'file' | 'mode' | 'owner'>): FilePlace;
  /** The names in it; none when it isn't there. */
  names(): ReadonlySet<string>;
  /** Makes it when it is missing, and its missing parents. */
  make(): void;
  /** The path of a name in it, whatever the directory's own path means by now. */
  at(name: string): string;
  /** Makes what was written and renamed in it survive a power cut. */
  sync(): void;
}

/**
 * The directory at a place; nothing is looked at before it is used.
 *
 * @throws OperationError `invalid-request`, from every method, where others could read what is in it, or where root is to
 * give files away in a place that others than root could exchange
 * @example
 * using directory = createOutputDirectory({ shown: './dsn', path: '/srv/shop/dsn', uid }, connectionStrings);
 * directory.names(); // Set { 'shop.dsn' }
 */
export function createOutputDirectory(
  place: OutputPlace,
  strings: ConnectionStrings,
  elsewhere: Elsewhere = nowhere,
): OutputDirectory {
  let opened: OpenedDirectory | undefined;
  const others = new Map<string, OutputDirectory>();
  const open = () => {
    opened ??= openDirectory(place);
    return opened;
  };
  const needed = () => {
    const { base, descriptor } = open() ?? {};
    if (base === undefined || descriptor === undefined) throw vanished(place);
    return { base, descriptor };
  };
  const directory: OutputDirectory = {
    ...place,
    strings,
    place: (output) => {
      const mode = output.mode === undefined ? {} : { mode: Number.parseInt(output.mode, 8) };
      if (!standsElsewhere(output)) return { directory, name: output.file, ...mode };
      const there = elsewhere(output);
      const id = JSON.stringify([there.path, there.owner]);
      const known = others.get(id) ?? createOutputDirectory(there, strings);
      others.set(id, known);
      return { directory: known, name: basename(output.file), ...mode };
    },
    names: () => new Set(place.isAbsent || open() === undefined ? [] : readdirSync(`${needed().base}/.`)),
    make: () => {
      if (open() === undefined) makeAt(place);
      giveAway(needed(), place);
    },
    at: (name) => `${needed().base}/${name}`,
    sync: () => {
      try {
        syncDirectory(needed().descriptor);
      } catch (error) {
        throw fileError(error, place.shown, 'sync the directory');
      }
    },
    [Symbol.dispose]: () => {
      if (opened !== undefined) closeSync(opened.descriptor);
      opened = undefined;
      for (const other of others.values()) other[Symbol.dispose]();
    },
  };
  return directory;
}

/** The place of an output that has a path of its own. */
export type Elsewhere = (output: Pick<Output, 'file' | 'owner'>) => OutputPlace;

const nowhere: Elsewhere = ({ file }) => {
  throw new Error(`internal error: ${file} stands in the output directory`);
};

interface OpenedDirectory {
  readonly descriptor: number;
  /** A path to what the descriptor is, where the system has such paths. */
  readonly base: string;
}

function openDirectory(place: OutputPlace): OpenedDirectory | undefined {
  const { path, isShared } = pathOf(place);
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw inTheWay(place) ?? fileError(error, place.shown, 'read the directory');
  }
  try {
    judgeDirectory(descriptor, path, place);
    return { descriptor, base: baseOf(descriptor, path, isShared && isForeign(place), place) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Files are given to somebody who is not trusted with anything else. */
function isForeign({ owner, uid }: OutputPlace): boolean {
  return owner !== undefined && owner.uid !== uid;
}

function pathOf(place: OutputPlace): { path: string; isShared: boolean } {
  if (!isForeign(place)) return { path: place.path, isShared: false };
  try {
    return trustedPath(place.path, place.shown);
  } catch (error) {
    throw fileError(error, place.shown, 'read the directory');
  }
}

// https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
function baseOf(descriptor: number, path: string, needsDescriptor: boolean, { shown }: OutputPlace): string {
  const base = `/proc/self/fd/${descriptor}`;
  const [own, named] = [fstatSync(descriptor), statSync(`${base}/.`, { throwIfNoEntry: false })];
  if (named?.ino === own.ino && named.dev === own.dev) return base;
  // Elsewhere, as on macOS, nobody but root can exchange the directory: its ancestors were looked at.
  if (!needsDescriptor) return path;
  throw new OperationError(
    'invalid-request',
    say`${{ path: shown }} stands in a directory that all may write, and this system has no /proc to hold it by`,
    { code: 'output-directory-parent', target: shown, remedy: `move it: BUS_DATABASE_DSN_OUTPUT_DIR=/etc/bus/dsn` },
  );
}

function makeAt(place: OutputPlace): void {
  try {
    // Parents stay ours, so that nobody can exchange what is in them, and lead whoever gets the files to them.
    makeDirectory(pathOf(place).path, isForeign(place) ? 0o711 : 0o700);
  } catch (error) {
    throw fileError(error, place.shown, 'make the directory');
  }
}

/** Of an empty one only: a run that was killed may have made it, and what holds files is as somebody wants it. */
function giveAway({ descriptor, base }: OpenedDirectory, { owner, shown }: OutputPlace): void {
  if (owner === undefined || fstatSync(descriptor).uid === owner.uid || readdirSync(`${base}/.`).length > 0) return;
  try {
    fchownSync(descriptor, owner.uid, owner.gid);
  } catch (error) {
    throw fileError(error, shown, 'give away the directory');
  }
}

/** How many of these outputs each directory gets. */
export function filesByDirectory(
  directory: OutputDirectory,
  outputs: readonly Output[],
): ReadonlyMap<OutputDirectory, number> {
  const counts = new Map<OutputDirectory, number>();
  for (const output of outputs) {
    const place = directory.place(output).directory;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}

/** The path of a file, as the operator would write it. */
export function shownPath(directory: Pick<OutputPlace, 'shown'>, file: string): string {
  if (standsElsewhere({ file })) return file;
  return `${withoutSlashes(directory.shown)}/${file}`;
}

/** A directory without the slashes that it ends with. */
export function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function vanished({ shown }: OutputPlace): OperationError {
  return new OperationError('locked', say`${{ path: shown }} was removed while this run was at work`, {
    code: 'dsn-file',
    target: shown,
    remedy: ['see that nobody else works in this directory, then ', { kind: 'again' }],
  });
}
