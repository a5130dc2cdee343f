// The settings of a deployment, read from an environment: all problems at once, each with its key and remedy. Pure; opens
// no file. A provider's own keys and name rules come in as a value.

import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { DesiredNames } from '../model/desired-names.ts';
import { type DeclaredManifest, type DesiredRules, type DesiredState, manifestState } from '../model/desired-state.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Environment } from '../text/environment.ts';
import { type ConfigurationKey, configurationKeys, keyAliases } from './config-keys.ts';
import { leavesNothingDeclared, readDesired, readListener } from './declared.ts';
import { type DeploymentIdOptions, readDeploymentId } from './deployment-key.ts';
import { readOwner } from './dsn-file-owner.ts';
import { judgeManifestKeys, manifestKey } from './manifest-key.ts';
import { overruledDeclared } from './overruled.ts';
import { createSettings, type SettingsReader, shownValue } from './settings.ts';
import { unknownKeys } from './unknown-keys.ts';

/** How the admin credentials were given: a secret file's path as it was written, or the value itself. */
export interface Credentials {
  readonly key: string;
  readonly file?: string;
  /** False: answers name it by its key alone. Default: true. */
  readonly isFileTold?: boolean;
  readonly value?: Secret;
  /** The env file that the value stands in, as it is to be shown: a secret file too, then. */
  readonly envFile?: string;
}

export interface Configuration {
  readonly deploymentId: string;
  readonly provider: string;
  readonly desired: DesiredState;
  /** What ./.env declares, where the environment overrules that. */
  readonly overruled?: DesiredNames;
  /** As written: relative to the directory in which the command runs. */
  readonly dsnOutputDirectory?: string;
  /** What answers call that directory, where it is not to be told. Default: as written. */
  readonly dsnDirectoryShownAs?: string;
  readonly dsnFileOwner?: { readonly user: string; readonly group?: string };
  /** What services' connection strings are to say, by keyword, where the configuration says it. */
  readonly service: Readonly<Record<string, string>>;
  /** Whatever else the provider's own keys choose. */
  readonly choices: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  /** The env file that it was read from, as it is to be shown. */
  readonly envFile?: string;
  /** References beside the configured one that a request may name, as they are written there. */
  readonly credentialReferences?: readonly string[];
}

/** What a provider adds to the neutral keys. */
export interface ProviderKeys {
  readonly provider: string;
  /** Keys that begin so are this provider's. */
  readonly prefix: string;
  /** Those, and keys of BUS_DATABASE_ that only it has, or of which it knows more. */
  readonly known: readonly ConfigurationKey[];
  /** Keys of its prefix that other programs read: never warned of, never suggested. */
  readonly silent?: readonly string[];
  readonly names: DesiredRules;
  /** Reads `service` of the configuration; what is wrong goes to `settings`. */
  readonly readService?: (settings: SettingsReader) => Configuration['service'];
  /** Reads `choices` of the configuration; what is wrong goes to `settings`. */
  readonly readChoices?: (settings: SettingsReader) => Configuration['choices'];
  /** Undefined after saying why through `settings.refuse`. */
  readonly readCredentials: (settings: SettingsReader) => Credentials | undefined;
}

export interface ConfigurationOptions extends DeploymentIdOptions {
  /** Lines of `envFile` by key: only of keys that truly come from it. */
  readonly lines?: Readonly<Record<string, number>>;
  /** Where a key comes from; default: `envFile` and `lines`. */
  readonly sourceOf?: (key: string) => string | undefined;
  /** The provider that the command line names; it must agree with the environment's. */
  readonly provider?: string;
  /** The manifest that the environment names: read by who opens files. */
  readonly manifest?: DeclaredManifest | undefined;
}

/** Keys of the other surfaces, which share the prefix. */
const otherSurfacesKeys = ['BUS_DATABASE_API_TOKEN_FILE', 'BUS_DATABASE_API_IDLE_CONNECTIONS'];

/**
 * Reads the configuration for the provider that the environment names (default: the first of `providers`). What is
 * wrong is one `invalid-request` error with a diagnostic for each problem (`not-configured` when something is only
 * missing). Keys that look like ours and aren't are warnings; a
 * problem where one was meant without which nothing is declared.
 *
 * @example
 * const { configuration, warnings } = readConfiguration(env, { envFile: '.env', lines }, [providerKeys]);
 */
