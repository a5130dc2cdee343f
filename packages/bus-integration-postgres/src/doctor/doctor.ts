// Doctor: what would keep an apply from going well, each with what fixes it. It looks at all that a plan looks at, at
// this machine's files, and at what stands on the way to the server. Reads only.
import {
  type Allowed,
  type Check,
  type Configuration,
  type Context,
  type DesiredState,
  type OperationError,
  type OutputDirectory,
  type ProviderContext,
  printable,
  type Response,
  reworded,
  say,
  type Target,
  type Wording,
  wordingOf,
} from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import type { Meter } from '../connection/network/meter.ts';
import type { Resource } from '../kinds/index.ts';

import { base, targetOf } from '../plan/respond.ts';
import { freeConnections, jobsOf } from '../run/jobs.ts';
import type { KeptSessions } from '../run/kept-sessions.ts';
import { lockHolder } from '../run/lock.ts';
import { createRun, type Run } from '../run/run.ts';
import { observe } from '../survey/observe.ts';
import { directoryOf } from '../survey/output-directory.ts';
import { adminSource, type Preparation, prepare } from '../survey/preparation.ts';
import { computeProvable } from '../survey/provable.ts';
import { toOperationError } from '../text/sqlstate.ts';
import { asCheck, check } from './doctor-check.ts';
import { observeDirectory, secretFileChecks } from './file-checks.ts';
import { planChecks, rightsChecks, withoutFiles } from './plan-checks.ts';
import { lookAgain, poolerCheck, routeCheck, serversCheck, wayIdOf } from './route.ts';
import { clockCheck, tlsCheck, versionCheck } from './server.ts';
import { type DoctorObservation, readDoctorObservation } from './server-facts.ts';

export interface DoctorOptions {
  readonly configuration: Configuration;
  readonly processContext: ProviderContext;
  readonly desired: DesiredState<Resource>;
  readonly context: Context;
  readonly meter?: Meter | undefined;
  readonly kept?: KeptSessions | undefined;
  readonly lockTimeoutMs?: number | undefined;
}

const nothingAllowed: Allowed = { allow: [], adopt: false, rotate: [] };

export async function diagnose(options: DoctorOptions): Promise<Response> {
  const startedAt = performance.now();
  const { configuration, processContext, desired } = options;
  const found: Examination = { checks: [] };
  const { checks } = found;
  checks.push(...secretFileChecks(configuration, processContext));
  try {
    using directory = directoryOf(configuration, processContext, desired);
    const files = observeDirectory(directory, configuration, processContext, desired);
    checks.push(...files.checks);
    const preparation = await prepare(configuration, processContext, desired, nothingAllowed);
    checks.push(...preparation.warnings.map((warning) => asCheck(warning)));
    await examineServer(options, preparation, files.readable, found);
  } catch (error) {
    if (options.context.signal.aborted) throw error;
    const expected = toOperationError(error, 'the examination');
    const known = new Set(checks.map(({ seen }) => seen));
    checks.push(
      ...expected.diagnostics
        .map((diagnostic) =>
          asCheck(
            reworded(diagnostic, withSource(wordingOf(diagnostic), expected, configuration)),
            wayIdOf(expected) ?? 'configuration',
          ),
        )
        .filter(({ seen }) => !known.has(seen)),
    );
  }
  const isOk = checks.every(({ result }) => result !== 'fail');
  return {
    ok: isOk,
    ...base(options, [], startedAt),
    complete: checks.every(({ result }) => result !== 'unknown'),
    ...(found.target !== undefined && { target: found.target }),
    diagnostics: [],
    checks,
  };
}

/** What the examination came to so far; it goes on as far as it can. */
interface Examination {
  readonly checks: Check[];
  target?: Target;
}

async function examineServer(
  options: DoctorOptions,
  preparation: Preparation,
  directory: OutputDirectory | undefined,
  found: Examination,
): Promise<void> {
  const { context, meter, kept, lockTimeoutMs } = options;
  const run = createRun({ ...context, target: preparation.target, meter, kept, lockTimeoutMs });
  await run.inTurn('reading', () => examine(run, options, preparation, directory, found));
}

async function examine(
  run: Run,
  options: DoctorOptions,
  { intent }: Preparation,
  directory: OutputDirectory | undefined,
  found: Examination,
): Promise<void> {
  const { checks } = found;
  const { context } = options;
  await using session = await run.open('survey');
  const version = session.parameterStatus.server_version ?? '';
  found.target = {
    host: session.pinned.host,
    port: session.pinned.port,
    database: session.database,
    admin_role: session.user,
    server_version: version,
  };
  checks.push(
    check('reachable', 'ok', `${session.where} answers as ${printable(session.user)}`),
    versionCheck(session.serverVersionNum, version),
    tlsCheck(session),
  );
  const observation = await readDoctorObservation(session, [...intent.desired.databases.keys()]);
  checks.push(clockCheck(observation), routeCheck(session, observation));
  const isPooled = observation.pid !== session.pid || session.setsPerTransaction;
  const around = lookAround(run, session, observation, isPooled);
  // Awaited below, whatever else fails before.
  around.catch(() => {});
  const inside: Check[] = [];
  try {
    // Behind a pooler the second look must find the first connection idle.
    if (isPooled) await around;
    inside.push(await lockCheck(session, intent.desired.deploymentId));
    const looked = await observe(session, {
      run,
      intent,
      directory,
      // Beside the first connection a further one looks who else answers.
      jobs: ({ server }) => jobsOf(run, { free: freeConnections(server), openBeside: 2 }),
      onProgress: context.onProgress,
    });
    const { seen } = looked;
    found.target = targetOf(session.pinned, seen.admin, seen.server);
    const computed = await computeProvable(intent, looked, run, session);
    inside.push(...planChecks(options, directory === undefined ? withoutFiles(computed) : computed, seen, observation));
    if (directory !== undefined) inside.push(...rightsChecks(computed, seen));
  } finally {
    // In one order, whichever of the two was quicker.
    checks.push(...(await around), ...inside);
  }
}

async function lookAround(
  run: Run,
  session: Session,
  observation: DoctorObservation,
  isPooled: boolean,
): Promise<Check[]> {
  const look = await lookAgain(run, session);
  return [
    isPooled ? await poolerCheck(session, observation, look) : check('pooler', 'ok', 'no pooler in between'),
    serversCheck(session, observation, look),
  ];
}

async function lockCheck(session: Session, deploymentId: string): Promise<Check> {
  const holder = await lockHolder(session, deploymentId);
  if (holder === undefined) return check('lock', 'ok', 'no apply is running');
  const { said, endingIt } = holder;
  return endingIt === undefined
    ? check('lock', 'warn', `an apply is running: ${said}`, 'wait for it to end')
    : check(
        'lock',
        'warn',
        `the deployment's lock is held by ${said}, which is not an apply; an apply may wait for it`,
        endingIt,
      );
}

function withSource(wording: Wording, { errorClass }: OperationError, configuration: Configuration): Wording {
  return ['unreachable', 'authentication-failed', 'timeout'].includes(errorClass)
    ? say`${wording} (from ${adminSource(configuration)})`
    : wording;
}
