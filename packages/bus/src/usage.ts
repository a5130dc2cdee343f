// The texts that `bus` and `bus-operator` print about themselves. Pure.
import { listExecutables, type SearchPath } from './search-path.ts';

const flagLines = `  -C DIR                  run as if started in DIR
  -v, -vv, --trace        say more; the command is told too
  -q                      say less; the command is told too
  -o FILE                 passed on: write the result to FILE
  -f FORMAT               passed on: text or json
  --color WHEN            passed on: auto, always or never
  --no-color              passed on: the same as --color never
  --perf                  print how long the command took
  -h, --help              this text
  -V, --version           name and version
  --                      what follows is the command`;

/**
 * What `bus` says when it isn't told what to run.
 *
 * @example
 * busUsage({ path: process.env.PATH, base: process.cwd() });
 */
export function busUsage(searchPath: SearchPath): string {
  return `usage: bus [flags] COMMAND [arguments]\n${listed(listExecutables('bus-', searchPath))}`;
}

/** What `bus --help` prints. */
export function busHelp(searchPath: SearchPath): string {
  return `bus runs COMMAND as the executable bus-COMMAND that PATH gives first, with the variables of ./.env.

usage: bus [flags] COMMAND [arguments]

flags before COMMAND:
${flagLines}

exit status: the command's own; 128+n when signal n ended it; 2 for a usage error or a bad ./.env;
126 when it can't be started; 127 when there is no such command
${listed(listExecutables('bus-', searchPath))}`;
}

/** What `bus-operator` says when it isn't told which family to run. */
export function operatorUsage(families: readonly string[], searchPath: SearchPath): string {
  return `usage: bus operator [flags] FAMILY [arguments]\n${listedFamilies(families, searchPath)}`;
}

/** What `bus operator --help` prints. */
export function operatorHelp(families: readonly string[], searchPath: SearchPath): string {
  return `bus operator runs a family of operator's commands: ${families.join(', ')} itself, any other FAMILY as the executable
bus-operator-FAMILY that PATH gives first.

usage: bus operator [flags] FAMILY [arguments]

flags before FAMILY go on to it: -C, -v, -vv, --trace, -q, -o, -f, --color, --no-color
${listedFamilies(families, searchPath)}`;
}

function listedFamilies(families: readonly string[], searchPath: SearchPath): string {
  return listed([...new Set([...families, ...listExecutables('bus-operator-', searchPath)])].sort());
}

function listed(words: readonly string[]): string {
  // Names of files: a control character in one would reach the terminal.
  const lines = words.map((word) => `  ${word.replace(/\p{C}/gu, '?')}\n`);
  return lines.length === 0 ? '\nno commands are in PATH\n' : `\navailable commands:\n${lines.join('')}`;
}
