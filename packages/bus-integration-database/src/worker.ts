// The worker: takes requests from a transport, answers each with its correlated response, and runs none that is too old or
// was run before. Chooses no provider, opens no connection of its own.
import { answer } from './answer.ts';
import { createAnswerMemory } from './answer-memory.ts';
import { answerEnvelope, correlationOf, type Envelope, readEnvelope } from './envelope.ts';
import { OperationError } from './errors.ts';
import { type Operation, operations, requestEvent, responseEvent } from './events.ts';
import { createTurns } from './gate.ts';
import { failure } from './handle.ts';
import type { Provider } from './provider.ts';
import { ageless, staleness } from './request-age.ts';
import type { Response } from './response.ts';
import { answerTooLargeCode, type Delivery, type Log, type Transport } from './transport.ts';

export interface WorkerOptions {
  readonly providers: readonly Provider[];
  readonly transport: Transport;
  /** Requests for other deployments than these are left to their workers, unanswered. Default: all are answered. */
  readonly deployments?: readonly string[];
  /** Default: nothing is said. */
  readonly log?: Log;
  /** Requests older than this are not run. Default: 15 minutes. */
  readonly maxAgeMs?: number;
  /** Requests of one kind that are at work at once. Default: 4. */
  readonly atOnce?: number;
  /** How long what is at work may go on after `stop`; then it is interrupted and says what stands. Default: 5 minutes. */
  readonly graceMs?: number;
  readonly onReady?: (isReady: boolean) => void;
}

export interface Worker {
  /** Serves until `stop`; what the transport can't get over is thrown. */
  run(): Promise<void>;
  /** Takes in nothing more; `run` resolves when what is at work has ended or, after the grace, was rolled back. */
  stop(): void;
  /** Interrupts what is at work: each ends its statement or rolls it back, and answers `cancelled`. */
  interrupt(reason: string): void;
}

/**
 * A worker that answers the four requests with these providers.
 *
 * @example
 * const worker = createWorker({ providers: [provider], transport });
 * process.once('SIGTERM', () => worker.stop());
 * await worker.run();
 */
export function createWorker(options: WorkerOptions): Worker {
  const {
    providers,
    transport,
    deployments,
    log = () => {},
    maxAgeMs = 900_000,
    atOnce = 4,
    graceMs = 300_000,
  } = options;
  const interruption = new AbortController();
  const context = { signal: interruption.signal };
  const memory = createAnswerMemory({ count: 256, bytes: 16e6, ageMs: maxAgeMs });
  const inTurn = createTurns();
  let grace: NodeJS.Timeout | undefined;

  const onDefect = (defect: unknown) =>
    log('error', 'defect', { defect: defect instanceof Error ? (defect.stack ?? defect.message) : String(defect) });

  /** Workers of other deployments on the same broker hear the same requests, and each answers its own. */
  const isOthers = (payload: unknown): boolean => {
    const { deployment_id: id } = aboutOf(payload);
    return id !== '' && deployments !== undefined && !deployments.includes(id);
  };

  const run = async (operation: Operation, envelope: Envelope, delivery: Delivery): Promise<Response> => {
    const work = async (): Promise<Response> => {
      const fault =
        staleness(envelope, delivery.sentAt, maxAgeMs) ??
        (operation === 'apply' ? ageless(envelope, delivery) : undefined) ??
        unrepeatable(operation, envelope.payload);
      if (fault !== undefined) return failure(aboutOf(envelope.payload), fault);
      return await answer(operation, envelope.payload, providers, context, onDefect);
    };
    if (operation !== 'apply') return await work();
    return await memory.once(envelope, () => inTurn(aboutOf(envelope.payload).deployment_id, work));
  };

  const receive = async (delivery: Delivery): Promise<void> => {
    const startedAt = performance.now();
    const operation = operations.find((name) => requestEvent(name) === delivery.name);
    if (operation === undefined) throw new Error(`nobody subscribed to ${delivery.name}`);
    const correlationId = correlationOf(delivery.body);
    let response: Response;
    try {
      const envelope = readEnvelope(delivery.body);
      if (isOthers(envelope.payload)) {
        const facts = { event: delivery.name, correlation_id: correlationId };
        return log('info', 'left to others', { ...facts, deployment_id: aboutOf(envelope.payload).deployment_id });
      }
      if (envelope.name !== delivery.name) throw misnamed(envelope.name, delivery.name);
      response = delivery.isGivenUp
        ? failure(aboutOf(envelope.payload), givenUp())
        : await run(operation, envelope, delivery);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      response = failure(aboutOf(undefined), error);
    }
    const facts = {
      event: delivery.name,
      correlation_id: correlationId,
      deployment_id: response.deployment_id,
      ok: response.ok,
      error_class: response.error_class,
      elapsed_ms: Math.round(performance.now() - startedAt),
    };
    if (correlationId === undefined) return log('warn', 'dropped', { ...facts, why: response.diagnostics[0]?.message });
    const publish = (one: Response) => transport.publish(answerEnvelope(responseEvent(operation), correlationId, one));
    await publish(response).catch(async (error: unknown) => {
      if (!isTooLarge(error)) throw error;
      log('error', 'too large', { ...facts, why: error.message });
      await publish(tooLarge(operation, response, error));
    });
    log('info', 'answered', facts);
  };

  return {
    run: async () => {
      try {
        await transport.listen({
          events: operations.map(requestEvent),
          atOnce,
          receive,
          onReady: (isReady) => options.onReady?.(isReady),
          log,
        });
      } finally {
        clearTimeout(grace);
        await transport.close();
      }
    },
    stop: () => {
      transport.stop();
      grace ??= setTimeout(() => interruption.abort('the end of the worker'), graceMs);
    },
    interrupt: (reason) => interruption.abort(reason),
  };
}

