// Where psql is, for tests that want it: the server packages hold none.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first psql on the search path, or undefined. */
export function psqlPath(searchPath = process.env.PATH ?? ''): string | undefined {
  return programOnPath('psql', searchPath);
}

/** The first program of that name on a search path. */
export function programOnPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
