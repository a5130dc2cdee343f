// `status`: what there is beside what is declared. It succeeds whenever it could look.
import { isMutating } from 'bus-integration-database';
import { statusText } from '../text-status.ts';
import type { Command } from './command.ts';

export const status: Command = {
  verb: 'status',
  request: ({ configuration }) => ({ deployment_id: configuration.deploymentId, provider: configuration.provider }),
  text: statusText,
  exit: ({ drift = [] }, { check }) => (check && drift.some(isMutating) ? 3 : 0),
};
