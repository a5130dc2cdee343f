// What a directory is used for: whether it may be closed to everybody else without harm. Changes nothing.
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { isSystemDirectory } from '../secrets/closable.ts';

export const ownDirectory = 'name a directory of its own: BUS_DATABASE_DSN_OUTPUT_DIR=./local/dsn';

/** Holds output files only, or nothing yet; where that can't be seen, it is not so. */
export function isForOutputFiles(path: string): boolean {
  try {
    const { mode } = lstatSync(path);
    // Whatever is sticky or gives its group to what is made in it is meant for several users.
    if ((mode & 0o3000) !== 0 || isSystemDirectory(path)) return false;
    return readdirSync(path, { withFileTypes: true }).every(isOutputFile);
  } catch {
    return false;
  }
}

function isOutputFile(entry: Dirent): boolean {
  return (
    entry.isFile() && (/\.dsn(\.staged)?$/.test(entry.name) || ['.gitignore', '.gitkeep', '.keep'].includes(entry.name))
  );
}
