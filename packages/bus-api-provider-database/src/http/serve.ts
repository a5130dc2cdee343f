// A server from its start to its end: what it may listen on, and how it ends without leaving an apply half done.
import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import { isLoopback, OperationError } from 'bus-integration-database';
import type { App } from './app.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly isAuthenticating: boolean;
}

/**
 * Listens, and answers with the URL.
 *
 * @throws OperationError `invalid-request` for an address that others reach while nobody is authenticated, `unreachable`
 * when it can't be had
 * @example
 * await listen(app, { host: '127.0.0.1', port: 0, isAuthenticating: false }); // 'http://127.0.0.1:40123'
 */
export async function listen({ server }: App, { host, port, isAuthenticating }: ListenOptions): Promise<string> {
  const given = authority(host, port);
  const address = await lookup(host).then(
    (found) => found.address,
    () => {
      throw new OperationError('unreachable', `can't listen on ${given}: the name does not resolve`);
    },
  );
  // What counts is the address itself, whatever its name is.
  if (!isAuthenticating && !isLoopback(address)) {
    throw new OperationError(
      'invalid-request',
      `--addr ${given}: others reach this address, and nobody is authenticated; only 127.0.0.1, ::1 and localhost are served so`,
      { code: 'usage', remedy: 'set BUS_DATABASE_API_TOKEN_FILE to a file of mode 0600 with a token in it' },
    );
  }
  try {
    await server.listen({ host: address, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the address is in use' : message;
    throw new OperationError('unreachable', `can't listen on ${given}: ${why}`, { cause: error });
  }
  const bound = server.server.address() as AddressInfo;
  return `http://${authority(bound.address, bound.port)}`;
}

function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An apply in flight has this long to reach its end; then it is ended in order. */
const finishMs = 20_000;
/** Who follows a job hears of its end within this time. */
const closingMs = 1_000;

/**
 * Ends the server: no new work, the applies in flight to their end or, when `hurry` is aborted or time is up, ended in
 * order; then the answers that wait for them, then the connections.
 *
 * @example
 * await shutDown(app, hurry.signal);
 */
export async function shutDown({ server, jobs, stopWork }: App, hurry: AbortSignal): Promise<void> {
  const cancel = () => jobs.cancelAll('the end of the server');
  const timer = setTimeout(cancel, finishMs);
  hurry.addEventListener('abort', cancel);
  if (hurry.aborted) cancel();
  stopWork();
  if (jobs.running > 0) {
    await jobs.settled();
    await new Promise((done) => setTimeout(done, closingMs));
  }
  clearTimeout(timer);
  // Answers on their way get a moment; who reads none of them doesn't keep the server.
  const cut = setTimeout(() => server.server.closeAllConnections(), 2_000);
  await server.close();
  clearTimeout(cut);
}
