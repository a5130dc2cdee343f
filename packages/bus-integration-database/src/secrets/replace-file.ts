// Puts a file in its place in one move: made beside it, whole and synced before it has its name. What stands in that
// place is never written to, whether a file, a symbolic link or a named pipe.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file, or makes it; when that fails, nothing of the new one stays.
 *
 * @throws the system's own error
 * @example
 * replaceFile('/srv/plan.json', '{}', 0o600);
 */
export function replaceFile(path: string, text: string, mode: number): void {
  // Of the name only a part: 255 bytes are the limit for the temporary one too.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const descriptor = openSync(temporary, flags, mode);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Without it the name may be lost when the power is, though the content is not; a directory need not be readable. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The file is in its place all the same.
  }
}
