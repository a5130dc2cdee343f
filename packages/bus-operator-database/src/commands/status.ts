// `status`: what there is beside what is declared. It succeeds whenever it could look; with --check a
// refusal counts as work: somebody has to do something before it is as declared.
import { isMutating } from 'bus-integration-database';
import { statusText } from '../render/text-status.ts';
import type { Command } from './command.ts';
import { requestAbout } from './request-parts.ts';

export const status: Command = {
  verb: 'status',
  request: ({ configuration, flags }) => requestAbout(configuration, flags),
  text: statusText,
  hasWork: ({ drift, diagnostics }) =>
    drift !== undefined && (drift.some(isMutating) || diagnostics.some(({ severity }) => severity === 'fail')),
  exit: () => 0,
};
