// `verify`: proves with real logins that what was provisioned works.
import type { Response } from 'bus-integration-database';
import { verifyText } from '../render/text-verify.ts';
import type { Command } from './command.ts';
import { requestAbout } from './request-parts.ts';

export const verify: Command = {
  verb: 'verify',
  request: ({ configuration, flags }) => ({
    ...requestAbout(configuration, flags),
    checks: ['connectivity', 'listener-policy'],
    ...(flags.probe !== undefined && { probes: [flags.probe] }),
    ...(flags.noNegative && { negative: false }),
  }),
  judge: (response, { flags: { strict } }) =>
    strict && response.ok && response.complete === false ? incomplete(response) : response,
  text: verifyText,
  exit: ({ ok }) => (ok ? 0 : 1),
};

function incomplete(response: Response): Response {
  const diagnostic = {
    severity: 'fail',
    code: 'incomplete',
    message: 'not everything could be seen, and --strict asks for all of it',
    remedy: 'fix what is unknown above, or leave out --strict',
  } as const;
  return { ...response, ok: false, diagnostics: [diagnostic, ...response.diagnostics] };
}
