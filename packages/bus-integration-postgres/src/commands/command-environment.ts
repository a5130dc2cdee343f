// The environment that a command of bus-integration-postgres works in: its --env-file laid over the process's, or a
// warning that ./.env was not loaded. Opens env files; nothing else.
import { resolve } from 'node:path';
import {
  type ConfigurationOptions,
  type Diagnostic,
  judgeSecretFile,
  OperationError,
  readNamedEnvFile,
  unreadEnvFile,
} from 'bus-integration-database';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandEnvironment {
  readonly env: Environment;
  /** The command's words without --env-file and its value. */
  readonly words: readonly string[];
  /** Where keys come from, for whoever reads a configuration. */
  readonly source: Pick<ConfigurationOptions, 'envFile' | 'lines' | 'unreadEnvFile' | 'throughDispatcher'>;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Takes `--env-file FILE` out of a command's words and reads it; its values win over the environment.
 *
 * @throws OperationError `invalid-request`, for a file that can't be read, or that others can read and holds an admin DSN
 * @example
 * commandEnvironment('render-hba', ['--env-file', './staging.env'], process.env, { cwd, uid }).words; // []
 */
export function commandEnvironment(
  command: string,
  given: readonly string[],
  env: Environment,
  { cwd, uid }: { readonly cwd: string; readonly uid: number },
): CommandEnvironment {
  const { path, words } = envFileIn(given);
  if (path === undefined) {
    const through = `bus integration-postgres ${command}`;
    const unread = unreadEnvFile(env, cwd, through);
    return {
      env,
      words,
      source: unread === undefined ? {} : { unreadEnvFile: './.env', throughDispatcher: through },
      warnings: unread === undefined ? [] : [unread],
    };
  }
  const { file, warnings } = readNamedEnvFile(resolve(cwd, path), path, process.getuid?.());
  const exposed = file.values.BUS_POSTGRES_ADMIN_DSN
    ? judgeSecretFile(resolve(cwd, path), { uid, shownAs: path, content: 'any' })
    : [];
  const failure = exposed.find(({ severity }) => severity === 'fail');
  if (failure !== undefined) throw new OperationError('invalid-request', failure.message, { diagnostics: [failure] });
  return {
    env: Object.assign(Object.create(null), env, file.values),
    words,
    source: { envFile: file.path, lines: file.lines },
    warnings: [...warnings, ...exposed],
  };
}

function envFileIn(words: readonly string[]): { readonly path?: string; readonly words: readonly string[] } {
  const at = words.findIndex((word) => word === '--env-file' || word.startsWith('--env-file='));
  const found = words[at];
  if (found === undefined) return { words };
  const isGlued = found !== '--env-file';
  const path = isGlued ? found.slice('--env-file='.length) : words[at + 1];
  if (path === undefined || path === '')
    throw new OperationError('invalid-request', '--env-file needs a value: --env-file FILE', { code: 'usage' });
  return { path, words: [...words.slice(0, at), ...words.slice(at + (isGlued ? 1 : 2))] };
}
