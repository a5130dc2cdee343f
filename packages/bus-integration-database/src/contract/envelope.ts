// What every event travels in: its name, the id that ties an answer to its question, and the payload. Both spellings of
// the id are read and written. Judges no payload.
import * as z from 'zod/mini';
import { schemaFaults } from '../text/schema-faults.ts';
import { OperationError } from './errors.ts';

const correlationId = z.string().check(z.minLength(1), z.maxLength(200));

/** Brokers add keys of their own, so unknown ones pass. */
export const envelopeSchema = z.looseObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  correlation_id: z.optional(correlationId),
  correlationId: z.optional(correlationId),
  delivery: z.optional(z.enum(['broadcast', 'unicast'])),
  /** When the sender wrote it, and until when it is worth running: RFC 3339. */
  time: z.optional(z.iso.datetime({ offset: true })),
  deadline: z.optional(z.iso.datetime({ offset: true })),
  payload: z.unknown(),
});

export interface Envelope {
  readonly name: string;
  readonly correlationId: string;
  readonly time?: Date;
  readonly deadline?: Date;
  readonly payload: unknown;
}

/** An answer's envelope, as it goes out. */
export interface AnswerEnvelope {
  readonly name: string;
  readonly correlation_id: string;
  readonly correlationId: string;
  readonly delivery: 'broadcast';
  readonly time: string;
  readonly payload: unknown;
}

/**
 * The envelope that a value is.
 *
 * @throws OperationError `invalid-request`, naming the keys that are wrong
 * @example
 * readEnvelope({ name: 'bus.database.plan.request', correlation_id: 'deploy-001-db-plan', payload: {} });
 */
export function readEnvelope(value: unknown): Envelope {
  const first = validIdOf(value);
  const ids = first === undefined ? {} : { correlation_id: first, correlationId: first };
  const result = envelopeSchema.safeParse(first === undefined ? value : { ...(value as object), ...ids });
  if (!result.success) {
    const faults = schemaFaults(result.error.issues, value).map(({ path, why }) => (path ? `${path}: ${why}` : why));
    throw refusal(`the envelope is not valid: ${faults.join('; ')}`);
  }
  const { name, correlation_id, correlationId, time, deadline, payload } = result.data;
  const id = correlation_id ?? correlationId;
  if (id === undefined) throw refusal('the envelope has no correlation_id, so no one could find its answer');
  return {
    name,
    correlationId: id,
    payload,
    ...(time !== undefined && { time: new Date(time) }),
    ...(deadline !== undefined && { deadline: new Date(deadline) }),
  };
}

/**
 * The id that ties an answer to a question, even where the rest of its envelope can't be read or the id is too long;
 * undefined when it has none.
 *
 * @example
 * correlationOf({ correlationId: 'docs-ping' }); // 'docs-ping'
 */
export function correlationOf(value: unknown): string | undefined {
  return validIdOf(value) ?? idsOf(value).find((id) => id !== '');
}

function validIdOf(value: unknown): string | undefined {
  return idsOf(value).find((id) => correlationId.safeParse(id).success);
}

function idsOf(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { correlation_id, correlationId: other } = value as { correlation_id?: unknown; correlationId?: unknown };
  return [correlation_id, other].filter((id): id is string => typeof id === 'string');
}

/**
 * The envelope of an answer; as JSON it holds `"correlation_id":"…"` without a blank, which is what people grep for.
 *
 * @example
 * answerEnvelope('bus.database.plan.response', 'deploy-001-db-plan', response);
 */
export function answerEnvelope(name: string, id: string, payload: unknown): AnswerEnvelope {
  return {
    name,
    correlation_id: id,
    correlationId: id,
    delivery: 'broadcast',
    time: new Date().toISOString(),
    payload,
  };
}

function refusal(message: string): OperationError {
  return new OperationError('invalid-request', message, {
    code: 'envelope',
    remedy: 'send name, correlation_id and payload; time and deadline as 2026-01-31T12:00:00Z',
  });
}