export function readConfiguration(
  env: Environment,
  options: ConfigurationOptions,
  providers: readonly ProviderKeys[],
): { configuration: Configuration; warnings: readonly Diagnostic[] } {
  const { envFile, lines } = options;
  const lineOf = (key: string) =>
    envFile !== undefined && lines?.[key] !== undefined ? `${envFile}:${lines[key]}` : undefined;
  const settings = createSettings(env, options.sourceOf ?? lineOf);

  const prefixes = ['BUS_DATABASE_', ...providers.map(({ prefix }) => prefix)];
  const keys = configurationKeys(providers.flatMap((provider) => provider.known));
  const names = [...keys.map(({ name }) => name), ...otherSurfacesKeys];
  const known = names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  const silent = [...Object.keys(keyAliases), ...providers.flatMap((provider) => provider.silent ?? [])];
  // Without the underscore: BUS_DATABASES is a typing error too.
  const beginnings = prefixes.map((prefix) => prefix.replace(/_$/, ''));
  for (const { key, nearest } of unknownKeys(env, beginnings, known, silent)) {
    const question = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    const message = `${key} is an unknown key${question}`;
    const remedy = 'rename it, or list it in BUS_OPERATOR_DATABASE_ENV_ALLOW';
    if (nearest === undefined || !leavesNothingDeclared(nearest, settings)) {
      settings.warn('unknown-key', key, message, remedy);
      continue;
    }
    const what = nearest === 'BUS_DATABASE_NAMES' ? 'no database' : 'nothing';
    settings.refuse({ key, code: 'unknown-key', message: `${message} Without it ${what} is declared`, remedy });
  }

  const deploymentId = deploymentIdIn(settings, options);
  const provider = readProvider(settings, options, providers);
  const desired = desiredIn(settings, deploymentId, provider, options);
  const dsnOutputDirectory = settings.path('BUS_DATABASE_DSN_OUTPUT_DIR');
  const dsnFileOwner = readOwner(settings);
  const service = provider?.readService?.(settings) ?? {};
  const choices = provider?.readChoices?.(settings) ?? {};
  const credentials = provider?.readCredentials(settings);
  const overruled = overruledDeclared(env, deploymentId ?? '', provider?.names);
  const credentialReferences = settings.list('BUS_DATABASE_CREDENTIAL_REFERENCES');

  if (
    settings.problems.length > 0 ||
    deploymentId === undefined ||
    provider === undefined ||
    desired === undefined ||
    credentials === undefined
  ) {
    throw refusal(settings.problems);
  }
  return {
    configuration: {
      deploymentId,
      provider: provider.provider,
      desired,
      ...(overruled !== undefined && { overruled }),
      ...(dsnOutputDirectory !== undefined && { dsnOutputDirectory }),
      ...(dsnFileOwner !== undefined && { dsnFileOwner }),
      service,
      choices,
      credentials: withEnvFile(credentials, options),
      ...(envFile !== undefined && { envFile }),
      ...(credentialReferences !== undefined && { credentialReferences }),
    },
    warnings: [...(options.manifest?.warnings ?? []), ...settings.warnings],
  };
}

/** A manifest names its deployment itself: the key may be left out beside one. */
function deploymentIdIn(settings: SettingsReader, options: ConfigurationOptions): string | undefined {
  const key = 'BUS_DEPLOYMENT_ID';
  const { manifest, deployment } = options;
  if (manifest === undefined || settings.isSet(key)) return readDeploymentId(settings, options);
  const { deployment: id } = manifest.expanded;
  if (deployment !== undefined && deployment !== id) {
    const message = `--deployment is ${shownValue(deployment)}, but ${shownValue(manifest.file ?? manifestKey)} is of deployment ${id}`;
    settings.refuse({ key, code: 'conflict', message, remedy: 'give both the same value, or leave out --deployment' });
  }
  return id;
}

/** What a manifest declares, or what the list keys do. */
function desiredIn(
  settings: SettingsReader,
  deploymentId: string | undefined,
  provider: ProviderKeys | undefined,
  { manifest }: ConfigurationOptions,
): DesiredState | undefined {
  if (manifest === undefined) {
    if (settings.isSet(manifestKey)) refuseUnreadManifest(settings);
    return readDesired(settings, deploymentId ?? '', provider?.names);
  }
  const listener = readListener(settings);
  const isRight = judgeManifestKeys(settings, deploymentId, manifest);
  return provider === undefined || !isRight ? undefined : manifestState(manifest, { listener, rules: provider.names });
}

function refuseUnreadManifest(settings: SettingsReader): void {
  const message = `${manifestKey} names a manifest, and none can be read here`;
  settings.refuse({
    key: manifestKey,
    code: 'not-supported',
    message,
    remedy: `write a path, or unset ${manifestKey}`,
  });
}

function withEnvFile(credentials: Credentials, { envFile, lines }: ConfigurationOptions): Credentials {
  const isInFile = credentials.value !== undefined && lines?.[credentials.key] !== undefined;
  return isInFile && envFile !== undefined ? { ...credentials, envFile } : credentials;
}

function readProvider(settings: SettingsReader, options: ConfigurationOptions, providers: readonly ProviderKeys[]) {
  const key = 'BUS_DATABASE_PROVIDER';
  const configured = settings.value(key);
  const asked = options.provider;
  const known = `name one of: ${providers.map(({ provider }) => provider).join(', ')}`;
  if (asked !== undefined && configured !== undefined && asked !== configured) {
    const message = `--provider is ${shownValue(asked)}, but ${key} is ${shownValue(configured)}`;
    settings.refuse({ key, code: 'conflict', message, remedy: 'give both the same value, or leave one out' });
  }
  const name = configured ?? asked ?? providers[0]?.provider;
  const provider = providers.find((candidate) => candidate.provider === name);
  if (provider === undefined) {
    const what = configured === undefined ? '--provider' : key;
    settings.refuse({
      key,
      code: 'invalid-value',
      message: `${what} is ${shownValue(name ?? '')}: no such provider`,
      remedy: known,
    });
  }
  return provider;
}

function refusal(problems: readonly Diagnostic[]): OperationError {
  const isMissing = ({ code }: Diagnostic) => code === 'missing-key' || code === 'wrong-directory';
  const elsewhere = problems.find(({ code }) => code === 'wrong-directory');
  // In a folder without any configuration that alone is news: what else is missing follows from it.
  const diagnostics =
    elsewhere === undefined ? problems : [elsewhere, ...problems.filter((problem) => !isMissing(problem))];
  const several = `${diagnostics.length} problems in the configuration`;
  const message = elsewhere?.message ?? (diagnostics.length === 1 ? diagnostics[0]?.message : several) ?? several;
  return new OperationError(problems.every(isMissing) ? 'not-configured' : 'invalid-request', message, { diagnostics });
}
