// What HTTP itself asks of a request's head and Node lets pass, or would answer with nothing in it. Pure.
import type { IncomingMessage } from 'node:http';
import { requestProblem } from './problem.ts';

/**
 * Refuses a request without one `Host`, with several tokens, with a compressed body, or that expects what is not offered.
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2, https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
 *
 * @throws RequestProblem 400, 415 or 417
 * @example
 * requireWellFormed(request.raw);
 */
export function requireWellFormed(request: Pick<IncomingMessage, 'httpVersion' | 'headers' | 'rawHeaders'>): void {
  const { httpVersion, headers, rawHeaders } = request;
  const timesOf = (header: string) =>
    rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === header).length;
  const refuse = (status: number, message: string) => requestProblem(status, 'invalid-request', 'http', message);
  // Of several Node keeps the first, where a proxy before it may have gone by another.
  for (const name of ['Host', 'Authorization']) {
    const times = timesOf(name.toLowerCase());
    if (times > 1) throw refuse(400, `${name} is given ${times} times, expected once`);
  }
  if (timesOf('host') === 0 && httpVersion !== '1.0') throw refuse(400, 'Host is missing, which HTTP/1.1 asks for');
  if (httpVersion !== '1.0' && headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    throw refuse(417, 'Expect: only 100-continue can be met');
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw refuse(415, 'the body is compressed, which Content-Encoding says; expected it as it is');
}
