// `plan`: what apply would do.
import { configuredRequest, isMutating } from 'bus-integration-database';
import { planText } from '../render/text-plan.ts';
import type { Command } from './command.ts';
import { permissions } from './request-parts.ts';

export const plan: Command = {
  verb: 'plan',
  request: ({ configuration, flags }) => ({
    ...configuredRequest(configuration),
    ...permissions(flags),
    dry_run: true,
  }),
  text: planText,
  // A refusal is work too, once the server was looked at.
  hasWork: ({ ok, plan_id, steps }) => plan_id !== undefined && (!ok || steps.some(isMutating)),
  exit: ({ ok }) => (ok ? 0 : 1),
};
