// The binary bus-api-provider-database: the HTTP surface of the deployments that its environment names, until a signal
// ends it.
import { resolve } from 'node:path';
import {
  createProgram,
  type Diagnostic,
  enteredOf,
  findingText,
  homeDirectoryOf,
  nodeDebugFault,
  OperationError,
  osUserOf,
  type ProviderContext,
  readNamedEnvFile,
  remedyIn,
  unreadEnvFile,
} from 'bus-integration-database';
import { type FlagReading, flagsOf, readFlags } from 'bus-integration-database/help';
import { type Arguments, readArguments, retiredFlags } from './arguments.ts';
import { readAuthSettings } from './auth/auth-settings.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { type Deployments, deploymentFromEnvironment, deploymentsFromFolder } from './deployments/deployments.ts';
import { createProviders } from './deployments/providers.ts';
import { createHelp } from './help.ts';
import { createApp } from './http/app.ts';
import { readIdleConnections } from './http/connections.ts';
import { listen, shutDown } from './http/serve.ts';

const { begin, print, refuse } = createProgram('bus-api-provider-database', {
  begins: /^listening on /,
  keys: ['listening'],
});

async function main(argv: readonly string[]): Promise<number> {
  // Who reads the log may go; the server and its applies stay.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const help = createHelp(createProviders().flatMap(({ keys }) => keys.known));
  const flags = readFlags(argv, flagsOf(help), { others: retiredFlags });
  const answered = begin(flags, help);
  if (answered !== undefined) return answered;
  const asked = readArguments(flags);
  if ('problem' in asked) return refuse(asked.problem);
  const entered = enteredOf(process.env, flags.last('chdir'));
  try {
    return await serve(asked, flags, entered?.directory);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    for (const finding of error.diagnostics) refuse(findingText(entered, finding));
    return error.errorClass === 'unreachable' ? 1 : 2;
  }
}

async function serve(
  { host, port, deployments: folder, envFile }: Exclude<Arguments, { problem: string }>,
  flags: FlagReading,
  directory: string | undefined,
): Promise<number> {
  const printing = nodeDebugFault();
  if (printing !== undefined) throw printing;
  // From here on a signal ends the server in order; a second one ends the applies in flight too.
  const hurry = new AbortController();
  let isEnding = false;
  const ending = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (isEnding) hurry.abort();
        isEnding = true;
        resolve();
      });
    }
  });
  const named = envFile === undefined ? undefined : namedEnvFile(envFile);
  const processContext = currentProcess(named?.file.values);
  const providers = createProviders();
  const through = 'bus api-provider-database';
  const unread =
    envFile === undefined && folder === undefined ? unreadEnvFile(process.env, process.cwd(), through) : undefined;
  const deployments =
    folder === undefined
      ? await deploymentFromEnvironment(processContext, providers, named?.file)
      : await deploymentsFromFolder(folder, processContext, providers);
  if (deployments.ids.length === 0 && !processContext.env.BUS_DATABASE_PROVIDER)
    throw nothingToServe(deployments, unread, providers[0]?.keys.provider ?? '');
  const auth = readAuthSettings(processContext);
  const authenticate = createAuthenticate(auth.settings);
  const idleConnectionsEach = readIdleConnections(processContext.env);
  const app = await createApp({
    providers: providers.map(({ keys }) => keys.provider),
    facts: providers[0]?.facts,
    deployments,
    authenticate,
    log: { level: 'info', stream: process.stderr },
    limits: idleConnectionsEach === undefined ? {} : { idleConnectionsEach },
  });
  const isAuthenticating = authenticate !== undefined;
  for (const warning of [
    ...(named?.warnings ?? []),
    ...(unread === undefined ? [] : [unread]),
    ...deployments.warnings,
    ...auth.warnings,
    ...(isAuthenticating ? [] : [everybodyReads]),
  ])
    app.server.log.warn({ code: warning.code, remedy: remedyIn(directory, warning) }, warning.message);
  const url = await listen(app, { host, port, isAuthenticating });
  const text = flags.last('format') === 'json' ? `${JSON.stringify({ listening: url })}\n` : `listening on ${url}\n`;
  const printed = print(text, flags);
  if (printed === 0) await ending;
  await shutDown(app, hurry.signal);
  return printed;
}

const everybodyReads: Diagnostic = {
  severity: 'warn',
  code: 'no-authentication',
  message: 'there is no authentication: every local user can read plan, status and doctor; nothing can be changed',
  remedy: 'set BUS_DATABASE_API_TOKEN_FILE to a file of mode 0600 with a token in it',
};

function namedEnvFile(path: string) {
  return readNamedEnvFile(resolve(path), path, process.getuid?.());
}

/** Most likely it was started in another folder; who means it, says which provider is to be spoken of. */
function nothingToServe({ warnings }: Deployments, unread: Diagnostic | undefined, provider: string): OperationError {
  if (unread !== undefined)
    return new OperationError('not-configured', unread.message, { diagnostics: [{ ...unread, severity: 'fail' }] });
  return new OperationError('not-configured', warnings[0]?.message ?? 'no deployment is configured', {
    target: 'BUS_DEPLOYMENT_ID',
    remedy: `give a deployment: --env-file FILE or --deployments DIR; or set BUS_DATABASE_PROVIDER=${provider} to serve healthz and capabilities alone`,
  });
}

function currentProcess(values: Readonly<Record<string, string>> = {}): ProviderContext {
  const uid = process.getuid?.() ?? 0;
  const env = { ...process.env, ...values };
  return {
    env,
    processEnv: process.env,
    cwd: process.cwd(),
    homeDirectory: homeDirectoryOf(env),
    osUser: osUserOf(uid),
    uid,
  };
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2));
