// From the environment, an env file and flags to the configuration of one run. Opens env files; nothing else.

import { resolve } from 'node:path';
import {
  type Configuration,
  type Credentials,
  command,
  count,
  type Diagnostic,
  type EnvFile,
  type Environment,
  goesInClear,
  homeDirectoryOf,
  isThere,
  judgeSecretsIn,
  namedManifest,
  nameList,
  OperationError,
  osUserOf,
  ownCommand,
  type ProcessContext,
  type ProviderContext,
  type ProviderModule,
  printable,
  readConfiguration,
  readNamedEnvFile,
  unreadEnvFile,
  type Verb,
} from 'bus-integration-database';
import { tokenKeyOf } from './api/token-keys.ts';
import type { Flags } from './command-line/flags.ts';
import type { ProviderRoot } from './providers.ts';

export interface Setup {
  readonly configuration: Configuration;
  /** The configured provider. */
  readonly module: ProviderModule | undefined;
  /** The environment with the env file's values laid over it. */
  readonly env: Environment;
  readonly warnings: readonly Diagnostic[];
  /** `9 keys from ./.env`. */
  readonly origin: string;
}

/** Where a run stands, and what it was told. */
export interface RunContext {
  readonly flags: Flags;
  readonly processContext: ProcessContext;
  /** With -C applied. */
  readonly cwd: string;
}

interface ConfigureOptions {
  /** Default: an admin's credentials have to be configured, unless an API does the work. */
  readonly needsCredentials?: boolean;
  /** What is made of the environment, the env file's values in it, before it is read. Default: it is read as it is. */
  readonly adjusted?: (env: Environment) => Environment;
}

/**
 * Reads the configuration; `--env-file`'s values win over the environment.
 *
 * @throws OperationError `invalid-request` or `not-configured`, with every problem at once
 */
export async function configure(
  { flags, processContext, cwd }: RunContext,
  roots: readonly ProviderRoot[],
  verb: Verb | 'init',
  { needsCredentials = flags.apiUrl === undefined, adjusted = (given) => given }: ConfigureOptions = {},
): Promise<Setup> {
  const named =
    flags.envFile === undefined
      ? undefined
      : readNamedEnvFile(resolve(cwd, flags.envFile), flags.envFile, process.getuid?.());
  const file = named?.file;
  const env = adjusted(withManifest(overlay(processContext.env, file?.values), flags));
  const loaded = await Promise.all(roots.map((root) => root.load()));
  const through = verb === 'init' ? command('bus', 'operator', 'database', verb) : ownCommand(verb);
  const source = file ?? processContext.dotenv;
  const unread = source === undefined ? unreadEnvFile(env, cwd, through) : undefined;
  const manifest = await namedManifest(env, cwd, meantFirst(roots, flags));
  const read = () =>
    readConfiguration(
      env,
      {
        ...(source !== undefined && { envFile: source.path, lines: source.lines }),
        ...(source === undefined &&
          isThere(resolve(cwd, '.env')) && {
            unreadEnvFile: './.env',
            throughDispatcher: through,
          }),
        ...(flags.provider !== undefined && { provider: flags.provider }),
        ...(flags.deployment !== undefined && { deployment: flags.deployment }),
        manifest,
      },
      loaded.map(({ keys }) => (needsCredentials ? keys : { ...keys, readCredentials: () => noneNeeded })),
    );
  const { configuration, warnings } = withHint(read, unread);
  const uid = process.getuid?.() ?? 0;
  const exposed = source === undefined ? [] : judgeSecretsIn(source, { cwd, uid }, configuration);
  const prefixes = ['BUS_DEPLOYMENT_ID', 'BUS_DATABASE_', ...loaded.map(({ keys }) => keys.prefix)];
  return {
    configuration,
    module: loaded.find(({ keys }) => keys.provider === configuration.provider),
    env,
    warnings: [
      ...(named?.warnings ?? []),
      ...(unread === undefined ? [] : [unread]),
      ...overrideWarnings(file, processContext.env),
      ...warnings,
      ...exposed,
      ...tokenWarnings(flags, env),
    ],
    origin: originOf(env, prefixes, source),
  };
}

/**
 * Refuses to change another deployment than ./.env is about: the dispatcher tells its id where the environment's own
 * won over it.
 *
 * @throws OperationError `invalid-request`
 */
