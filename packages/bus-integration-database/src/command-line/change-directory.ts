// The process's change to the directory that -C names. https://nodejs.org/api/process.html#processchdirdirectory
import { printable } from '../text/printable.ts';

/**
 * Changes to a directory; undefined, or why it could not be entered.
 *
 * @example
 * changeDirectory('./deploy'); // "-C ./deploy: no such directory"
 */
export function changeDirectory(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  try {
    process.chdir(directory);
    return undefined;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return `-C ${printable(directory)}: ${reasons[code] ?? code}`;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
};
