// One HTTP exchange with the API: a document comes back, or it is said why none could be had. Retries nothing, follows no
// redirect.
import type { IncomingMessage } from 'node:http';
import { deepestLevels, nestsDeeper, OperationError, printable, sendRequest } from 'bus-integration-database';
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
  /** The longest document that is read. */
  readonly mostBytes?: number;
}

export interface ApiAnswer {
  readonly address: ApiAddress;
  readonly status: number;
  readonly document: Readonly<Record<string, unknown>>;
}

const longestSilenceMs = 330_000;
/** A plan of 200,000 resources, the most that a configuration may come to, is some 80 MB. */
const mostBytesRead = 256 * 1024 * 1024;

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
  const { statusCode: status = 0 } = answer;
  const most = request.mostBytes ?? mostBytesRead;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += chunk.length;
      if (bytes > most) throw noDocument(address, `${status} with more than ${most} bytes`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw failed(address, error, signal);
  }
  const document = documentIn(Buffer.concat(chunks).toString('utf8'));
  if (document !== undefined) return { address, status, document };
  throw status >= 300 && status < 400
    ? noDocument(address, `${status}, which is a redirect: a token is shown to nobody but that address`)
    : noDocument(address, `${status} without a document of the API; something else listens there`);
}

/** Undefined for what is no JSON object, or nests deeper than any answer: what walks it would exhaust the stack. */
export function documentIn(text: string): ApiAnswer['document'] | undefined {
  if (nestsDeeper(text, deepestLevels)) return undefined;
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function objectIn(value: unknown): ApiAnswer['document'] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as ApiAnswer['document'];
}

function noDocument(address: ApiAddress, what: string): OperationError {
  return new OperationError('unreachable', `${shown(address)} answered ${what}`, {
    code: 'api',
    target: shown(address),
    remedy: 'check --api-url',
  });
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
