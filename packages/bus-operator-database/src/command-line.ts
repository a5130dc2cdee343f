// The next command, ready to be copied: the flags that chose the target stay in it. Pure.
import { shellQuote, type Verb } from 'bus-integration-database';
import type { Flags } from './flags.ts';

/**
 * A command line of this family with the flags that say what it works on.
 *
 * @example
 * commandLine('apply', { ...flags, envFile: './staging.env' }); // 'bus operator database apply --env-file ./staging.env'
 */
export function commandLine(verb: Verb, flags: Flags, extra: readonly string[] = []): string {
  return [`bus operator database ${verb}${placeFlags(flags)}`, ...extra.map(shellQuote)].join(' ');
}

/** The flags that chose what this run works on, each with a blank before it. */
export function placeFlags({ directory, deployment, envFile, apiUrl, tokenFile }: Flags): string {
  const words = [
    ...(directory === undefined ? [] : ['-C', directory]),
    ...(deployment === undefined ? [] : ['--deployment', deployment]),
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...(apiUrl === undefined ? [] : ['--api-url', apiUrl]),
    ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
  ];
  return words.map((word) => ` ${shellQuote(word)}`).join('');
}

/** The flags that change what a plan holds, for the command that carries the same plan out. */
export function changingFlags(flags: Flags): string[] {
  return [
    ...(flags.allow.length > 0 ? ['--allow', flags.allow.join(',')] : []),
    ...(flags.adopt ? ['--adopt'] : []),
    ...(flags.adoptFrom === undefined ? [] : ['--adopt-from', flags.adoptFrom]),
    ...flags.rotate.flatMap((role) => ['--rotate', role]),
  ];
}
