// DSN files in the output directory that belong to no declared login, as far as they can be read as DSN files at all.
// Whose they are is for others to judge: other deployments may have files in the same directory.
import { dsnFileName, OperationError, readSecretFile } from 'bus-integration-database';
import { readDsn } from '../dsn/slip.ts';
import type { StrayFile } from '../observe/remains.ts';
import type { DsnDirectory } from './dsn-directory.ts';
import { stagedSuffix } from './dsn-file.ts';

/**
 * Those of the directory whose names are not `known` ones, in the order of their names. Links, what is no regular file,
 * what others could read or write, and what holds no DSN of the role and the database that its name tells are left out.
 */
export function strayFiles(
  directory: Pick<DsnDirectory, 'names' | 'at' | 'uid' | 'owner'>,
  known: ReadonlySet<string>,
): StrayFile[] {
  return [...directory.names()]
    .filter((name) => /\.dsn(\.staged)?$/.test(name) && !known.has(withoutSuffix(name)))
    .sort()
    .flatMap((name) => readStray(directory, name) ?? []);
}

function readStray(
  { at, uid, owner }: Pick<DsnDirectory, 'at' | 'uid' | 'owner'>,
  name: string,
): StrayFile | undefined {
  try {
    const { secret, status } = readSecretFile(at(name), { uid: owner?.uid ?? uid });
    if (status.nlink > 1) return undefined;
    const { user: role, dbname: database, password, host, port } = readDsn(secret.reveal());
    if (!role || !database || !password || !host) return undefined;
    const isItsName = [dsnFileName(database), dsnFileName(database, role)].includes(withoutSuffix(name));
    return isItsName ? { name, role, database, server: { host, ...(port !== undefined && { port }) } } : undefined;
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** The name of the file that a staged one is for. */
export function withoutSuffix(name: string): string {
  return name.endsWith(stagedSuffix) ? name.slice(0, -stagedSuffix.length) : name;
}
