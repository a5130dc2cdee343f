// The deployments that are served: one from the environment, or one for each env file of a folder. Read once, at start.
import { join, resolve } from 'node:path';
import {
  type Configuration,
  type Diagnostic,
  type EnvFile,
  judgeSecretsIn,
  namedManifest,
  OperationError,
  type Provider,
  type ProviderContext,
  printable,
  type Response,
  readConfiguration,
  readNamedEnvFile,
  reworded,
  type ServedProvider,
  say,
  wordingOf,
} from 'bus-integration-database';
import { envFilesIn, realPath } from './env-files.ts';
import { showPaths } from './shown-paths.ts';

export interface Deployment {
  readonly id: string;
  readonly configuration: Configuration;
  readonly provider: Provider;
  /** An answer with the paths that others may see. */
  readonly shown: (response: Response) => Response;
}

export interface Deployments {
  readonly ids: readonly string[];
  /** What is odd about the configuration, for the log. */
  readonly warnings: readonly Diagnostic[];
  /**
   * The deployment of that name, or the only one where no name is given.
   *
   * @throws OperationError `not-configured` when there is none at all, `invalid-request` for a name that isn't served
   */
  find(id?: string): Deployment;
  /** Ends what their providers keep. */
  close(): Promise<void>;
}

/**
 * The deployment that an environment configures. One in which keys are only missing is served too: each question for
 * it is answered `not-configured`.
 *
 * @throws OperationError `invalid-request` when a key is wrong
 * @example
 * (await deploymentFromEnvironment(processContext, providers)).find().id; // 'example-dev'
 */
export async function deploymentFromEnvironment(
  processContext: ProviderContext,
  roots: readonly ServedProvider[],
  envFile?: EnvFile,
): Promise<Deployments> {
  try {
    const { deployment, warnings } = await configure(processContext, roots, envFile);
    if (envFile !== undefined) judgeSecretsIn(envFile, processContext, deployment.configuration);
    return served([deployment], warnings, roots);
  } catch (error) {
    if (!(error instanceof OperationError) || error.errorClass !== 'not-configured') throw error;
    return unconfigured(error);
  }
}

/**
 * The deployments of a folder: each `*.env` file is one, and says all of it (`BUS_…` variables of the process have no
 * part in it). Relative paths in it begin where the process runs, as `--env-file`'s do.
 *
 * @throws OperationError with every problem of every file at once
 * @example
 * (await deploymentsFromFolder('./deployments', processContext, providers)).ids; // ['shop-dev', 'shop-live']
 */
export async function deploymentsFromFolder(
  folder: string,
  processContext: ProviderContext,
  roots: readonly ServedProvider[],
): Promise<Deployments> {
  const files = envFilesIn(folder, processContext.cwd);
  const found: Deployment[] = [];
  const warnings: Diagnostic[] = [];
  const problems: Diagnostic[] = [];
  for (const file of files) {
    const path = join(folder, file);
    try {
      const { file: envFile, warnings: odd } = readNamedEnvFile(
        resolve(processContext.cwd, path),
        path,
        processContext.uid,
      );
      const env = { ...withoutOurKeys(processContext.env), ...envFile.values };
      const read = await configure({ ...processContext, env }, roots, envFile);
      judgeSecretsIn(envFile, processContext, read.deployment.configuration);
      requireOwn(read.deployment, found, processContext.cwd, path);
      found.push(read.deployment);
      warnings.push(...[...odd, ...read.warnings].map((warning) => toldOf(path, warning)));
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      problems.push(...error.diagnostics.map((problem) => toldOf(path, problem)));
    }
  }
  if (problems.length > 0) {
    throw new OperationError('invalid-request', `${problems.length} problems in ${printable(folder)}`, {
      diagnostics: problems,
    });
  }
  return served(found, warnings, roots);
}

