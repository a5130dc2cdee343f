// Answers that are failures, as https://www.rfc-editor.org/rfc/rfc9457 has them: a response of the contract with the
// document's members before it. Pure.
import { STATUS_CODES } from 'node:http';
import { type ErrorClass, errorClasses, failure, OperationError, type Response } from 'bus-integration-database';

/** A response that carries an error class, as an HTTP answer. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
} & Response;

export const problemType = 'application/problem+json';

/**
 * The answer for a response that failed; `status` where HTTP has a better one than its error class.
 *
 * @example
 * problemOf(failure({ deployment_id: '', provider: '' }, error)).status; // 400
 */
export function problemOf(response: Response, status?: number): Problem {
  const errorClass: ErrorClass = response.error_class ?? 'internal';
  const code = status ?? errorClasses[errorClass].http;
  const [first] = response.diagnostics.filter(({ severity }) => severity === 'fail');
  return {
    type: 'about:blank',
    title: STATUS_CODES[code] ?? errorClasses[errorClass].meaning,
    status: code,
    detail: first?.message ?? errorClasses[errorClass].meaning,
    ...response,
  };
}

/** The same for an error that was met before a provider was asked. */
export function problemOfError(error: OperationError, status?: number): Problem {
  return problemOf(failure({ deployment_id: '', provider: '' }, error), status);
}

/** A request that HTTP itself knows to be wrong. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly problem: Problem;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * A failure with a status of its own.
 *
 * @example
 * throw requestProblem(429, 'locked', 'busy', 'too many runs at once', 1);
 */
export function requestProblem(
  status: number,
  errorClass: ErrorClass,
  code: string,
  message: string,
  retryAfterSeconds?: number,
): RequestProblem {
  return new RequestProblem(
    problemOfError(new OperationError(errorClass, message, { code }), status),
    retryAfterSeconds,
  );
}
