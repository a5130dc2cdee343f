// What a report is drawn from: the answer to a report, or saved answers to plan, status and verify, put together. What is not
// among them is unknown. Pure.
import { OperationError } from '../contract/errors.ts';
import type { Response } from '../contract/response.ts';
import { responseFaults } from '../contract/response-schema.ts';
import { maskedDeep } from '../secrets/mask.ts';
import { printable } from '../text/printable.ts';

/** Parts of a report that may be there or not. */
export type ReportPart = 'plan' | 'status' | 'verify' | 'report';

export interface ReportInput {
  readonly response: Response;
  readonly parts: ReadonlySet<ReportPart>;
}

/** An answer of a server: it holds all parts, where it is one to a report. */
export function inputOf(response: Response): ReportInput {
  return { response, parts: partsOf(response) };
}

/**
 * A saved answer, judged; what is in it that looks like a secret is masked.
 *
 * @throws OperationError `invalid-request`, with the name of its file
 * @example
 * savedAnswer(readFileSync('report.json', 'utf8'), 'report.json').report?.version; // 1
 */
export function savedAnswer(text: string, shown: string): Response {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(shown, 'is not JSON; expected an answer that -f json printed');
  }
  const [fault] = responseFaults(value, { letsPassUnknownKeys: true });
  if (fault !== undefined) throw refused(shown, `is not an answer of this version: ${printable(fault)}`);
  const response = maskedDeep(value as Response);
  if (partsOf(response).size === 0) throw refused(shown, 'is not an answer to plan, status, verify or report');
  return response;
}

/**
 * Answers of one deployment on one server as one; of a part that several hold, the last one's.
 *
 * @throws OperationError `invalid-request` where they are not of one deployment and server
 */
export function joinedAnswers(
  answers: readonly { readonly shown: string; readonly response: Response }[],
): ReportInput {
  const [first, ...others] = answers;
  if (first === undefined) throw new Error('internal error: no answer was given');
  let joined = first.response;
  const parts = new Set(partsOf(first.response));
  for (const { shown, response } of others) {
    if (idOf(response) !== idOf(joined))
      throw refused(shown, `is not about the same deployment and server as ${printable(first.shown)}`, sameRemedy);
    const messages = new Set(joined.diagnostics.map(({ message }) => message));
    const isPlan = partsOf(response).has('plan');
    const { steps, actions } = isPlan ? response : joined;
    joined = {
      ...joined,
      ...response,
      steps,
      actions,
      ok: joined.ok && response.ok,
      diagnostics: [...joined.diagnostics, ...response.diagnostics.filter(({ message }) => !messages.has(message))],
      ...((joined.complete === false || response.complete === false) && { complete: false }),
    };
    for (const part of partsOf(response)) parts.add(part);
  }
  return { response: joined, parts };
}

function partsOf({ report, plan_id, drift, connectivity, listener_policy }: Response): ReadonlySet<ReportPart> {
  if (report !== undefined) return new Set(['plan', 'status', 'verify', 'report']);
  const isVerify = connectivity !== undefined || listener_policy !== undefined;
  return new Set<ReportPart>([
    // A status knows the steps of the plan too.
    ...(plan_id !== undefined || drift !== undefined ? (['plan'] as const) : []),
    ...(drift !== undefined ? (['status'] as const) : []),
    ...(isVerify ? (['verify'] as const) : []),
  ]);
}

function idOf({ deployment_id, target }: Response): string {
  const { host: _, port: __, admin_role: ___, database: ____, server_version: _____, ...identity } = target ?? {};
  return JSON.stringify([deployment_id, identity]);
}

/** What a report is compared with has to be of the same deployment; the server may be another, as after a move. */
export function requireSameDeployment(shown: string, found: string, expected: string): void {
  if (found === expected) return;
  const why = `is of deployment ${printable(found)}, expected ${printable(expected)}`;
  throw refused(shown, why, 'name an earlier answer of the same deployment');
}

const sameRemedy = 'name answers of one deployment on one server';

function refused(shown: string, why: string, remedy = 'name a file that -f json -o FILE wrote'): OperationError {
  return new OperationError('invalid-request', `${printable(shown)} ${why}`, {
    code: 'saved-answer',
    target: printable(shown),
    remedy,
  });
}
