// What HTTP itself asks of a request's head and Node lets pass, or would answer with nothing in it. Pure.
import type { IncomingMessage } from 'node:http';
import { requestProblem } from './problem.ts';

/**
 * Refuses a request without one `Host`, or that expects what is not offered.
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2, https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
 *
 * @throws RequestProblem 400 or 417
 * @example
 * requireWellFormed(request.raw);
 */
export function requireWellFormed(request: Pick<IncomingMessage, 'httpVersion' | 'headers' | 'rawHeaders'>): void {
  const { httpVersion, headers, rawHeaders } = request;
  // Of several Node keeps the first, where a proxy before it may have gone by another.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1) throw requestProblem(400, 'invalid-request', 'http', `Host is given ${hosts} times, expected once`);
  if (hosts === 0 && httpVersion !== '1.0')
    throw requestProblem(400, 'invalid-request', 'http', 'Host is missing, which HTTP/1.1 asks for');
  if (httpVersion !== '1.0' && headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    throw requestProblem(417, 'invalid-request', 'http', 'Expect: only 100-continue can be met');
}
