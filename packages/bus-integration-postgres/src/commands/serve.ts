// `bus-integration-postgres serve`: the worker with the PostgreSQL provider, until a signal ends it. Says what it does in
// lines of JSON on stderr.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  chooseTransport,
  createWorker,
  type Diagnostic,
  errorClasses,
  holdsLogin,
  judgeSecretFile,
  type Log,
  masked,
  misspelledWorkerKeys,
  nodeDebugFault,
  OperationError,
  osUserOf,
  positiveDurationOf,
  readConfiguration,
  readNamedEnvFile,
  unreadEnvFile,
} from 'bus-integration-database';
import { postgresKeys } from '../keys.ts';
import { createPostgresProvider } from '../provider.ts';
import { createKeptSessions } from '../run/kept-sessions.ts';
import { parseProblem } from './parse-problem.ts';
import { createReadyFile } from './ready-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Serves, and returns the exit status. */
export async function serve(argv: readonly string[], processEnv: Environment): Promise<number> {
  // Whoever read the log may leave; the worker stays.
  process.stderr.on('error', () => {});
  const flags = readFlags(argv);
  if ('problem' in flags) {
    process.stderr.write(`bus-integration-postgres: ${flags.problem}; see serve --help\n`);
    return 2;
  }
  const log = createLog();
  try {
    return await served(flags, processEnv, log);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    for (const { message, target, remedy } of error.diagnostics) log('error', message, { target, remedy });
    return errorClasses[error.errorClass].exit;
  }
}

async function served(flags: Flags, processEnv: Environment, log: Log): Promise<number> {
  const printing = nodeDebugFault();
  if (printing !== undefined) throw printing;
  const ready = createReadyFile(flags['ready-file'], log);
  const uid = process.getuid?.() ?? 0;
  const path = flags['env-file'];
  const named = path === undefined ? undefined : readNamedEnvFile(resolve(path), path, process.getuid?.());
  const file = named?.file;
  const env: Environment = Object.assign(Object.create(null), processEnv, file?.values);
  const through = 'bus integration-postgres serve';
  const unread = file === undefined ? unreadEnvFile(env, process.cwd(), through) : undefined;
  if (unread !== undefined) log('warn', unread.message, { code: unread.code, remedy: unread.remedy });
  const source = {
    ...(file !== undefined && { envFile: file.path, lines: file.lines }),
    ...(unread !== undefined && { unreadEnvFile: './.env', throughDispatcher: through }),
  };
  const { configuration, warnings } = readConfiguration(env, source, [postgresKeys]);
  const secretKeys = [
    'BUS_API_TOKEN',
    ...(holdsLogin(env.BUS_NATS_URL ?? '') ? ['BUS_NATS_URL'] : []),
    ...(configuration.credentials.value ? [configuration.credentials.key] : []),
  ];
  const exposed =
    file !== undefined && secretKeys.some((key) => file.lines[key] !== undefined)
      ? judgeSecretFile(resolve(file.path), { uid, shownAs: file.path, content: 'any' })
      : [];
  refuseExposed(exposed);
  for (const { code, message, target, remedy } of [
    ...(named?.warnings ?? []),
    ...warnings,
    ...misspelledWorkerKeys(env),
    ...exposed,
  ])
    log('warn', message, { code, target, remedy });

  const { deploymentId } = configuration;
  const transport = await chooseTransport({ eventsUrl: flags['events-url'], nats: flags.nats, env, deploymentId, uid });
  const maxAgeMs = positiveDurationOf(env, 'BUS_EVENTS_MAX_AGE');
  const homeDirectory = env.HOME || homedir();
  const surroundings = { env, processEnv, cwd: process.cwd(), homeDirectory, osUser: osUserOf(uid), uid };
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

interface Flags {
  readonly 'events-url'?: string | undefined;
  readonly nats?: string | undefined;
  readonly 'ready-file'?: string | undefined;
  readonly 'env-file'?: string | undefined;
}

const options = {
  'events-url': { type: 'string' },
  nats: { type: 'string' },
  'ready-file': { type: 'string' },
  'env-file': { type: 'string' },
} as const;

function readFlags(argv: readonly string[]): Flags | { readonly problem: string } {
  try {
    return parseArgs({
      args: [...argv],
      options,
    }).values;
  } catch (error) {
    return { problem: `serve: ${parseProblem((error as Error).message, options)}` };
  }
}

function refuseExposed(findings: readonly Diagnostic[]): void {
  const failure = findings.find(({ severity }) => severity === 'fail');
  if (failure === undefined) return;
  throw new OperationError('invalid-request', failure.message, { diagnostics: [failure] });
}

/** A line of JSON for each event, on stderr. */
function createLog(): Log {
  return (level, message, facts = {}) => {
    process.stderr.write(masked(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...facts })}\n`));
  };
}
