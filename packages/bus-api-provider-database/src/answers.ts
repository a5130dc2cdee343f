// How a deployment is asked: by way of `answer`, a few runs at a time, reads that are the same shared.
import {
  answer,
  type Context,
  declarationRequest,
  type OnDefect,
  OperationError,
  type Response,
  requireDeclaration,
  type Verb,
} from 'bus-integration-database';
import type { Deployment } from './deployments.ts';
import type { Metrics } from './metrics.ts';
import { shareReads } from './shared-read.ts';
import { createTurnstile } from './turnstile.ts';

export interface Answers {
  /** The deployment's own plan, status or doctor's findings, read after the question came. */
  read(verb: 'plan' | 'status' | 'doctor'): Promise<Response>;
  /** Answers a request; `signal` ends its run. */
  ask(verb: Verb, request: unknown, context: Context): Promise<Response>;
}

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
  const turnstile = createTurnstile({ atOnce: 4, waiting: 64 });
  const run = async (verb: Verb, request: unknown, context: Context, isOwn = false): Promise<Response> => {
    const response = shown(await answer(verb, request, [provider], context, onDefect));
    metrics.response(verb, response, isOwn);
    return response;
  };
  const ownRequest = (verb: Verb): unknown =>
    verb === 'status'
      ? { deployment_id: configuration.deploymentId, provider: configuration.provider }
      : { ...declarationRequest(configuration), ...(verb === 'plan' && { dry_run: true }) };
  const shared = (verb: Verb) =>
    shareReads(async () => {
      const limit = timeLimit(readTimeoutMs);
      try {
        return await run(verb, ownRequest(verb), { signal: limit.signal }, true);
      } finally {
        limit.clear();
      }
    });
  const reads = { plan: shared('plan'), status: shared('status'), doctor: shared('doctor') };
  return {
    read: (verb) => reads[verb](),
    ask: (verb, request, context) => {
      if (verb === 'verify') requireDeclaration(configuration);
      // An apply waits for its lock in the server, which is no reason for readers to wait.
      return verb === 'apply' ? run(verb, request, context) : turnstile.pass(() => run(verb, request, context));
    },
  };
}

function timeLimit(ms: number): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const late = () => controller.abort(new OperationError('timeout', `not done within ${ms / 1000} s`));
  const timer = setTimeout(late, ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
