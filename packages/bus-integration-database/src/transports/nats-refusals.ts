// What NATS won't do for us, told with what mends it. Pure.
import { OperationError } from '../errors.ts';
import { answerTooLargeCode } from '../transport.ts';

export function answerTooLarge(text: string, limitBytes: number): OperationError {
  return new OperationError(
    'internal',
    `the answer has ${Buffer.byteLength(text)} bytes, and NATS takes at most ${limitBytes}`,
    { code: answerTooLargeCode, target: 'max_payload', remedy: 'raise max_payload of nats-server' },
  );
}

export function unauthorized(cause: unknown): OperationError {
  return new OperationError('unauthenticated', `NATS refused the login: ${messageOf(cause)}`, {
    target: 'BUS_NATS_URL',
    remedy: 'give the right credentials in BUS_NATS_CREDS_FILE (mode 0600)',
    cause,
  });
}

export function withoutJetStream(cause: unknown): OperationError {
  return new OperationError('not-configured', `NATS has no JetStream for us: ${messageOf(cause)}`, {
    target: 'BUS_NATS_URL',
    remedy: 'start nats-server with -js, or enable JetStream for this account',
    cause,
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
