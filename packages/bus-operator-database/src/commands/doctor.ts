// `doctor`: is everything in place to begin.
import { type Check, configuredRequest, type Diagnostic } from 'bus-integration-database';
import { doctorText } from '../render/text-doctor.ts';
import type { Command } from './command.ts';
import { requestAbout } from './request-parts.ts';

export const doctor: Command = {
  verb: 'doctor',
  request: ({ configuration, flags }) =>
    flags.apiUrl === undefined ? configuredRequest(configuration) : requestAbout(configuration, flags),
  withWarnings: (response, warnings) => {
    const { checks } = response;
    if (checks === undefined) return undefined;
    const known = new Set(checks.map(({ seen }) => seen));
    return { ...response, checks: [...warnings.map(asCheck).filter(({ seen }) => !known.has(seen)), ...checks] };
  },
  text: doctorText,
  exit: ({ ok, checks = [] }) => (ok && !checks.some(({ result }) => result === 'fail') ? 0 : 1),
};

function asCheck({ code, severity, message, ...about }: Diagnostic): Check {
  return {
    id: code,
    kind: 'doctor',
    result: severity,
    seen: message,
    ...about,
  };
}
