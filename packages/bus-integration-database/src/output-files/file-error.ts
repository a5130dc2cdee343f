// What the file system refused, in words: the path, why, and what to do.

import { dirname } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { command, type Path, type Remedy } from '../contract/remedy.ts';
import { say } from '../contract/wording.ts';

/** The error of an operation on an output file or its directory; what is no error of the file system passes as it is. */
export function fileError(error: unknown, path: string, doing: string): unknown {
  if (error instanceof OperationError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === 'EEXIST' && doing === 'write') return anotherRun(path);
  const [seen, remedy] = reasons[code] ?? [code];
  // A full or failing disk is no mistake of the configuration.
  const isFailing = ['ENOSPC', 'EDQUOT', 'EIO'].includes(code);
  return new OperationError(isFailing ? 'not-converged' : 'invalid-request', say`can't ${doing} ${{ path }}: ${seen}`, {
    code: 'dsn-file',
    target: path,
    cause: error,
    // A name that can't be made or removed is the directory's concern.
    remedy: remedy?.({ path: doing === 'write' ? dirname(path) : path }),
  });
}

/** Somebody else changed the staged file. */
export function anotherRun(path: string): OperationError {
  return new OperationError('locked', say`the staged file beside ${{ path }} was changed by another run meanwhile`, {
    code: 'staged-file-changed',
    target: path,
    remedy: ['see that no other apply uses this directory, then ', { kind: 'again' }],
  });
}

const moved = 'move that file away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory';

const reasons: Readonly<Record<string, readonly [seen: string, remedy?: (file: Path) => Remedy]>> = {
  EACCES: ['permission denied', () => 'run as the user who owns it, or fix its mode'],
  EPERM: [
    'not permitted',
    (file) => ['where the file system keeps it from change: ', command('chattr', '-i', file), '; then apply again'],
  ],
  EBUSY: [
    'something is mounted there',
    (file) => ['mount its directory rather than the file: ', command('umount', file), '; then apply again'],
  ],
  ENOENT: ['it, or its directory, was removed meanwhile', () => ({ kind: 'again' })],
  ENOSPC: ['no space is left on the device', () => ['free some space, then ', { kind: 'again' }]],
  EDQUOT: ['the disk quota is used up', () => ['free some space, then ', { kind: 'again' }]],
  EROFS: ['the file system is read-only'],
  ENOTDIR: ['part of its path is not a directory', () => moved],
  EEXIST: ['a file is in the way', () => moved],
};
