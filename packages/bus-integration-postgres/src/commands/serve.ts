// `bus-integration-postgres serve`: the worker with the PostgreSQL provider, until a signal ends it. Says what it does in
// lines of JSON on stderr.
import { homedir } from 'node:os';
import {
  chooseTransport,
  createWorker,
  type Diagnostic,
  errorClasses,
  holdsLogin,
  type Log,
  masked,
  misspelledWorkerKeys,
  nodeDebugFault,
  OperationError,
  osUserOf,
  positiveDurationOf,
  readConfiguration,
} from 'bus-integration-database';
import type { FlagReading } from 'bus-integration-database/help';
import { postgresKeys } from '../keys.ts';
import { createPostgresProvider } from '../provider.ts';
import { createKeptSessions } from '../run/kept-sessions.ts';
import { commandEnvironment } from './command-environment.ts';
import { createReadyFile } from './ready-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Serves, and returns the exit status. */
export async function serve(flags: FlagReading, processEnv: Environment): Promise<number> {
  // Whoever read the log may leave; the worker stays.
  process.stderr.on('error', () => {});
  const log = createLog();
  try {
    return await served(flags, processEnv, log);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    for (const { message, target, remedy } of error.diagnostics) log('error', message, { target, remedy });
    return errorClasses[error.errorClass].exit;
  }
}

async function served(flags: FlagReading, processEnv: Environment, log: Log): Promise<number> {
  const printing = nodeDebugFault();
  if (printing !== undefined) throw printing;
  const ready = createReadyFile(flags.last('ready-file'), log);
  const uid = process.getuid?.() ?? 0;
  const place = { cwd: process.cwd(), uid };
  const { env, source, ...read } = commandEnvironment('serve', flags.last('env-file'), processEnv, place, holdsSecret);
  const warn = (warnings: readonly Diagnostic[]) => {
    for (const { code, message, target, remedy } of warnings) log('warn', message, { code, target, remedy });
  };
  warn(read.warnings);
  const { configuration, warnings } = readConfiguration(env, source, [postgresKeys]);
  warn([...warnings, ...misspelledWorkerKeys(env)]);

  const { deploymentId } = configuration;
  const transport = await chooseTransport({
    eventsUrl: flags.last('events-url'),
    nats: flags.last('nats'),
    env,
    deploymentId,
    uid,
  });
  const maxAgeMs = positiveDurationOf(env, 'BUS_EVENTS_MAX_AGE');
  const homeDirectory = env.HOME || homedir();
  const surroundings = { env, processEnv, homeDirectory, osUser: osUserOf(uid), ...place };
  const kept = createKeptSessions();
  const worker = createWorker({
    providers: [createPostgresProvider({ configuration, surroundings, kept })],
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
    await kept.close();
  }
}

function holdsSecret({ BUS_POSTGRES_ADMIN_DSN, BUS_API_TOKEN, BUS_NATS_URL = '' }: Environment): boolean {
  return Boolean(BUS_POSTGRES_ADMIN_DSN || BUS_API_TOKEN) || holdsLogin(BUS_NATS_URL);
}

/** A line of JSON for each event, on stderr. */
function createLog(): Log {
  return (level, message, facts = {}) => {
    process.stderr.write(masked(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...facts })}\n`));
  };
}
