// The PostgreSQL provider: each verb prepared, run on one set of connections, and answered as a response. What only one
// verb needs is loaded with it: a plan starts without the code of apply, verify and doctor.
import {
  type Allowed,
  type ApplyRequest,
  type Configuration,
  type Context,
  createSemaphore,
  type DesiredContext,
  giveWay,
  type NextVerb,
  type PlanRequest,
  type Provider,
  type ProviderContext,
  type Response,
  requireSomething,
  unlessStale,
} from 'bus-integration-database';
import type { Meter } from './connection/network/meter.ts';
import { passwordSendOf } from './conninfo/password-send.ts';
import { postgresRules } from './desired/rules.ts';
import type { Resource } from './kinds/index.ts';
import { postgresFacts } from './kinds/provider-facts.ts';
import { computeUnrotated } from './plan/compute.ts';
import { type Computed, type Intent, withoutRotation } from './plan/intent.ts';
import { planResponse, providerName, targetOf } from './plan/respond.ts';
import { allowedBy, guarded, nothingAllowed } from './request-terms.ts';
import { freeConnections, jobsOf } from './run/jobs.ts';
import type { KeptSessions } from './run/kept-sessions.ts';
import { createRun, type Run } from './run/run.ts';
import { leftoverWarnings } from './survey/leftover-warnings.ts';
import { observedLeftovers } from './survey/leftovers.ts';
import type { ObserveOptions } from './survey/observe.ts';
import { outputWarnings } from './survey/output-warnings.ts';
import { type Preparation, prepare } from './survey/preparation.ts';
import { statusResponse } from './survey/status.ts';
import { survey } from './survey/survey.ts';

export interface PostgresProviderOptions {
  readonly configuration: Configuration;
  readonly processContext: ProviderContext;
  /** Databases worked on at once. Default: as many as keep 4 connections open at most, more where the server is far away, fewer where it is busy. */
  readonly jobs?: number;
  /** How long apply waits for another one of the same deployment, and any run for locks of others. Default: a minute. */
  readonly lockTimeoutMs?: number;
  /** Counts connections, statements and round trips. */
  readonly meter?: Meter;
  /** For surfaces that serve: connections kept between plans and looks at the status. */
  readonly kept?: KeptSessions;
}

/**
 * Makes the provider for the configuration of one deployment. It connects only when it is asked something.
 *
 * @example
 * const provider = createPostgresProvider({ configuration, processContext });
 * await handle('plan', request, [provider], { signal });
 */
