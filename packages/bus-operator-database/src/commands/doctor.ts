// `doctor`: is everything in place to begin.
import { doctorText } from '../text-doctor.ts';
import type { Command } from './command.ts';
import { declarationRequest } from './declaration.ts';

export const doctor: Command = {
  verb: 'doctor',
  request: ({ configuration }) => declarationRequest(configuration),
  text: doctorText,
  exit: ({ ok, checks = [] }) => (ok && !checks.some(({ result }) => result === 'fail') ? 0 : 1),
};
