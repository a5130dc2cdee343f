// A worker with one provider as a process: from its environment until a signal ends it. Says what it does in lines of
// JSON on stderr.

import { commandEnvironment } from '../config/command-environment.ts';
import { readConfiguration } from '../config/config.ts';
import { errorClasses } from '../contract/error-class.ts';
import { OperationError } from '../contract/errors.ts';
import { remedyIn } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { namedManifest } from '../run/named-manifest.ts';
import type { ServedProvider } from '../run/provider-module.ts';
import { masked } from '../secrets/mask.ts';
import { nodeDebugFault } from '../secrets/node-debug.ts';
import { homeDirectoryOf, osUserOf } from '../secrets/os-user.ts';
import type { Environment } from '../text/environment.ts';
import type { Log } from '../transports/transport.ts';
import { createReadyFile } from './ready-file.ts';
import { chooseTransport, holdsLogin, positiveDurationOf } from './transport-choice.ts';
import { createWorker } from './worker.ts';
import { misspelledWorkerKeys } from './worker-keys.ts';

export interface ServeOptions {
  /** The command by way of the dispatcher, for remedies. */
  readonly through: string;
  readonly readyFile: string | undefined;
  readonly envFile: string | undefined;
  readonly eventsUrl: string | undefined;
  readonly nats: string | undefined;
  readonly provider: ServedProvider;
  /** That of a -C, where the command line was typed outside it. */
  readonly directory?: string | undefined;
}

/**
 * Serves, and returns the exit status.
 *
 * @example
 * process.exit(await serve({ through: 'bus integration-memory serve', provider, ...flags }, process.env));
 */
export async function serve(options: ServeOptions, processEnv: Environment): Promise<number> {
  // Whoever read the log may leave; the worker stays.
  process.stderr.on('error', () => {});
  const log = createLog(options.directory);
  try {
    return await served(options, processEnv, log);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    for (const { message, target, ...finding } of error.diagnostics)
      log('error', message, { target, remedy: remedyIn(options.directory, finding) });
    return errorClasses[error.errorClass].exit;
  }
}

async function served({ provider, ...options }: ServeOptions, processEnv: Environment, log: Log): Promise<number> {
  const printing = nodeDebugFault();
  if (printing !== undefined) throw printing;
  const ready = createReadyFile(options.readyFile, log);
  const uid = process.getuid?.() ?? 0;
  const place = { cwd: process.cwd(), uid };
  const secretKeys = [
    'BUS_API_TOKEN',
    ...provider.keys.known.filter(({ isSecret }) => isSecret).map(({ name }) => name),
  ];
  const holdsSecret = (values: Environment) =>
    secretKeys.some((key) => values[key]) || holdsLogin(values.BUS_NATS_URL ?? '');
  const { env, source, ...read } = commandEnvironment(options.through, options.envFile, processEnv, place, holdsSecret);
  const warn = (warnings: readonly Diagnostic[]) => {
    for (const { code, message, target, ...finding } of warnings)
      log('warn', message, { code, target, remedy: remedyIn(options.directory, finding) });
  };
  warn(read.warnings);
  const manifest = await namedManifest(env, place.cwd, [{ name: provider.keys.provider, manifest: provider.manifest }]);
  const { configuration, warnings } = readConfiguration(env, { ...source, manifest }, [provider.keys]);
  warn([...warnings, ...misspelledWorkerKeys(env)]);

  const { deploymentId } = configuration;
  const { eventsUrl, nats } = options;
  const transport = await chooseTransport({ eventsUrl, nats, env, deploymentId, uid });
  const maxAgeMs = positiveDurationOf(env, 'BUS_EVENTS_MAX_AGE');
  const homeDirectory = homeDirectoryOf(env);
  const processContext = { env, processEnv, homeDirectory, osUser: osUserOf(uid), ...place };
  const worker = createWorker({
    providers: [provider.create({ configuration, processContext })],
    transport,
    deployments: [deploymentId],
    log,
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    onReady: (isReady) => {
      ready.set(isReady);
      log('info', isReady ? 'ready' : 'not ready', { deployment_id: deploymentId });
    },
  });
  let signals = 0;
  const onSignal = (name: NodeJS.Signals) => {
    signals += 1;
    log('info', 'ending', { signal: name });
    if (signals === 1) worker.stop();
    else worker.interrupt(name);
    ready.set(false);
  };
  // Listened to until the process is gone: a late signal must not turn a finished end into a killed one.
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, onSignal);
  try {
    await worker.run();
    return 0;
  } finally {
    ready.set(false);
    await provider.close();
  }
}

/** A line of JSON for each event, on stderr. */
function createLog(directory: string | undefined): Log {
  return (level, message, facts = {}) => {
    const entry = {
      time: new Date().toISOString(),
      level,
      message,
      ...facts,
      // Paths are relative to it.
      ...(directory !== undefined && level !== 'info' && { directory }),
    };
    process.stderr.write(masked(`${JSON.stringify(entry)}\n`));
  };
}