/** As much of a payload as an answer repeats, whatever it is. */
function aboutOf(payload: unknown): Pick<Response, 'deployment_id' | 'provider'> {
  const { deployment_id, provider } = (payload ?? {}) as { deployment_id?: unknown; provider?: unknown };
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : '');
  return { deployment_id: text(deployment_id), provider: text(provider) };
}

/** A rotation alone would be done again by a second delivery; a saved plan names the password that it replaces. */
function unrepeatable(operation: Operation, payload: unknown): OperationError | undefined {
  const { dry_run, rotate, plan } = (payload ?? {}) as { dry_run?: unknown; rotate?: unknown; plan?: unknown };
  const isRotation = operation === 'apply' && dry_run === false && Array.isArray(rotate) && rotate.length > 0;
  if (!isRotation || plan !== undefined) return undefined;
  return new OperationError('unsafe', 'rotate without a plan: delivered twice, it would replace the password twice', {
    code: 'rotate-without-plan',
    target: 'rotate',
    remedy: 'send a plan request with the same rotate first, then apply with its response as plan',
  });
}

function misnamed(said: string, subscribed: string): OperationError {
  return new OperationError(
    'invalid-request',
    `the envelope is named ${JSON.stringify(said)} and came as ${subscribed}`,
  );
}

function isTooLarge(error: unknown): error is OperationError {
  return error instanceof OperationError && error.diagnostics[0]?.code === answerTooLargeCode;
}

/** Stands for an answer that no broker takes; what was done is done. */
function tooLarge(operation: Operation, { dry_run, ok, ...about }: Response, error: OperationError): Response {
  const [finding] = error.diagnostics;
  const ended = ok ? 'ended well' : `failed (${about.error_class})`;
  const stands = operation === 'apply' && dry_run === false ? ', and what it did stands' : '';
  const summary = new OperationError('internal', `the ${operation} ${ended}${stands}, but ${error.message}`, {
    code: answerTooLargeCode,
    remedy: `${finding?.remedy ?? 'let the broker take more'}, or ask on the command line: bus operator database ${operation === 'apply' ? 'status' : operation}`,
  });
  return { ...failure(aboutOf(about), summary), ...(dry_run !== undefined && { dry_run }) };
}

function givenUp(): OperationError {
  return new OperationError(
    'internal',
    'this request was delivered several times, and each time its answer did not get out',
    {
      code: 'given-up',
      remedy: "look into the workers' logs, then send it again with another correlation_id",
    },
  );
}
