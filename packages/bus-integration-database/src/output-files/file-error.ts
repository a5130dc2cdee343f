// What the file system refused, in words: the path, why, and what to do.
import { dirname } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { printable } from '../text/printable.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** The error of an operation on an output file or its directory; what is no error of the file system passes as it is. */
export function fileError(error: unknown, path: string, doing: string): unknown {
  if (error instanceof OperationError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === 'EEXIST' && doing === 'write') return anotherRun(path);
  const [seen, advice] = reasons[code] ?? [code];
  // A name that can't be made or removed is the directory's concern.
  const remedy = advice?.replaceAll('FILE', () => shellQuote(doing === 'write' ? dirname(path) : path));
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

/** Somebody else changed the staged file. */
export function anotherRun(path: string): OperationError {
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

const reasons: Readonly<Record<string, readonly [seen: string, remedy?: string]>> = {
  EACCES: ['permission denied', 'run as the user who owns it, or fix its mode'],
  EPERM: ['not permitted', 'where the file system keeps it from change: chattr -i FILE; then apply again'],
  EBUSY: ['something is mounted there', 'mount its directory rather than the file: umount FILE; then apply again'],
  ENOENT: ['it, or its directory, was removed meanwhile', 'run the same command again'],
  ENOSPC: ['no space is left on the device', 'free some space, then run the same command again'],
  EDQUOT: ['the disk quota is used up', 'free some space, then run the same command again'],
  EROFS: ['the file system is read-only'],
  ENOTDIR: [
    'part of its path is no directory',
    'move that file away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
  ],
  EEXIST: ['a file is in the way', 'move that file away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory'],
};
