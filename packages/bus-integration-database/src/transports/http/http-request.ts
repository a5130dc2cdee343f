// One HTTP request over TCP or TLS, with an end to every wait. Follows nothing, retries nothing, reads no body.
import { type IncomingMessage, request as plainRequest } from 'node:http';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string | undefined;
  /** Ends the request, and its answer's body. */
  readonly signal: AbortSignal;
  /** Milliseconds for which the server may say nothing, once there is a connection. */
  readonly silenceMs: number;
}

/** How long a connection may take, its TLS included. */
const connectMs = 10_000;

/**
 * Sends a request, and resolves with the head of its answer.
 *
 * @throws the network's error, or one that says what was waited for in vain
 * @example
 * const answer = await sendRequest(new URL('http://127.0.0.1:8092/healthz'), { method: 'GET', headers: {}, signal, silenceMs: 30_000 });
 */
export async function sendRequest(url: URL, options: HttpRequest): Promise<IncomingMessage> {
  const { method, headers, body, signal, silenceMs } = options;
  const makeRequest = url.protocol === 'https:' ? (await import('node:https')).request : plainRequest;
  return await new Promise((resolve, reject) => {
    const asked = makeRequest(url, { method, headers, signal });
    let isConnected = false;
    const timer = setTimeout(() => asked.destroy(new Error(`no connection within ${connectMs / 1000} s`)), connectMs);
    const connected = () => {
      isConnected = true;
      clearTimeout(timer);
    };
    asked.once('socket', (socket) => {
      if (!socket.connecting) connected();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    asked.setTimeout(silenceMs);
    // While it connects, the agent's own limit is told of by the same event.
    asked.on('timeout', () => {
      if (isConnected) asked.destroy(new Error(`no word for ${silenceMs / 1000} s`));
    });
    asked.once('response', resolve);
    asked.on('error', reject);
    // An answer that only changes the protocol ends it with neither.
    asked.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection ended without an answer'));
    });
    asked.end(body);
  });
}
