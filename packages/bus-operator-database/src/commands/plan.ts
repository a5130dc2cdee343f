// `plan`: what apply would do.
import { declarationRequest, isMutating } from 'bus-integration-database';
import { planText } from '../render/text-plan.ts';
import type { Command } from './command.ts';
import { permissions } from './declaration.ts';

export const plan: Command = {
  verb: 'plan',
  request: ({ configuration, flags }) => ({
    ...declarationRequest(configuration),
    ...permissions(configuration, flags),
    dry_run: true,
  }),
  text: planText,
  // A refusal is work too, once the server was looked at.
  hasWork: ({ ok, plan_id, steps }) => plan_id !== undefined && (!ok || steps.some(isMutating)),
  exit: ({ ok }) => (ok ? 0 : 1),
};
