// What Node says of a command line that it can't parse, with what was meant where that can be told. Pure.
import { printable } from 'bus-integration-database';
import { suggestion } from 'bus-integration-database/suggest';

/** In one line; of Node's advice, which is about its own API, nothing. */
export function parseProblem(message: string, options: Readonly<Record<string, unknown>>): string {
  const [problem = ''] = message.split('. ');
  // Node names the flag in single quotes.
  const [, unknown] = /^Unknown option '(--?[\w-]+)'/.exec(problem) ?? [];
  const known = Object.keys(options).map((name) => `--${name}`);
  const hint = unknown === undefined ? undefined : suggestion(unknown, known);
  return printable(hint === undefined ? problem : `${problem}; ${hint}`);
}
