// What NATS won't do for us, told with what fixes it. Pure.
import { OperationError } from '../../contract/errors.ts';
import { answerTooLargeCode } from '../transport.ts';

export function answerTooLarge(text: string, limitBytes: number): OperationError {
  return new OperationError(
    'internal',
    `the answer has ${Buffer.byteLength(text)} bytes, and NATS takes at most ${limitBytes}`,
    { code: answerTooLargeCode, target: 'max_payload', remedy: 'raise max_payload of nats-server' },
  );
}

export function isAnswerTooLarge(error: unknown): boolean {
  return error instanceof OperationError && error.diagnostics[0]?.code === answerTooLargeCode;
}

export function unauthorized(cause: unknown): OperationError {
  return new OperationError('unauthenticated', `NATS refused the login: ${messageOf(cause)}`, {
    target: 'BUS_NATS_URL',
    remedy: 'give the right credentials in BUS_NATS_CREDS_FILE (mode 0600)',
    cause,
  });
}

/**
 * What an account may not do and a worker can't do without; undefined for requests of the set-up, which has other ways.
 * https://docs.nats.io/running-a-nats-service/configuration/securing_nats/authorization
 */
export function forbidden(cause: { operation: string; subject: string }): OperationError | undefined {
  const { operation, subject } = cause;
  if (operation === 'publish' && /^\$JS\.API\.(?!CONSUMER\.MSG\.)/.test(subject)) return undefined;
  const [verb, list] = operation === 'publish' ? ['publish', 'publish'] : ['subscribe to', 'subscribe'];
  return new OperationError('forbidden', `NATS does not let this account ${verb} ${subject}`, {
    code: 'nats-permission',
    target: 'BUS_NATS_URL',
    remedy: `add it to the account's permissions: ${list}: {allow: [${JSON.stringify(generalOf(subject))}]}`,
    cause,
  });
}

/** The subject with what differs from message to message left open. */
function generalOf(subject: string): string {
  return subject.replace(/^(_INBOX|\$JS\.ACK|\$JS\.API\.CONSUMER\.MSG\.NEXT|bus\.database)\..*$/, '$1.>');
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
