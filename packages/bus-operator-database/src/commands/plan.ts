// `plan`: what apply would do.
import { declarationRequest, isMutating } from 'bus-integration-database';
import { planText } from '../text-plan.ts';
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
  exit: ({ ok, steps }, { check }) => (!ok ? 1 : check && steps.some(isMutating) ? 3 : 0),
};
