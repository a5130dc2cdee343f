// Files in the output directory that belong to no declared login, as far as they hold a connection string at all.
// Whose they are is for others to judge: other deployments may have files in the same directory.
import { lstatSync } from 'node:fs';
import { OperationError } from '../contract/errors.ts';
import { dsnFileName } from '../model/names.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import type { StrayFile } from './connection-string.ts';
import type { OutputDirectory } from './directory.ts';
import { stagedSuffix } from './file-pair.ts';

/** The files that are desired, by name. */
type Known = Pick<ReadonlyMap<string, unknown>, 'has'>;

/**
 * Those of the directory whose names are not `known` ones, in the order of their names. Links, what is no regular file,
 * what others could read or write, and what holds no connection string of the role and the database that its name tells are left out.
 */
export function strayFiles(
  directory: Pick<OutputDirectory, 'names' | 'at' | 'uid' | 'owner' | 'strings'>,
  known: Known,
): StrayFile[] {
  return strangeNames(directory, known).flatMap((name) => readStray(directory, name) ?? []);
}

function readStray(
  { at, uid, owner, strings }: Pick<OutputDirectory, 'at' | 'uid' | 'owner' | 'strings'>,
  name: string,
): StrayFile | undefined {
  try {
    const { secret, status } = readSecretFile(at(name), { uid: owner?.uid ?? uid });
    if (status.nlink > 1) return undefined;
    const found = strings.identify(secret);
    if (found === undefined) return undefined;
    const isItsName = [dsnFileName(found.database), dsnFileName(found.database, found.role)].includes(
      withoutSuffix(name),
    );
    return isItsName ? { name, ...found } : undefined;
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** Names of symbolic links of the directory that look like output files and are no known ones. None is followed. */
export function strayLinks(directory: Pick<OutputDirectory, 'names' | 'at'>, known: Known): string[] {
  return strangeNames(directory, known).filter((name) =>
    lstatSync(directory.at(name), { throwIfNoEntry: false })?.isSymbolicLink(),
  );
}

function strangeNames(directory: Pick<OutputDirectory, 'names'>, known: Known): string[] {
  return [...directory.names()]
    .filter((name) => /\.dsn(\.staged)?$/.test(name) && !known.has(withoutSuffix(name)))
    .sort();
}

/** The name of the file that a staged one is for. */
export function withoutSuffix(name: string): string {
  return name.endsWith(stagedSuffix) ? name.slice(0, -stagedSuffix.length) : name;
}
