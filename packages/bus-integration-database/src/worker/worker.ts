// The worker: takes requests from a transport, answers each with its correlated response, and runs none that is too old or
// was run before. Chooses no provider, opens no connection of its own.

import { answerEnvelope, correlationOf, type Envelope, readEnvelope } from '../contract/envelope.ts';
import { OperationError } from '../contract/errors.ts';
import { type Operation, operations, requestEvent, responseEvent } from '../contract/events.ts';
import { deepestLevels } from '../contract/json-depth.ts';
import { remedyOf } from '../contract/remedy.ts';
import type { Response } from '../contract/response.ts';
import { ownCommand } from '../model/map-advice.ts';
import { aboutOf, failure } from '../run/handle.ts';
import type { Provider } from '../run/provider.ts';
import { ageless, staleness } from '../run/request-age.ts';
import { createTurns } from '../run/semaphore.ts';
import { answerTooLargeCode, type Delivery, type Log, type Transport } from '../transports/transport.ts';
import { answer } from './answer.ts';
import { createAnswerMemory } from './answer-memory.ts';
import { createShutdown } from './shutdown.ts';

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
  /** Told of changes only, however often the transport says the same. */
  readonly onReady?: (isReady: boolean) => void;
}

export interface Worker {
  /** Serves until `stop`; what the transport can't get over is thrown. */
  run(): Promise<void>;
  /** Takes in nothing more; `run` resolves when what is at work has ended or, after the grace, was rolled back. */
  stop(): void;
  /**
   * Interrupts what is at work: each ends its statement or rolls it back, and answers `cancelled`; three
   * seconds later what is not out is given up.
   */
  interrupt(reason: string): void;
}

/**
 * Makes a worker that answers the four requests with these providers.
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
  const shutdown = createShutdown(interruption.signal, lastAnswersMs);
  const context = { signal: interruption.signal };
  const memory = createAnswerMemory({ count: 256, bytes: 16e6, ageMs: maxAgeMs });
  const inTurn = createTurns();
  let grace: NodeJS.Timeout | undefined;

  const onDefect = (defect: unknown) =>
    log('error', 'defect', { defect: defect instanceof Error ? (defect.stack ?? defect.message) : String(defect) });

  /** Workers of other deployments on the same broker hear the same requests, and each answers its own. */
  const isOthers = (id: string): boolean => id !== '' && deployments !== undefined && !deployments.includes(id);

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
    const { name, payload } = (delivery.body ?? {}) as { name?: unknown; payload?: unknown };
    const about = aboutOf(payload);
    const event = {
      event: delivery.name,
      correlation_id: correlationId?.slice(0, 200),
      deployment_id: about.deployment_id,
    };
    // A broker that doesn't choose by name sends our own answers back: answered, they would come back for ever.
    if (typeof name === 'string' && name !== delivery.name)
      return log('warn', 'dropped', { ...event, why: `the envelope is named ${shortened(name)}` });
    if (isOthers(about.deployment_id)) return log('info', 'left to others', event);
    let response: Response;
    try {
      if (delivery.longest !== undefined) throw tooLong(delivery.longest);
      if (delivery.isTooDeep) throw tooDeep();
      if (delivery.repeats !== undefined) throw repeated(delivery.repeats);
      const envelope = readEnvelope(delivery.body);
      response = delivery.isGivenUp
        ? ((await memory.known(envelope)) ?? failure(about, givenUp()))
        : await run(operation, envelope, delivery);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      response = failure(about, error);
    }
    const facts = {
      ...event,
      ok: response.ok,
      error_class: response.error_class,
      elapsed_ms: Math.round(performance.now() - startedAt),
    };
    if (correlationId === undefined) return log('warn', 'dropped', { ...facts, why: response.diagnostics[0]?.message });
    const publish = (one: Response) =>
      shutdown.within(() => transport.publish(answerEnvelope(responseEvent(operation), correlationId, one)));
    await publish(response).catch(async (error: unknown) => {
      if (!isTooLarge(error)) throw error;
      log('error', 'too large', { ...facts, why: error.message });
      await publish(tooLarge(operation, response, error));
    });
    log('info', 'answered', facts);
  };

  let wasReady = false;
  const tellReady = (isReady: boolean): void => {
    if (isReady === wasReady) return;
    wasReady = isReady;
    options.onReady?.(isReady);
  };

  return {
    run: async () => {
      try {
        await transport.listen({
          events: operations.map(requestEvent),
          atOnce,
          receive,
          onReady: tellReady,
          log,
        });
      } finally {
        clearTimeout(grace);
        shutdown.end();
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

/** How long answers may take to get out after an interruption. */
const lastAnswersMs = 3_000;

function shortened(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

function tooLong(longest: number): OperationError {
  const message = `the event is longer than ${longest.toLocaleString('en-US')} characters`;
  return new OperationError('invalid-request', message, {
    code: 'too-long',
    target: 'payload',
    remedy: 'ask for a part at a time; only an apply may hold a saved plan',
  });
}

function tooDeep(): OperationError {
  return new OperationError('invalid-request', `the event nests deeper than ${deepestLevels} levels`, {
    code: 'too-deep',
    target: 'payload',
    remedy: 'send the request alone, with a saved plan as it was given',
  });
}

function repeated(key: string): OperationError {
  return new OperationError('invalid-request', `the event says the key ${shortened(key)} twice in one object`, {
    code: 'duplicate-key',
    remedy: 'send each key once',
  });
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
    remedy: [
      remedyOf(finding) ?? 'let the broker take more',
      ', or ask on the command line: ',
      ownCommand(operation === 'apply' ? 'status' : operation),
    ],
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
