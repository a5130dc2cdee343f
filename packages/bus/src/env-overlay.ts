// ./.env joined to the environment of a command. The process's own variables win, empty ones too.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from 'bus-integration-database';

export interface EnvOverlay {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dotenv?: { readonly path: string; readonly lines: Readonly<Record<string, number>> };
  /** Keys that were not taken, each with its line. */
  readonly withheld: readonly { readonly key: string; readonly line: number }[];
}

/**
 * Variables with which the loader, a shell or Node runs other code before the program's own. They do so only from the
 * environment itself, where somebody has put them knowingly; a file that lies in a folder must run nothing.
 */
const loaderKeys = new Set(['NODE_OPTIONS', 'LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'BASH_ENV']);

/**
 * The environment with what `directory`'s `.env` adds to it; unchanged when there is none. A bad file is an
 * OperationError that names it as `.env`.
 *
 * @example
 * overlayEnvFile({ A: '' }, '.').env.A; // '', whatever ./.env says
 */
export function overlayEnvFile(env: Readonly<Record<string, string | undefined>>, directory: string): EnvOverlay {
  const file = join(directory, '.env');
  if (isAbsent(file)) return { env, withheld: [] };
  const { values, lines } = readEnvFile(file, '.env');
  const taken = Object.keys(values).filter((key) => !Object.hasOwn(env, key));
  const joined: Record<string, string | undefined> = Object.assign(Object.create(null), env);
  const takenLines: Record<string, number> = Object.create(null);
  const withheld: { key: string; line: number }[] = [];
  for (const key of taken) {
    const line = lines[key] ?? 0;
    if (loaderKeys.has(key)) {
      withheld.push({ key, line });
      continue;
    }
    joined[key] = values[key];
    takenLines[key] = line;
  }
  return { env: joined, dotenv: { path: '.env', lines: takenLines }, withheld };
}

/** A symbolic link that points nowhere is no absence: somebody expects it to be read. */
function isAbsent(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
