// What a request asks besides its body: of which deployment, as a page or as JSON, how long it waits, by which key.
import { OperationError, parseDuration, printable } from 'bus-integration-database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readKey } from '../jobs/idempotency.ts';

/** Longest `?wait=`; who needs longer follows the job's events. */
const longestWaitMs = 600_000;

/** A browser names HTML; who names JSON, or nothing, gets JSON. */
export function wantsPage(accept = ''): boolean {
  const types = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '');
  const [page, data] = [types.indexOf('text/html'), types.indexOf('application/json')];
  return page >= 0 && (data < 0 || page < data);
}

/**
 * Refuses what a route knows nothing of: a slip of the pen in `deployment_id` must not be answered about another.
 *
 * @throws OperationError `invalid-request`
 */
export function requireKnownQuery(request: FastifyRequest, known: readonly string[]): void {
  const unknown = Object.keys(request.query as object).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `the query holds ${printable(unknown)}, expected ${known.join(' or ')}`;
  throw new OperationError('invalid-request', message, { target: printable(unknown) });
}

export function deploymentIn(request: FastifyRequest): string | undefined {
  const { deployment_id } = request.query as { deployment_id?: unknown };
  if (deployment_id === undefined || typeof deployment_id === 'string') return deployment_id;
  throw new OperationError('invalid-request', 'deployment_id stands in the query more than once', {
    target: 'deployment_id',
  });
}

/** A key is its caller's own: no other learns of a job by it. */
export function keyOf(request: FastifyRequest): string | undefined {
  const key = readKey(request.headers['idempotency-key']);
  return key === undefined ? undefined : `${request.caller?.name ?? ''} ${key}`;
}

export function waitIn(request: FastifyRequest): number {
  const { wait } = request.query as { wait?: unknown };
  if (wait === undefined) return 0;
  const ms = parseDuration(String(wait));
  if (ms <= longestWaitMs) return ms;
  throw new OperationError('invalid-request', `wait: at most ${longestWaitMs / 1000} s`, { target: 'wait' });
}

/** Aborted when the client leaves before its answer: nobody reads it any more. */
export function departure(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort('the client, which left');
  });
  return controller.signal;
}
