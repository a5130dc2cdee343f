// Files that a run itself reads or writes: its manifest, its env file, its secrets. No output may take the place of one,
// whatever is allowed.
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type Configuration,
  OperationError,
  type Output,
  type ProviderContext,
  printable,
  stagedSuffix,
} from 'bus-integration-database';

/** A file, and what named it. */
interface FileInUse {
  readonly path: string;
  /** `BUS_DATABASE_MANIFEST_FILE`, `--save`. */
  readonly key: string;
}

/** Keys that name a file: ours, and those that libpq reads. */
const fileKey = /^(?:BUS_\w+_FILE|PG(?:PASSFILE|SERVICEFILE|SSLKEY|SSLCERT|SSLROOTCERT|SSLCRL))$/;

/** What the configuration, the environment and the command line name. */
export function filesInUse(
  { credentials, envFile }: Configuration,
  { env, cwd, namedFiles = {} }: Pick<ProviderContext, 'env' | 'cwd' | 'namedFiles'>,
): readonly FileInUse[] {
  const named = [
    ...Object.entries(namedFiles),
    ...Object.entries(env).filter(([key]) => fileKey.test(key)),
    [credentials.key, credentials.file] as const,
    ['the env file', envFile] as const,
  ];
  return named.flatMap(([key, path]) => (path ? [{ key, path: resolve(cwd, path) }] : []));
}

/**
 * Refuses outputs that would take the place of a file in use.
 *
 * @param pathOf where an output's file is, absolute
 * @throws OperationError `invalid-request`
 */
export function requireUnused(
  outputs: Iterable<Output>,
  pathOf: (output: Output) => string,
  inUse: readonly FileInUse[],
): void {
  const byName = new Map<string, FileInUse[]>();
  for (const used of inUse) {
    const name = folded(basename(used.path));
    byName.set(name, [...(byName.get(name) ?? []), used]);
  }
  for (const output of outputs) {
    const path = pathOf(output);
    for (const written of [path, path + stagedSuffix]) {
      const taken = byName.get(folded(basename(written)))?.find((used) => isSamePlace(used.path, written));
      if (taken !== undefined) throw refused(output, taken.key);
    }
  }
}

function refused({ file }: Output, key: string): OperationError {
  const name = printable(file);
  return new OperationError('invalid-request', `output ${name} would overwrite the file that ${key} names`, {
    code: 'output-in-use',
    target: name,
    remedy: 'give the output a file of its own',
  });
}

/** Some file systems take a large letter for a small one. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function isSamePlace(one: string, other: string): boolean {
  if (one === other) return true;
  if (realDirectory(one) !== realDirectory(other)) return false;
  if (basename(one) === basename(other)) return true;
  const [here, there] = [one, other].map((path) => attempt(() => lstatSync(path)));
  return here !== undefined && here.ino === there?.ino && here.dev === there.dev;
}

/** As far as it is there. */
function realDirectory(path: string): string {
  const directory = dirname(path);
  const real = attempt(() => realpathSync(directory));
  if (real !== undefined || directory === path) return real ?? directory;
  return join(realDirectory(directory), basename(directory));
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
