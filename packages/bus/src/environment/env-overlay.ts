// ./.env joined to the environment of a command. The process's own variables win, empty ones too; what would run other
// code, redirect trust or find other files is not taken, and neither is a file that somebody else could have written.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
  advise,
  allowedNames,
  command,
  type Diagnostic,
  type EnvFile,
  type Environment,
  judgeEnvFile,
  OperationError,
  overruledNames,
  readEnvFile,
  remedyOf,
} from 'bus-integration-database';
import { isWithheld } from './withheld.ts';

export interface EnvOverlay {
  readonly env: Environment;
  readonly dotenv?: { readonly path: string; readonly lines: Readonly<Record<string, number>> };
  /** Keys that were not taken, each with its line. */
  readonly withheld: readonly EnvFileLine[];
  /** Keys whose values are the environment's, and other ones in the file. */
  readonly overruled: readonly EnvFileLine[];
  readonly repeated: EnvFile['repeated'];
  /** What is odd about the file itself. */
  readonly warnings: readonly Diagnostic[];
}

interface EnvFileLine {
  readonly key: string;
  readonly line: number;
}

/**
 * The environment with what `directory`'s `.env` adds to it; unchanged when there is none. A bad file is an
 * OperationError that names it as `.env`. BUS_DOTENV_TRUST=1 of the environment accepts any owner and mode, its
 * BUS_DOTENV_ALLOW lets names through that are withheld else. `uid` is this user, undefined where there are none.
 *
 * @example
 * overlayEnvFile({ A: '' }, '.', process.getuid?.()).env.A; // '', whatever ./.env says
 */
export function overlayEnvFile(env: Environment, directory: string, uid: number | undefined): EnvOverlay {
  const file = join(directory, '.env');
  if (isAbsent(file)) return withoutFile(env);
  const warnings: Diagnostic[] = [];
  const { values, lines, repeated } = readEnvFile(file, '.env', (status) => {
    if (uid === undefined || env.BUS_DOTENV_TRUST === '1') return;
    const findings = judgeEnvFile(status, { uid, shownAs: '.env', path: file });
    const failure = findings.find(({ severity }) => severity === 'fail');
    if (failure !== undefined) throw untrusted(failure);
    warnings.push(...findings);
  });
  const allowed = allowedNames(env.BUS_DOTENV_ALLOW);
  const joined: Record<string, string | undefined> = Object.assign(Object.create(null), env);
  const takenLines: Record<string, number> = Object.create(null);
  const withheld: EnvFileLine[] = [];
  const overruled: EnvFileLine[] = [];
  for (const name of overruledNames.values()) delete joined[name];
  for (const [key, value] of Object.entries(values)) {
    const line = lines[key] ?? 0;
    if (isWithheld(key, value, allowed)) {
      if (env[key] !== value) withheld.push({ key, line });
    } else if (!Object.hasOwn(env, key)) {
      joined[key] = value;
      takenLines[key] = line;
    } else if (env[key] !== value) {
      overruled.push({ key, line });
      const told = overruledNames.get(key);
      if (told !== undefined) joined[told] = value;
    }
  }
  return { env: joined, dotenv: { path: '.env', lines: takenLines }, withheld, overruled, repeated, warnings };
}

/** The environment as it is, but for what another run of the dispatcher left in it. */
export function withoutFile(env: Environment): EnvOverlay {
  const told = new Set(overruledNames.values());
  const own = Object.entries(env).filter(([name]) => !told.has(name));
  const isUntold = own.length === Object.keys(env).length;
  return { env: isUntold ? env : Object.fromEntries(own), withheld: [], overruled: [], repeated: [], warnings: [] };
}

function untrusted(failure: Diagnostic): OperationError {
  const remedy = advise([remedyOf(failure) ?? [], '; or accept it: ', command('export', 'BUS_DOTENV_TRUST=1')]);
  return new OperationError('invalid-request', failure.message, { diagnostics: [{ ...failure, ...remedy }] });
}

/** A symbolic link that points nowhere is no absence: somebody expects it to be read. */
function isAbsent(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    // What `-C` names is a file: whoever enters it says so.
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}
