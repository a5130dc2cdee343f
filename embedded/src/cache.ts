// A directory of things made once and used by every later server; nothing in it is used unless it is ours and whole.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, canEnter } from './account.ts';

const staleStagingMs = 3_600_000;

/** A cache directory, and whether it was made for this one server and goes away with it. */
export interface Cache {
  readonly directory: string;
  readonly isPrivate: boolean;
}

/**
 * Opens the cache of this user in the directory for temporary files, making it when missing.
 *
 * One that somebody else made, or could write to, is left alone, and a new one of a random name is given instead.
 */
export function openCache(account: Account | undefined, parent = temporaryDirectory(account)): Cache {
  const mode = account ? 0o755 : 0o700;
  const directory = join(parent, `bus-embedded-${process.getuid?.() ?? 'user'}`);
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const isShared = isOurs(directory);
  const opened = isShared ? directory : mkdtempSync(`${directory}-`);
  // Whatever the umask was: the server's account has to come through.
  chmodSync(opened, mode);
  return { directory: opened, isPrivate: !isShared };
}

/** The directory for temporary files, or, when the account can't enter that, the first usual one that it can. */
export function temporaryDirectory(account: Account | undefined): string {
  for (const path of [tmpdir(), '/tmp', '/var/tmp']) {
    try {
      const directory = realpathSync(path);
      if (canEnter(account, directory)) return directory;
    } catch {
      // Not there.
    }
  }
  throw new Error(
    `the account that runs PostgreSQL can't enter ${tmpdir()}, /tmp or /var/tmp; set TMPDIR to one it can`,
  );
}

/**
 * The path of the tree of that name in the cache; when it is missing or has lost files, `build` makes it anew first.
 *
 * It appears by a rename, so that a process that looks at the same time, or one that was killed, never leaves a part.
 */
export async function prepared(
  cache: Cache,
  name: string,
  mode: number,
  build: (tree: string) => Promise<void>,
): Promise<string> {
  const finished = join(cache.directory, name);
  if (isWhole(finished)) return join(finished, 'tree');
  sweep(cache);
  const staging = await mkdtemp(join(cache.directory, 'new-'));
  try {
    await chmod(staging, 0o711);
    await build(join(staging, 'tree'));
    await writeFile(join(staging, 'entries'), String(countEntries(join(staging, 'tree'))));
    await chmod(staging, mode);
    moveAside(cache, finished);
    await rename(staging, finished).catch((error: NodeJS.ErrnoException) => {
      // Another process was quicker: what it made is as good.
      if (!isWhole(finished)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return join(finished, 'tree');
}

function isOurs(directory: string): boolean {
  const status = lstatSync(directory);
  const above = statSync(dirname(directory));
  // Without the sticky bit, whoever may write the parent may put another directory in this one's place.
  const isParentSafe = (above.mode & 0o1000) !== 0 || (above.mode & 0o022) === 0;
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0 && isParentSafe;
}

// Cleaners of temporary directories delete old files one by one: a tree that lost some must not be used.
function isWhole(finished: string): boolean {
  try {
    return Number(readFileSync(join(finished, 'entries'), 'utf8')) === countEntries(join(finished, 'tree'));
  } catch {
    return false;
  }
}

function countEntries(tree: string): number {
  return readdirSync(tree, { recursive: true }).length;
}

function moveAside(cache: Cache, finished: string): void {
  if (isWhole(finished)) return;
  const aside = mkdtempSync(join(cache.directory, 'new-'));
  try {
    renameSync(finished, join(aside, 'broken'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

function sweep(cache: Cache): void {
  for (const name of readdirSync(cache.directory).filter((entry) => entry.startsWith('new-'))) {
    const path = join(cache.directory, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status && Date.now() - status.mtimeMs > staleStagingMs) rmSync(path, { recursive: true, force: true });
  }
}
