// The env files that deployments come from: which there are, whether one with a secret in it is closed to others, and where
// a path in one leads. Reads directories; opens no env file.
import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Configuration, type EnvFile, judgeSecretFile, OperationError, printable } from 'bus-integration-database';

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

/** An env file with the admin DSN itself in it is a secret file. */
export function judgeSecretsIn(
  { lines, path: shown }: EnvFile,
  path: string,
  configuration: Configuration,
  uid: number,
) {
  const { key, value } = configuration.credentials;
  if (value === undefined || lines[key] === undefined) return;
  const failure = judgeSecretFile(path, { uid, shownAs: shown, content: 'any' }).find(
    ({ severity }) => severity === 'fail',
  );
  if (failure === undefined) return;
  throw new OperationError('invalid-request', failure.message, {
    diagnostics: [{ ...failure, message: `${failure.message} and holds ${key}` }],
  });
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