export function requireMeantDeployment(env: Environment, { deploymentId }: Configuration, flags: Flags): void {
  const other = otherDeploymentOf(env, deploymentId, flags);
  if (other === undefined || flags.deployment !== undefined) return;
  throw new OperationError(
    'invalid-request',
    `BUS_DEPLOYMENT_ID is ${deploymentId} in the environment and ${printable(other)} in .env`,
    {
      code: 'other-deployment',
      target: 'BUS_DEPLOYMENT_ID',
      remedy: [
        command('unset', 'BUS_DEPLOYMENT_ID'),
        `; or say that ${deploymentId} is meant: --deployment ${deploymentId}`,
      ],
    },
  );
}

/** The deployment that ./.env is about, where the environment has another. */
export function otherDeploymentOf(env: Environment, deploymentId: string, { envFile }: Flags): string | undefined {
  const other = env.BUS_DOTENV_DEPLOYMENT_ID;
  return !other || other === deploymentId || envFile !== undefined ? undefined : other;
}

/** Where an API does the work, or no server is asked: no key is needed for it. */
const noneNeeded: Credentials = { key: '--api-url' };

/** What a provider takes of the process. */
export function providerContextOf(env: Setup['env'], { flags, processContext, cwd }: RunContext): ProviderContext {
  const uid = process.getuid?.() ?? 0;
  const processEnv = processContext.processEnv ?? processContext.env;
  const namedFiles = filesNamedBy(flags);
  return { env, processEnv, cwd, homeDirectory: homeDirectoryOf(env), osUser: osUserOf(uid), uid, namedFiles };
}

/** Of the manifest and the env file the configuration knows. */
function filesNamedBy({ plan, save, output, tokenFile }: Flags): Readonly<Record<string, string>> {
  const named = { '--plan': plan, '--save': save, '-o': output, '--token-file': tokenFile };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** `--manifest` stands in place of the key. */
function withManifest(env: Environment, { manifests }: Flags): Environment {
  const [manifest, other] = manifests;
  if (other !== undefined)
    throw new OperationError('invalid-request', '--manifest: expected one file', { code: 'usage' });
  return manifest === undefined ? env : overlay(env, { BUS_DATABASE_MANIFEST_FILE: manifest });
}

/** The provider that the command line names stands for the one where the environment names none. */
function meantFirst(roots: readonly ProviderRoot[], { provider }: Flags): readonly ProviderRoot[] {
  return provider === undefined ? roots : roots.filter(({ name }) => name === provider);
}

export function overlay(env: Environment, values: Environment | undefined): Environment {
  if (values === undefined) return env;
  return Object.assign(Object.create(null), env, values);
}

function overrideWarnings(file: EnvFile | undefined, env: Environment): Diagnostic[] {
  if (file === undefined) return [];
  const names = Object.keys(file.values).filter((key) => env[key] !== undefined && env[key] !== file.values[key]);
  if (names.length === 0) return [];
  const path = printable(file.path);
  return [
    {
      severity: 'warn',
      code: 'overridden',
      message: `--env-file ${path} overrides ${count(names.length, 'variable')} of the environment: ${nameList(names)}`,
      target: path,
    },
  ];
}

/** What is wrong with the address itself is told where it is used. */
function tokenWarnings({ apiUrl = '', tokenFile }: Flags, env: Environment): Diagnostic[] {
  const isGiven = tokenFile !== undefined || tokenKeyOf(env) !== undefined;
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (!isGiven || url === undefined || !goesInClear(url)) return [];
  const message = `the token goes to ${printable(url.host)} in plaintext, and whoever sees it may use it`;
  return [{ severity: 'warn', code: 'token-in-clear', message, target: '--api-url', remedy: 'use https' }];
}

function originOf(
  env: Environment,
  prefixes: readonly string[],
  source: Pick<EnvFile, 'path' | 'lines'> | undefined,
): string {
  const keys = Object.keys(env).filter(
    (key) => env[key] !== undefined && prefixes.some((prefix) => key.startsWith(prefix)),
  );
  const fromFile = source === undefined ? [] : keys.filter((key) => source.lines[key] !== undefined);
  const others = keys.length - fromFile.length;
  if (source === undefined) return `${count(keys.length, 'key')} from the environment`;
  const rest = others === 0 ? '' : `, ${others} from the environment`;
  return `${count(fromFile.length, 'key')} from ${printable(source.path)}${rest}`;
}

/** What is missing may well be in the file that was not loaded; where the error says so itself, once is enough. */
function withHint<T>(read: () => T, unread: Diagnostic | undefined): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OperationError) || unread === undefined) throw error;
    if (error.diagnostics.some(({ code }) => code === 'wrong-directory')) throw error;
    throw new OperationError(error.errorClass, error.message, { diagnostics: [...error.diagnostics, unread] });
  }
}
