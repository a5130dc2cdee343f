// A file of a person's own: made where none is, never written over another. What it holds is no secret.
import { closeSync, constants, fsyncSync, lstatSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { OperationError, printable, type Remedy, writeFault } from 'bus-integration-database';

/**
 * Refuses a path at which something is.
 *
 * @param shown as the operator wrote it
 * @throws OperationError `invalid-request`
 */
export function requireNoFile(path: string, shown: string): void {
  if (isAnything(path)) throw isThere(shown);
}

/** What can't be looked at is told by whoever writes there. */
function isAnything(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Makes the file whole, or not at all; in the mode that the umask leaves.
 *
 * @throws OperationError `invalid-request` where something is there already, or the system refuses
 */
export function createFile(path: string, shown: string, text: string): void {
  let isOurs = false;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(path, flags, 0o666);
    isOurs = true;
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isOurs) rmSync(path, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(shown);
    const { seen, remedy } = writeFault(error, shown);
    throw failed(`${printable(shown)} can't be written (${seen})`, shown, remedy);
  }
}

function isThere(shown: string): OperationError {
  return failed(`${printable(shown)} is there already; nothing is written over it`, shown, 'name another file');
}

function failed(message: string, shown: string, remedy: Remedy | undefined): OperationError {
  return new OperationError('invalid-request', message, {
    code: 'output-file',
    target: printable(shown),
    ...(remedy !== undefined && { remedy }),
  });
}
