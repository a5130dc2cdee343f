// The env files that deployments come from: which there are, and where a path in one leads. Opens none of them.
import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OperationError, printable } from 'bus-integration-database';

/** @throws OperationError where the folder can't be read, or holds none */
export function envFilesIn(folder: string, cwd: string): string[] {
  const refuse = (message: string): never => {
    throw new OperationError('invalid-request', `--deployments ${printable(folder)}: ${message}`, { code: 'usage' });
  };
  let names: string[];
  try {
    names = readdirSync(resolve(cwd, folder));
  } catch (error) {
    return refuse(`the directory can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const files = names.filter((name) => name.endsWith('.env')).sort();
  return files.length > 0 ? files : refuse('holds no file named *.env');
}

/** Without symbolic links, as far as it is there: the rest is made below that. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
