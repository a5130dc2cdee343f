// How a deployment is asked: by way of `answer`, a few runs at a time, reads that are the same shared.
import {
  answer,
  type Context,
  configuredRequest,
  createSemaphore,
  type DesiredState,
  desiredFor,
  isAboutConfigured,
  type OnDefect,
  OperationError,
  parseRequest,
  plainRequest,
  type Requests,
  type Response,
  type Verb,
  verifyChecks,
} from 'bus-integration-database';
import type { Deployment } from '../deployments/deployments.ts';
import type { Metrics } from '../report/metrics.ts';
import { requestProblem } from '../report/problem.ts';
import { shareReads } from './shared-read.ts';

export interface Answers {
  /** The deployment's own plan, status or doctor's findings, read after the question came. */
  read(verb: 'plan' | 'status' | 'doctor' | 'report'): Promise<Response>;
  /** False while the server was not reached at the last look; then it is looked at again, some seconds apart. */
  isReached(): boolean;
  /**
   * The state that a request asks for, judged.
   *
   * @throws OperationError `invalid-request`
   */
  desiredFor(request: Requests[Verb]): Promise<DesiredState>;
  /** Answers a request; `signal` ends its run. */
  ask(verb: Verb, request: unknown, context: Context): Promise<Response>;
}

/** Runs for others than an apply that go on at once, and that may wait. */
const runsAtOnce = 4;
const runsWaiting = 64;
const lookAgainMs = 2_000;
/** A read that takes longer than this is given up. */
const readTimeoutMs = 300_000;

/**
 * The mouth of one deployment.
 *
 * @example
 * await createAnswers(deployment, metrics, onDefect).read('status');
 */
export function createAnswers(
  { configuration, provider, shown }: Deployment,
  metrics: Metrics,
  onDefect: OnDefect,
): Answers {
  const semaphore = createSemaphore(runsAtOnce);
  let isReached = true;
  let lookedAt = 0;
  const run = async (verb: Verb, request: unknown, context: Context, isOwn = false): Promise<Response> => {
    const response = shown(await answer(verb, request, [provider], context, onDefect));
    metrics.response(verb, response, isOwn);
    if (response.target !== undefined) isReached = true;
    else if (response.error_class === 'unreachable' || response.error_class === 'timeout') isReached = false;
    lookedAt = performance.now();
    return response;
  };
  const ownRequest = (verb: Verb): unknown =>
    verb === 'status'
      ? plainRequest(configuration)
      : { ...configuredRequest(configuration), ...(verb === 'plan' && { dry_run: true }) };
  const shared = (verb: Verb) =>
    shareReads(async () => {
      const limit = timeLimit(readTimeoutMs);
      try {
        return await run(verb, ownRequest(verb), { signal: limit.signal }, true);
      } finally {
        limit.clear();
      }
    });
  const reads = {
    plan: shared('plan'),
    status: shared('status'),
    doctor: shared('doctor'),
    report: shared('report'),
  };
  /** A verify that leaves nothing out: what sees only a part, or something else, is no word on the deployment. */
  const isWhole = (request: unknown) => {
    const asked = parseRequest('verify', request);
    const isComplete = asked.negative !== false && verifyChecks.every((check) => asked.checks.includes(check));
    return isComplete && isAboutConfigured(asked, provider);
  };
  return {
    read: (verb) => reads[verb](),
    isReached: () => {
      // Who is told that nothing is ready asks nothing, so nothing else would find out that it is again.
      if (!isReached && performance.now() - lookedAt > lookAgainMs) {
        lookedAt = performance.now();
        void reads.status().catch(() => undefined);
      }
      return isReached;
    },
    desiredFor: (request) => desiredFor(request, provider),
    ask: async (verb, request, context) => {
      // An apply waits for its lock in the server, which is no reason for readers to wait. A dry run reads only.
      if (verb === 'apply' && !parseRequest(verb, request).dry_run) return run(verb, request, context);
      if (semaphore.waiting >= runsWaiting)
        throw requestProblem(429, 'locked', 'busy', 'too many requests for this deployment are waiting already', 1);
      return semaphore.run(() => run(verb, request, context, verb === 'verify' && isWhole(request)));
    },
  };
}

function timeLimit(ms: number): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const late = () => controller.abort(new OperationError('timeout', `not done within ${ms / 1000} s`));
  const timer = setTimeout(late, ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