async function configure(processContext: ProviderContext, roots: readonly ServedProvider[], envFile?: EnvFile) {
  const manifest = await namedManifest(
    processContext.env,
    processContext.cwd,
    roots.map(({ keys, manifest }) => ({ name: keys.provider, manifest })),
  );
  const { configuration, warnings } = readConfiguration(
    processContext.env,
    { ...(envFile !== undefined && { envFile: envFile.path, lines: envFile.lines }), manifest },
    roots.map(({ keys }) => keys),
  );
  // Where files lie on this machine is nobody else's matter.
  const { credentials, dsnOutputDirectory } = configuration;
  const told = {
    ...(dsnOutputDirectory !== undefined && { dsnDirectoryShownAs: '.' }),
    credentials: {
      ...credentials,
      // So that what is relative is a DSN file.
      isFileTold: false,
      ...(credentials.envFile !== undefined && { envFile: resolve(processContext.cwd, credentials.envFile) }),
    },
  };
  const root = roots.find(({ keys }) => keys.provider === configuration.provider);
  const provider = root?.create({ configuration: { ...configuration, ...told }, processContext });
  if (provider === undefined) throw new Error(`a configuration for ${configuration.provider}, which is not built in`);
  const shown = showPaths(configuration, processContext.cwd);
  return { deployment: { id: configuration.deploymentId, configuration, provider, shown }, warnings };
}

function served(
  deployments: readonly Deployment[],
  warnings: readonly Diagnostic[],
  roots: readonly ServedProvider[],
): Deployments {
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const ids = [...byId.keys()];
  return {
    ids,
    warnings,
    close: async () => {
      await Promise.all(roots.map(({ close }) => close()));
    },
    find: (id) => {
      if (id === undefined && deployments.length > 1) {
        throw new OperationError('invalid-request', 'deployment_id is missing, and several deployments are served', {
          target: 'deployment_id',
          remedy: '?deployment_id=ID',
        });
      }
      const found = id === undefined ? deployments[0] : byId.get(id);
      if (found !== undefined) return found;
      throw new OperationError('invalid-request', `deployment ${shownId(id)} is not served here`, {
        code: 'unknown-deployment',
        target: 'deployment_id',
        remedy: 'GET capabilities lists the deployments that are served',
      });
    },
  };
}

function unconfigured(why: OperationError): Deployments {
  const diagnostics = why.diagnostics.map((diagnostic) =>
    diagnostic.target === 'BUS_DEPLOYMENT_ID'
      ? {
          ...diagnostic,
          code: 'missing-key',
          message: 'no deployment is configured: BUS_DEPLOYMENT_ID is not set',
          remedy: 'start the server with the environment of a deployment, or with --deployments DIR',
        }
      : diagnostic,
  );
  const error = new OperationError('not-configured', diagnostics[0]?.message ?? why.message, { diagnostics });
  return {
    ids: [],
    warnings: diagnostics.map((diagnostic) => ({ ...diagnostic, severity: 'warn' })),
    find: () => {
      throw error;
    },
    close: async () => {},
  };
}

/** A deployment id as a message may show it: what has not its form is not repeated. */
function shownId(id: string | undefined): string {
  return id !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(id) ? id : '(of no valid form)';
}

function withoutOurKeys(env: ProviderContext['env']): ProviderContext['env'] {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('BUS_')));
}

/** A finding that says which of the files it is of. */
function toldOf(path: string, diagnostic: Diagnostic): Diagnostic {
  const { message } = diagnostic;
  const file = printable(path);
  // A line of the file, or the file itself, is named already.
  if (message.startsWith(file) || message.includes(`(${file}:`)) return diagnostic;
  return reworded(diagnostic, say`${file}: ${wordingOf(diagnostic)}`);
}

/** Two deployments of one name, or with files in one directory, would undo each other's work. */
function requireOwn({ id, configuration }: Deployment, others: readonly Deployment[], cwd: string, path: string) {
  const directoryOf = ({ dsnOutputDirectory: directory }: Configuration) =>
    directory === undefined ? undefined : realPath(resolve(cwd, directory));
  const refuse = (message: string, remedy: string): never => {
    throw new OperationError('invalid-request', message, { target: path, remedy });
  };
  if (others.some((other) => other.id === id)) refuse(`deployment ${id} has another env file`, 'give each its own id');
  const directory = directoryOf(configuration);
  const sharing = others.find((other) => directory !== undefined && directoryOf(other.configuration) === directory);
  if (sharing === undefined) return;
  refuse(
    `BUS_DATABASE_DSN_OUTPUT_DIR is that of deployment ${sharing.id}`,
    `set BUS_DATABASE_DSN_OUTPUT_DIR=./local/${id}/dsn`,
  );
}
