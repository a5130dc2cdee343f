// Whether all is well, and why not. What was not seen is unknown, never ok. Pure.
import type { Check, Diagnostic, Response } from '../contract/response.ts';
import type { Step } from '../contract/step.ts';
import { isMutating } from '../contract/step.ts';
import { count } from '../text/list.ts';
import type { ReportInput, ReportPart } from './answers.ts';

export interface ReportVerdict {
  readonly state: 'ok' | 'work' | 'unknown' | 'failed';
  readonly headline: string;
  readonly reasons: readonly string[];
}

const headlines: Readonly<Record<ReportVerdict['state'], string>> = {
  ok: 'ok: everything is as declared, and everything was seen',
  work: 'there is work to do: the server is not as declared',
  unknown: 'unknown: not everything was seen',
  failed: 'not ok: something failed, or is not as it must be',
};

export function verdictOf(input: ReportInput): ReportVerdict {
  const { response } = input;
  const failed = [...checksOf(response), ...response.diagnostics].filter(isFailure).length;
  const steps = stepsOf(response).length;
  const unknown = unknownsOf(input);
  const differing = (response.report?.access ?? []).filter(({ declared }) => declared !== undefined).length;
  const state =
    failed > 0 || response.error_class !== undefined
      ? 'failed'
      : steps > 0
        ? 'work'
        : unknown.length > 0
          ? 'unknown'
          : differing > 0
            ? 'work'
            : 'ok';
  const reasons = [
    ...(failed > 0 ? [`${count(failed, 'failure')}: see findings`] : []),
    ...(steps > 0 ? [`${count(steps, 'step')} to make the server as declared: see plan`] : []),
    ...(differing > 0 ? [`${count(differing, 'role and database pair')} with other access than declared`] : []),
    ...unknown,
  ];
  return { state, headline: headlines[state], reasons };
}

/** The steps that would change something: of a plan, or of a status. */
export function stepsOf({ steps, drift }: Pick<Response, 'steps' | 'drift'>): readonly Step[] {
  const own = steps.filter(isMutating);
  return own.length > 0 ? own : (drift ?? []).filter(isMutating);
}

export function checksOf({ connectivity = [], listener_policy = [], checks = [] }: Response): readonly Check[] {
  return [...connectivity, ...listener_policy, ...checks];
}

function isFailure(finding: Check | Diagnostic): boolean {
  return ('result' in finding ? finding.result : finding.severity) === 'fail';
}

const partWords: Readonly<Record<ReportPart, string>> = {
  plan: 'whether anything is to be done (plan was not given)',
  status: 'what there is (status was not given)',
  verify: 'whether services can log in, and who can reach the server (verify was not given)',
  report: 'who may do what (report was not given)',
};

/** What was not seen, in words. */
function unknownsOf({ response, parts }: ReportInput): string[] {
  const missing = (Object.keys(partWords) as ReportPart[]).filter((part) => !parts.has(part));
  const unseen = response.report?.unseen ?? [];
  const checks = checksOf(response).filter(({ result }) => result === 'unknown').length;
  return [
    ...missing.map((part) => `unknown: ${partWords[part]}`),
    ...unseen.map(({ what }) => `unknown: ${what}`),
    ...(checks > 0 ? [`unknown: ${count(checks, 'check')} could not be made: see findings`] : []),
    ...(response.complete === false && unseen.length + checks === 0 ? ['unknown: not everything could be seen'] : []),
  ];
}