export function createPostgresProvider(options: PostgresProviderOptions): Provider<Resource> {
  const { configuration, processContext } = options;
  const start = async (
    used: Configuration,
    allowed: Allowed,
    { desired, signal, onProgress }: DesiredContext<Resource>,
    isKeeping: boolean,
    verb: NextVerb = 'plan',
  ): Promise<{ preparation: Preparation; run: Run }> => {
    const prepared = await prepare(used, processContext, desired, allowed);
    const preparation = { ...prepared, intent: { ...prepared.intent, verb } };
    const { meter, kept, lockTimeoutMs } = options;
    const run = createRun({
      target: preparation.target,
      signal,
      meter,
      kept,
      lockTimeoutMs,
      isKeeping: isKeeping && kept !== undefined,
      onProgress,
    });
    return { preparation, run };
  };
  const observeOptionsFor = (
    run: Run,
    { intent, directory }: Preparation,
    context: Context,
    openBeside: number,
  ): ObserveOptions => ({
    run,
    intent,
    directory,
    jobs: (observation) => jobsOf(run, { asked: options.jobs, free: freeConnections(observation.server), openBeside }),
    onProgress: context.onProgress,
  });

  /** One apply of the deployment at a time, before the server is asked for its lock. */
  const applies = createSemaphore(1);

  const plan = async (
    used: Configuration,
    request: PlanRequest | ApplyRequest,
    context: DesiredContext<Resource>,
    verb: NextVerb,
  ): Promise<Response> => {
    const { preparation, run } = await start(used, allowedBy(request), context, true, verb);
    using _directory = preparation.directory;
    return await run.inTurn('reading', async () => {
      const startedAt = performance.now();
      await using session = await run.open('survey');
      const { observation, computed } = await survey(session, observeOptionsFor(run, preparation, context, 1));
      await giveWay();
      const target = targetOf(session.pinned, observation.seen.admin, observation.seen.server);
      const marks = leftoverWarnings(observation.seen.remains, preparation);
      const warnings = [...marks, ...preparation.warnings, ...outputWarnings(preparation, computed)];
      const leftovers = observedLeftovers(preparation, observation.seen);
      const { intent } = preparation;
      const answer = (as: Intent, plan: Computed) =>
        planResponse({ intent: as, target, computed: plan, leftovers, warnings, startedAt });
      const saved = 'plan' in request ? (request.plan as Response | undefined) : undefined;
      return unlessStale(saved, answer(intent, computed), {
        desired: intent.desired,
        facts: postgresFacts,
        unrotated: () => answer(withoutRotation(intent), computeUnrotated(intent, observation)),
      });
    });
  };

  return {
    name: providerName,
    names: postgresRules,
    configured: configuration.desired,
    facts: postgresFacts,
    manifest: loadManifestLanguage,
    plan: (request, context) =>
      guarded(configuration, request, context, (used) => plan(used, request, context, 'plan')),
    apply: (request, context) =>
      guarded(configuration, request, context, async (used) => {
        if (request.dry_run) return await plan(used, request, context, 'apply --dry-run');
        const { preparation, run } = await start(used, allowedBy(request), context, false, 'apply');
        using _directory = preparation.directory;
        const { apply } = await import('./apply/apply.ts');
        const work = () =>
          apply({
            run,
            observeOptions: observeOptionsFor(run, preparation, context, 2),
            intent: preparation.intent,
            saved: request.plan as Response | undefined,
            passwordSend: passwordSendOf(configuration),
            jobs: (free) => jobsOf(run, { asked: options.jobs, free, openBeside: 2 }),
            warnings: preparation.warnings,
            context,
          });
        if (options.kept === undefined) return await work();
        const endTelling = run.telling('another apply of this deployment is ahead');
        const inTurn = () => {
          endTelling();
          return run.inTurn('apply', work);
        };
        return await applies.run(inTurn, context.signal).finally(endTelling);
      }),
    status: (request, context) =>
      guarded(configuration, request, context, async (used) => {
        const { preparation, run } = await start(used, nothingAllowed, context, true);
        using _directory = preparation.directory;
        return await run.inTurn('reading', async () => {
          const startedAt = performance.now();
          await using session = await run.open('survey');
          const looking = { ...observeOptionsFor(run, preparation, context, 1), withSizes: true };
          const { observation, computed } = await survey(session, looking);
          const target = targetOf(session.pinned, observation.seen.admin, observation.seen.server);
          return statusResponse({ preparation, observation, computed, target, startedAt });
        });
      }),
    verify: (request, context) =>
      guarded(configuration, request, context, async (used) => {
        requireSomething(context.desired);
        const { preparation, run } = await start(used, nothingAllowed, context, false);
        using _directory = preparation.directory;
        const { verify } = await import('./verify/verify.ts');
        return await run.inTurn('reading', () =>
          verify({
            preparation,
            run,
            request,
            configuration,
            jobs: (free) => jobsOf(run, { asked: options.jobs, free, openBeside: 1 }),
            onProgress: context.onProgress,
          }),
        );
      }),
    report: (request, context) =>
      guarded(configuration, request, context, async (used) => {
        const { preparation, run } = await start(used, nothingAllowed, context, false);
        using _directory = preparation.directory;
        const { report } = await import('./report/report.ts');
        return await run.inTurn('reading', () =>
          report({
            preparation,
            run,
            looking: observeOptionsFor(run, preparation, context, 1),
            request,
            configuration,
            jobs: (free) => jobsOf(run, { asked: options.jobs, free, openBeside: 1 }),
            onProgress: context.onProgress,
          }),
        );
      }),
    doctor: (request, context) =>
      guarded(configuration, request, context, async (used) => {
        const { diagnose } = await import('./doctor/doctor.ts');
        return await diagnose({
          configuration: used,
          processContext,
          desired: context.desired,
          context,
          meter: options.meter,
          kept: options.kept,
          lockTimeoutMs: options.lockTimeoutMs,
        });
      }),
  };
}

/** The reader of manifests; loaded only when there is a manifest. */
export async function loadManifestLanguage() {
  const { postgresManifest } = await import('./manifest/index.ts');
  return postgresManifest;
}

/** What describes a server as a manifest; loaded only for `init --from-server`. */
export async function loadDescribeServer() {
  const { describeServer } = await import('./describe/describe.ts');
  return describeServer;
}
