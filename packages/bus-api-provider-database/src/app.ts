// The HTTP surface: which request gets which answer. Only what needs no deployment is there yet.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { eventNames } from 'bus-integration-database';

export interface AppOptions {
  /** Names of the providers that are built in; the first is the default. */
  readonly providers: readonly string[];
}

/**
 * A server that answers `GET /healthz` and `GET /api/internal/database/capabilities`, and all else with an RFC 9457
 * document. It listens only once it is told where.
 *
 * @example
 * createApp({ providers: ['postgres'] }).listen(8092, '127.0.0.1');
 */
export function createApp({ providers }: AppOptions): Server {
  const routes: Readonly<Record<string, object>> = {
    '/healthz': { ok: true, service: 'bus-api-provider-database' },
    '/api/internal/database/capabilities': {
      provider: providers[0],
      providers,
      events: eventNames,
      // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
      direct_bootstrap: true,
    },
  };
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const body = isReading && Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (body === undefined) notFound(request, response);
    else answer(response, 200, 'application/json', body);
  });
  // Someone who sends nothing holds a connection no longer than this.
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  return server;
}

/** https://www.rfc-editor.org/rfc/rfc9457, with the contract's own fields beside it. */
function notFound(request: IncomingMessage, response: ServerResponse): void {
  // What a client sent is not read: there is nothing to do with it, and it may be large.
  response.setHeader('connection', 'close');
  const message = 'no such route; this version has GET /healthz and GET /api/internal/database/capabilities';
  answer(response, 404, 'application/problem+json', {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: message,
    ok: false,
    error_class: 'invalid-request',
    diagnostics: [{ severity: 'fail', code: 'no-such-route', message }],
  });
  request.resume();
}

function answer(response: ServerResponse, status: number, type: string, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
