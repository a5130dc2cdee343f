// What an answer says where a connection pooler stands between: apply refuses it, so nothing is to lead there first. Pure.
import { type Advice, advise, type Diagnostic, mapFindings, ownVerbOf, type Response } from 'bus-integration-database';
import type { ObservedServer } from '../observe/observation.ts';

export const poolerRemedy =
  'point the admin DSN at the server itself, and BUS_DATABASE_SERVICE_HOST and _PORT at the pooler';

export function poolerFindings({ isPooled }: Pick<ObservedServer, 'isPooled'>): Diagnostic[] {
  if (!isPooled) return [];
  return [
    {
      severity: 'warn',
      code: 'pooler',
      message:
        'a connection pooler stands between here and the server: apply will refuse it, and passwords are proven to the pooler, not to the server',
      remedy: poolerRemedy,
    },
  ];
}

/** The answer, with what must come before an apply said in each remedy that has one run. */
export function beyondPooler(response: Response): Response {
  const isPooled =
    response.diagnostics.some(({ code }) => code === 'pooler') ||
    (response.checks ?? []).some(({ id, result }) => id === 'pooler' && result === 'fail');
  if (!isPooled) return response;
  return mapFindings(response, (finding) =>
    finding.advice?.some(appliesAtOnce)
      ? { ...finding, ...advise([`first ${poolerRemedy}; then: `, finding.advice]) }
      : finding,
  );
}

function appliesAtOnce(advice: Advice): boolean {
  return advice.kind === 'command' && ownVerbOf(advice) === 'apply' && !advice.flags?.includes('--dry-run');
}
