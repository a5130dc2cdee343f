// How a failed request is answered: every error becomes a problem document, and only a defect is logged in full.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { OperationError } from 'bus-integration-database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, problemOfError, problemType, RequestProblem } from './problem.ts';

/** Answers an error that was met on the way to an answer. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemFor(error, request);
  if (request.about === undefined) request.about = { deploymentId: undefined, errorClass: problem.error_class };
  if (problem.error_class === 'internal') request.log.error({ err: error }, 'defect');
  // What a refused client still sends is not read.
  if (request.method !== 'GET' && request.method !== 'HEAD' && !request.raw.complete)
    reply.header('connection', 'close');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error instanceof RequestProblem && error.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(error.retryAfterSeconds));
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** Answers what is no HTTP request, came too slowly or with too many headers, and closes the connection. */
export function endBrokenConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[String(error.code)] ?? 400;
  const title = STATUS_CODES[status] ?? '';
  const problem = problemOfError(new OperationError('invalid-request', title, { code: 'http' }), status);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  // Destroyed even where the client takes nothing.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  socket.setTimeout(1_000, () => socket.destroy());
}

function problemFor(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof RequestProblem) return error.problem;
  if (error instanceof OperationError) return problemOfError(error);
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  // Fastify's own words on a body that is too large, of another type, no JSON.
  if (statusCode !== undefined && statusCode < 500)
    return problemOfError(new OperationError('invalid-request', reasonOf(code), { code: 'http' }), statusCode);
  if (statusCode === 503)
    return problemOfError(new OperationError('cancelled', 'the server is being stopped', { code: 'closing' }), 503);
  return problemOfError(
    new OperationError('internal', `a defect of this program; its log says more (request ${request.id})`),
  );
}

const reasons: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body is not application/json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is too large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty, expected a JSON object',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as Content-Length says',
  FST_ERR_BAD_URL: 'the URL is not valid',
  FST_ERR_MAX_PARAM_LENGTH: 'a part of the URL is too long',
};

function reasonOf(code: string | undefined): string {
  return reasons[code ?? ''] ?? 'the body is not valid JSON';
}
