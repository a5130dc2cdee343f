// The executables that PATH offers. Reads directories; runs nothing.
import { readdirSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { isExecutable } from 'bus-integration-database';
import type { ProcessContext } from './family.ts';

/** A PATH as text, never an env file's, and the directory to which its relative entries refer: the one in which the program was started. */
export interface SearchPath {
  readonly path: string | undefined;
  /** Undefined when it is gone: then relative entries lead nowhere. */
  readonly base: string | undefined;
}

/**
 * The search path of a program.
 *
 * @example
 * findExecutable('bus-operator', searchPathOf(processContext));
 */
export function searchPathOf(processContext: ProcessContext): SearchPath {
  const path = (processContext.processEnv ?? processContext.env).PATH;
  try {
    return { path, base: processContext.cwd };
  } catch {
    return { path, base: undefined };
  }
}

/**
 * The first executable regular file of that name on PATH, as an absolute path.
 *
 * @example
 * findExecutable('bus-operator', { path: process.env.PATH, base: process.cwd() }); // '/usr/local/bin/bus-operator'
 */
export function findExecutable(name: string, searchPath: SearchPath): string | undefined {
  if (name.includes('/') || name.includes('\0')) return undefined;
  return directoriesOf(searchPath)
    .map((directory) => resolve(directory, name))
    .find(isExecutable);
}

/**
 * What follows `prefix` in the names of executables on PATH, sorted, each once.
 *
 * @example
 * listExecutables('bus-', { path: '/usr/local/bin', base: '/' }); // ['operator', 'operator-database']
 */
export function listExecutables(prefix: string, searchPath: SearchPath): string[] {
  const words = new Set<string>();
  for (const directory of directoriesOf(searchPath)) {
    for (const name of entriesOf(directory)) {
      const word = name.slice(prefix.length);
      if (name.startsWith(prefix) && word !== '' && !words.has(word) && isExecutable(resolve(directory, name)))
        words.add(word);
    }
  }
  return [...words].sort();
}

/** An empty entry means the current directory in POSIX; it is mostly a slip, and runs whatever lies there: left out. */
function directoriesOf({ path, base }: SearchPath): string[] {
  return (path ?? '')
    .split(delimiter)
    .filter((entry) => entry !== '')
    .flatMap((entry) => (isAbsolute(entry) ? [entry] : base === undefined ? [] : [resolve(base, entry)]));
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
