// The directory in which a process was started or is to work, and what becomes of one that was removed meanwhile.
import { accessSync, constants, statSync } from 'node:fs';
import { printable } from '../text/printable.ts';

/**
 * A function that names the directory in which this process stands, and throws what the system said when it is gone. A
 * directory that is gone is left for `/`: libraries ask the process for it too, and would fail without need.
 *
 * @example
 * const cwd = startDirectory();
 * cwd(); // '/srv/deploy'
 */
export function startDirectory(): () => string {
  try {
    const directory = process.cwd();
    return () => directory;
  } catch (error) {
    process.chdir('/');
    return () => {
      throw error;
    };
  }
}

/** Whether an error says that the current directory is gone. */
export function isLostDirectory(error: unknown): boolean {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'uv_cwd' && code === 'ENOENT';
}

export const lostDirectoryText = 'the current directory no longer exists';

/** Why a directory can't be worked in; undefined when it can. */
export function directoryFault(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'no such directory';
    if (!stats.isDirectory()) return 'not a directory';
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'permission denied; expected a directory that this user may enter';
    if (code === 'ENAMETOOLONG') return 'the name is too long';
    return `the directory can't be entered (${code})`;
  }
}

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
    return `-C ${printable(directory)}: ${enteringFault(error)}`;
  }
}

/** Why the system did not let this process into a directory. */
export function enteringFault(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? code ?? 'the directory could not be entered';
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
};
