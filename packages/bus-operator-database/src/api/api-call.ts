// One HTTP exchange with the API: a document comes back, or it is said why none could be had. Retries nothing, follows no
// redirect.
import type { IncomingMessage } from 'node:http';
import { OperationError, printable, sendRequest } from 'bus-integration-database';
import { interruptionError } from '../command-line/interruption.ts';
import type { ApiAddress } from './api-address.ts';

interface ApiRequest {
  readonly path: string;
  readonly method?: 'DELETE';
  /** The event after which a stream goes on. */
  readonly lastEventId?: number;
  /** Sent as JSON by POST; without one it is GET. */
  readonly body?: unknown;
  /** How long the server may say nothing. Default: longer than it works on any answer. */
  readonly silenceMs?: number;
}

export interface ApiAnswer {
  readonly address: ApiAddress;
  readonly status: number;
  readonly document: unknown;
}

const longestSilenceMs = 330_000;

/**
 * Asks, and reads the JSON document of the answer, a failure's too.
 *
 * @throws OperationError `unreachable`, or why the run was ended
 * @example
 * (await callApi({ url }, { path: 'capabilities' }, { signal })).document;
 */
export async function callApi(
  address: ApiAddress,
  request: ApiRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ApiAnswer> {
  const answer = await openApi(address, request, signal);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch (error) {
    throw failed(address, error, signal);
  }
  const { statusCode: status = 0 } = answer;
  try {
    return { address, status, document: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    const isElsewhere = status >= 300 && status < 400;
    throw new OperationError(
      'unreachable',
      isElsewhere
        ? `${shown(address)} answered ${status}, which is a redirect: a token is shown to nobody but that address`
        : `${shown(address)} answered ${status} without a document of the API; something else listens there`,
      { code: 'api', target: shown(address), remedy: 'check --api-url' },
    );
  }
}

/** Asks, and leaves the body to be read. */
export async function openApi(
  { url, token }: ApiAddress,
  { path, method, body, lastEventId, silenceMs = longestSilenceMs }: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }),
  };
  const verb = method ?? (text === undefined ? 'GET' : 'POST');
  try {
    return await sendRequest(new URL(path, url), { method: verb, headers, body: text, signal, silenceMs });
  } catch (error) {
    throw failed({ url }, error, signal);
  }
}

function failed(address: ApiAddress, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return interruptionError(signal.reason);
  const { code, message } = error as NodeJS.ErrnoException;
  const why = { ECONNREFUSED: 'connection refused', ENOTFOUND: 'no such host' }[code ?? ''] ?? code ?? message;
  return new OperationError('unreachable', `can't reach the API at ${shown(address)}: ${printable(why)}`, {
    code: 'api',
    target: shown(address),
    remedy: 'check --api-url, and that bus-api-provider-database runs there',
    cause: error,
  });
}

function shown({ url }: ApiAddress): string {
  return printable(url.origin);
}
