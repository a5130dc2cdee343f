// Where a program is: an absolute path, so that nothing that lies in the current directory runs by its name.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The first executable regular file of that name on a PATH. Relative and empty entries are passed over: they mean the
 * current directory, which may be somebody else's checkout.
 *
 * @example
 * findProgram('git', process.env.PATH); // '/usr/bin/git'
 */
export function findProgram(name: string, path: string | undefined): string | undefined {
  return absoluteEntries(path)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** A PATH without its relative and empty entries, for the program's own children. */
export function absolutePath(path: string | undefined): string {
  return absoluteEntries(path).join(delimiter);
}

/** Whether a path names a regular file that this user may execute. */
export function isExecutable(file: string): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function absoluteEntries(path: string | undefined): string[] {
  return (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
}
