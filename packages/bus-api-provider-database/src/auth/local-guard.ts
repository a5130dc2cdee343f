// What is asked of a request where nobody is authenticated: that it comes from this machine, was meant for it, and only
// reads. A browser that was lured here (DNS rebinding, a foreign page) is turned away. Pure.
import { isLoopback, OperationError } from 'bus-integration-database';

export interface LocalRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The browser's own word on where a request comes from: https://www.w3.org/TR/fetch-metadata/ */
  readonly fetchSite: string | undefined;
}

/**
 * Refuses what did not come straight from this machine.
 *
 * @throws OperationError `forbidden`
 * @example
 * requireLocal({ method: 'GET', host: '127.0.0.1:8092', origin: undefined, fetchSite: undefined });
 */
export function requireLocal({ method, host, origin, fetchSite }: LocalRequest): void {
  // The port may be a proxy's on this machine; a name that a stranger's DNS answers for is what must not pass.
  if (host === undefined || !isLoopback(nameIn(host)))
    throw forbidden('without authentication only requests for 127.0.0.1, [::1] or localhost are answered', 'host');
  if (origin !== undefined && origin !== `http://${host}`)
    throw forbidden('without authentication no other site may ask', 'origin');
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none')
    throw forbidden('without authentication no other site may ask', 'sec-fetch-site');
  if (method !== 'GET' && method !== 'HEAD') throw forbidden('without authentication only GET is answered', 'method');
}

function nameIn(host: string): string {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

function forbidden(message: string, code: string): OperationError {
  return new OperationError('forbidden', message, {
    code: `local-${code}`,
    remedy: 'set BUS_DATABASE_API_TOKEN_FILE, and send the token',
  });
}
