// The environment that a command of a provider's binary works in: its --env-file laid over the process's, or a
// warning that ./.env was not loaded. Opens env files; nothing else.

import { resolve } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import { judgeSecretFile } from '../secrets/secret-file.ts';
import type { Environment } from '../text/environment.ts';
import type { ConfigurationOptions } from './config.ts';
import { readNamedEnvFile } from './env-file/env-file.ts';
import { unreadEnvFile } from './env-file/unread-env-file.ts';

export interface CommandEnvironment {
  readonly env: Environment;
  /** Where keys come from, for whoever reads a configuration. */
  readonly source: Pick<ConfigurationOptions, 'envFile' | 'lines' | 'unreadEnvFile' | 'throughDispatcher'>;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads the file that `--env-file` names; its values win over the environment.
 *
 * @param through the command by way of the dispatcher
 * @param holdsSecret whether a file of these values may be read by nobody else
 * @throws OperationError `invalid-request`, for a file that can't be read, or that others can read and holds a secret
 * @example
 * commandEnvironment(through, './staging.env', process.env, { cwd, uid }, holdsSecret).source.envFile; // './staging.env'
 */
export function commandEnvironment(
  through: string,
  path: string | undefined,
  env: Environment,
  { cwd, uid }: { readonly cwd: string; readonly uid: number },
  holdsSecret: (values: Environment) => boolean,
): CommandEnvironment {
  if (path === undefined) {
    const unread = unreadEnvFile(env, cwd, through);
    return {
      env,
      source: unread === undefined ? {} : { unreadEnvFile: './.env', throughDispatcher: through },
      warnings: unread === undefined ? [] : [unread],
    };
  }
  const { file, warnings } = readNamedEnvFile(resolve(cwd, path), path, process.getuid?.());
  const exposed = holdsSecret(file.values)
    ? judgeSecretFile(resolve(cwd, path), { uid, shownAs: path, content: 'any' })
    : [];
  const failure = exposed.find(({ severity }) => severity === 'fail');
  if (failure !== undefined) throw new OperationError('invalid-request', failure.message, { diagnostics: [failure] });
  return {
    env: Object.assign(Object.create(null), env, file.values),
    source: { envFile: file.path, lines: file.lines },
    warnings: [...warnings, ...exposed],
  };
}
