// What an answer says where a connection pooler stands between: apply refuses it, so nothing is to lead there first. Pure.
import type { Diagnostic, Response } from 'bus-integration-database';
import type { ObservedServer } from './observation.ts';

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
  const { checks, connectivity, listener_policy } = response;
  const isPooled =
    response.diagnostics.some(({ code }) => code === 'pooler') ||
    (checks ?? []).some(({ id, result }) => id === 'pooler' && result === 'fail');
  if (!isPooled) return response;
  const each = <T extends { readonly remedy?: string }>(item: T): T =>
    item.remedy !== undefined && appliesAtOnce.test(item.remedy)
      ? { ...item, remedy: `first ${poolerRemedy}; then: ${item.remedy.replace(/^run: /, '')}` }
      : item;
  return {
    ...response,
    diagnostics: response.diagnostics.map(each),
    ...(checks !== undefined && { checks: checks.map(each) }),
    ...(connectivity !== undefined && { connectivity: connectivity.map(each) }),
    ...(listener_policy !== undefined && { listener_policy: listener_policy.map(each) }),
  };
}

const appliesAtOnce = /\bbus operator database apply\b(?! --dry-run)/;
