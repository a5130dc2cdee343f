// An env file that is here, and that nobody has read: only the dispatcher `bus` loads ./.env. Opens that file alone, and
// tells of it nothing but names.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { advise, type Remedy } from '../../contract/remedy.ts';
import type { Diagnostic } from '../../contract/response.ts';
import type { Environment } from '../../text/environment.ts';
import { readEnvFile } from './env-file.ts';

/**
 * A warning where `./.env` is in the directory and sets `BUS_` variables that the environment lacks: it was not loaded.
 * Undefined where there is none, or where the environment has all of them.
 *
 * @param through the command line by way of the dispatcher, which loads it
 * @example
 * unreadEnvFile(process.env, process.cwd(), 'bus integration-postgres render-hba')?.remedy;
 * // 'bus integration-postgres render-hba, which loads it; or give --env-file ./.env'
 */
export function unreadEnvFile(env: Environment, cwd: string, through: Remedy): Diagnostic | undefined {
  const path = join(cwd, '.env');
  if (!isThere(path)) return undefined;
  const missing = namesIn(path)?.filter((name) => ours.test(name) && !Object.hasOwn(env, name));
  if (missing?.length === 0) return undefined;
  const named =
    missing === undefined
      ? ''
      : ` (${missing.slice(0, mostNamed).join(', ')}${missing.length > mostNamed ? ', …' : ''})`;
  return {
    severity: 'warn',
    code: 'env-file-not-loaded',
    message: `./.env is here and was not loaded: what it sets does not count${named}`,
    target: './.env',
    ...advise([through, ', which loads it; or give --env-file ./.env']),
  };
}

/** What can't be looked at is as good as absent. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** What the dispatcher would have taken, or withheld by its own rules. */
const ours = /^BUS_(?!DOTENV_)/;
const mostNamed = 3;

/** Undefined where it can't be read, or is none. */
function namesIn(path: string): string[] | undefined {
  try {
    return Object.keys(readEnvFile(path, './.env').values);
  } catch {
    return undefined;
  }
}
