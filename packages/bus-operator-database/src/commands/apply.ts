// `apply`: carries out what plan says, or exactly what a saved plan says.
import { configuredRequest } from 'bus-integration-database';
import { applyText } from '../render/text-apply.ts';
import type { Command } from './command.ts';
import { permissions } from './request-parts.ts';

export const apply: Command = {
  verb: 'apply',
  request: ({ configuration, flags, saved }) => ({
    ...configuredRequest(configuration),
    ...permissions(flags, saved),
    dry_run: flags.dryRun,
    ...(!flags.dryRun && { confirm: true }),
    ...(saved !== undefined && { plan: saved }),
  }),
  text: applyText,
  exit: ({ ok }) => (ok ? 0 : 1),
};
