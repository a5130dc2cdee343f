// What an events API's HTTP answers come to: taken, worth another try, or final. Reads no body.
import type { IncomingMessage } from 'node:http';
import type { ErrorClass } from '../../contract/error-class.ts';
import { OperationError } from '../../contract/errors.ts';
import { printable } from '../../text/printable.ts';
import { answerTooLargeCode } from '../transport.ts';

/**
 * Returns when the API took the request.
 *
 * @throws OperationError saying what it answered instead
 */
export function requireSuccess(answer: IncomingMessage, doing: string): void {
  const { statusCode = 0 } = answer;
  if (statusCode === 200 || statusCode === 202) return;
  answer.resume();
  const errorClass = {
    400: 'invalid-request',
    401: 'unauthenticated',
    403: 'forbidden',
    413: 'invalid-request',
  } as const;
  const known = errorClass[statusCode as keyof typeof errorClass];
  throw new OperationError(known ?? 'unreachable', `${doing}: the events API answered ${statusCode}`, {
    code: statusCode === 413 ? answerTooLargeCode : `http-${statusCode}`,
    target: 'BUS_EVENTS_API_URL',
    ...(known !== undefined && known !== 'invalid-request' && { remedy: tokenRemedy }),
  });
}

/**
 * Returns when the answer is a stream of events; a page, a redirection or a 404 come from something else at that address.
 *
 * @throws OperationError
 */
export function requireStream(answer: IncomingMessage, { host }: URL, name: string): void {
  const { statusCode = 0, headers } = answer;
  const refuse = (seen: string, errorClass: ErrorClass = 'invalid-request') => {
    answer.destroy();
    return new OperationError(errorClass, `${name}: ${seen}, expected a stream of events`, {
      code: wrongPlaceCode,
      target: 'BUS_EVENTS_API_URL',
      remedy: `see that the address, at ${host}, is the events API's own, like BUS_EVENTS_API_URL=http://127.0.0.1:8081`,
    });
  };
  // A gateway answers so too, until what stands behind it has come up.
  if (statusCode === 404) throw refuse('the address answered 404', 'unreachable');
  if ((statusCode >= 300 && statusCode < 400) || [405, 410].includes(statusCode))
    throw refuse(`the address answered ${statusCode}`);
  requireSuccess(answer, `${name}: the stream`);
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (!streamTypes.has(type.trim().toLowerCase()))
    throw refuse(`the address answered with ${printable(type.trim() || 'no content type')}`);
}

const streamTypes: ReadonlySet<string> = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);
const wrongPlaceCode = 'events-url';
const tokenRemedy =
  'give a token with the scopes events:read and events:write in BUS_EVENTS_TOKEN_FILE (mode 0600) or BUS_API_TOKEN';

/** Whether trying again fixes nothing. Where a stream was, it may come back: a gateway shows a page meanwhile. */
export function isFinal(failure: unknown, wasOpen = false): failure is OperationError {
  if (!(failure instanceof OperationError)) return false;
  if (!['unauthenticated', 'forbidden', 'invalid-request'].includes(failure.errorClass)) return false;
  return failure.diagnostics[0]?.code !== wrongPlaceCode || !wasOpen;
}

export function isOfTheToken(failure: unknown): failure is OperationError {
  return failure instanceof OperationError && ['unauthenticated', 'forbidden'].includes(failure.errorClass);
}
