// `apply`: carries out what plan says, or exactly what a saved plan says.
import type { Response } from 'bus-integration-database';
import { applyText } from '../text-apply.ts';
import type { Command } from './command.ts';
import { declarationRequest, permissions } from './declaration.ts';

export const apply: Command = {
  verb: 'apply',
  asks: ({ dryRun }) => (dryRun ? 'plan' : 'apply'),
  request: ({ configuration, flags, saved }) => ({
    ...declarationRequest(configuration),
    ...permissions(configuration, flags, saved),
    dry_run: flags.dryRun,
    ...(!flags.dryRun && { confirm: true, ...(saved !== undefined && { plan: saved }) }),
  }),
  judge: (response, { flags, saved }) =>
    flags.dryRun && response.ok && saved !== undefined && saved.plan_id !== response.plan_id
      ? stale(response)
      : response,
  text: applyText,
  exit: ({ ok }) => (ok ? 0 : 1),
};

/** What a dry run of a saved plan comes to when apply would refuse it. */
function stale(response: Response): Response {
  const diagnostic = {
    severity: 'fail',
    code: 'stale-plan',
    message: 'the saved plan is not what would be done now, which stands above',
    remedy: 'save it again and review it: bus operator database plan --save FILE',
  } as const;
  return { ...response, ok: false, error_class: 'stale-plan', diagnostics: [diagnostic, ...response.diagnostics] };
}
