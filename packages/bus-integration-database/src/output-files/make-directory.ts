// Makes a directory that is to outlive a power cut, and its missing parents. Judges nothing.
import { closeSync, constants, fchmodSync, fsyncSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the directory, 0700, which is not there yet; its missing parents get their own mode, whatever the umask. */
export function makeDirectory(path: string, parentMode: number): void {
  const parents = missingParents(path);
  for (const parent of parents) {
    mkdirSync(parent, { mode: parentMode });
    withDescriptor(parent, (descriptor) => fchmodSync(descriptor, parentMode));
  }
  mkdirSync(path, { mode: 0o700 });
  withDescriptor(dirname(parents[0] ?? path), syncDirectory);
}

/** Some file systems (of networks, of FUSE) can't sync a directory and say so; then there is nothing to wait for. */
export function syncDirectory(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
}

/** The uppermost first. */
function missingParents(path: string): string[] {
  const parent = dirname(path);
  return lstatSync(parent, { throwIfNoEntry: false }) === undefined ? [...missingParents(parent), parent] : [];
}

function withDescriptor(directory: string, work: (descriptor: number) => void): void {
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
