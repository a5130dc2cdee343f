// One HTTP exchange with the API: a document comes back, or it is said why none could be had. Retries nothing.
import { OperationError, printable } from 'bus-integration-database';
import type { ApiAddress } from './api-client.ts';
import { interruptionError } from './interruption.ts';

interface ApiRequest {
  readonly path: string;
  readonly method?: 'DELETE';
  /** The event after which a stream goes on. */
  readonly lastEventId?: number;
  /** Sent as JSON by POST; without one it is GET. */
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly address: ApiAddress;
  readonly status: number;
  readonly document: unknown;
}

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
  const text = await answer.text().catch((error: unknown) => {
    throw failed(address, error, signal);
  });
  try {
    return { address, status: answer.status, document: JSON.parse(text) };
  } catch {
    throw new OperationError(
      'unreachable',
      `${shown(address)} answered ${answer.status} without a document of the API; something else listens there`,
      { code: 'api', target: shown(address), remedy: 'check --api-url' },
    );
  }
}

/** Asks, and leaves the body to be read. */
export async function openApi(
  { url, token }: ApiAddress,
  { path, method, body, lastEventId }: ApiRequest,
  signal: AbortSignal,
): Promise<globalThis.Response> {
  try {
    return await fetch(new URL(path, url), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      redirect: 'error',
      signal,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
        ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw failed({ url }, error, signal);
  }
}

function failed(address: ApiAddress, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return interruptionError(signal.reason);
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
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
