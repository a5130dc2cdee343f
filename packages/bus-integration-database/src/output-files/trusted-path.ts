// Whether all that stands above a directory is root's alone: whoever else may write there could put another directory in
// its place while root works in it. Follows symbolic links as the system does, and writes nothing.
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { say } from '../contract/wording.ts';

export interface TrustedPath {
  /** Without symbolic links on the way; whether its last part is one was not looked at. */
  readonly path: string;
  /** Its parent is a sticky directory such as /tmp, where whoever owns the directory may rename it. */
  readonly isShared: boolean;
}

/**
 * Walks an absolute, normalized path from `/`. What was walked can't change any more, since only root may write there;
 * what does not exist is left to be made.
 *
 * @throws OperationError `invalid-request` naming the first ancestor that others than root may write
 * @example
 * trustedPath('/var/run/bus/dsn', './dsn').path; // '/run/bus/dsn'
 */
export function trustedPath(path: string, shown: string): TrustedPath {
  const left = partsOf(path);
  let at = '/';
  for (let links = 0; ; ) {
    const isShared = judge(at, shown);
    const name = left.shift();
    if (name === undefined || left.length === 0) return { path: join(at, name ?? ''), isShared };
    // Nothing on the way is a link, so the parent is the one that the text names.
    const next = name === '..' ? dirname(at) : join(at, name);
    const stats = lstatSync(next, { throwIfNoEntry: false });
    if (stats === undefined) return { path: join(next, ...left), isShared: false };
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    // In a sticky directory everybody may make one.
    if (stats.uid !== 0) throw foreign(next, stats.uid, shown);
    links += 1;
    if (links > 40) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
    const target = readlinkSync(next);
    if (isAbsolute(target)) at = '/';
    left.unshift(...partsOf(target));
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Refuses what others may write; true for a sticky directory, where they can replace nothing of root's. */
function judge(path: string, shown: string): boolean {
  const { uid, mode } = lstatSync(path);
  if (uid !== 0) throw foreign(path, uid, shown);
  if ((mode & 0o022) === 0) return false;
  if ((mode & 0o1000) !== 0) return true;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  throw refused(path, `is writable by others (${octal})`, 'only root may write it', shown, elsewhere);
}

function foreign(path: string, uid: number, shown: string): OperationError {
  return refused(
    path,
    `belongs to user ${uid}`,
    'it is root',
    shown,
    `${elsewhere}; or unset BUS_DATABASE_DSN_FILE_OWNER and run as that user`,
  );
}

const elsewhere =
  'set BUS_DATABASE_DSN_OUTPUT_DIR to a directory whose parents only root may write, such as /etc/bus/dsn';

function refused(path: string, seen: string, expected: string, shown: string, remedy: string): OperationError {
  return new OperationError(
    'invalid-request',
    say`${{ path }} ${seen}: another directory could be put in place of ${{ path: shown }} while root gives files away in it; expected that ${expected}`,
    { code: 'output-directory-parent', target: path, remedy },
  );
}
