// The next command, ready to be copied: the flags that were given stay in it. Pure.
import { isAbsolute, join } from 'node:path';
import {
  type Advice,
  type AdviceOf,
  adoptFromPart,
  allowedFlags,
  inDirectory,
  isForShell,
  mapAdvice,
  ownVerbOf,
  type Response,
  shellQuote,
  type Verb,
} from 'bus-integration-database';
import type { Flags } from './flags.ts';

/** A run, as far as the commands that it names have to know it. */
export interface CommandLineContext {
  readonly verb: Verb;
  readonly flags: Flags;
  /** The directory of a -C before the command's name, which `bus` has entered already. */
  readonly directory?: string | undefined;
  /** The directory that the run worked in, absolute, where the command line was typed in another. */
  readonly workedIn?: string | undefined;
  /** The deployment of the environment, where ./.env is about another: `apply` wants it said. */
  readonly meant?: string | undefined;
}

/**
 * A command line of this family that works on what this run worked on.
 *
 * @example
 * commandLine('apply', { verb: 'plan', flags: { ...flags, envFile: './staging.env' } });
 * // 'bus operator database apply --env-file ./staging.env'
 */
export function commandLine(verb: Verb, run: CommandLineContext, extra: readonly string[] = []): string {
  return ['bus operator database', verb, ...[...placeFlags(run), ...extra].map(shellQuote)].join(' ');
}

/** The response, with every command in it as it has to be where this one was typed. */
export function asTypedHere(response: Response, run: CommandLineContext): Response {
  return mapAdvice(response, (advice) => {
    if (advice.kind !== 'command' && advice.kind !== 'edit') return advice;
    // Where it worked is asked for only where it matters: it may be gone.
    if (isForShell(advice)) return inDirectory(advice, run.workedIn);
    return advice.kind === 'command' ? goingOn(advice, run, response) : advice;
  });
}

/** A command of this family, with the flags of the run that go on in it. */
function goingOn(command: AdviceOf<'command'>, run: CommandLineContext, response: Response): Advice {
  const verb = ownVerbOf(command);
  if (verb === undefined) return command;
  const { argv, flags = [], ...advice } = command;
  const { plan: saved } = run.flags;
  // Where a plan is to be saved, the file of the one that is no good any more is the place for it, unless another is named.
  const [first, file = 'FILE', ...others] = flags;
  const isOpen = saved !== undefined && file === 'FILE';
  const theirs = first === '--save' ? [first, isOpen ? noFlag(saved) : file, ...others] : flags;
  const own = ownFlags(verb, run, response);
  const all = first === '--save' ? [...theirs.slice(0, 2), ...own, ...others] : [...own, ...theirs];
  return { ...advice, argv: [...argv, ...placeFlags(run)], flags: all };
}

/** The flags that change what a plan holds, for the command that carries the same plan out. */
export function changingFlags({ allow, adopt, adoptFrom, rotate }: Flags): string[] {
  return allowedFlags({ allow, adopt, rotate, ...adoptFromPart(adoptFrom) });
}

/** The flags that say what a run works on, and how. */
function placeFlags({ flags, directory: entered, meant }: CommandLineContext): string[] {
  const { provider, deployment = meant, envFile, lockTimeout, jobs, apiUrl, tokenFile } = flags;
  const directory = entered === undefined ? flags.directory : within(entered, flags.directory ?? '.');
  return [
    ...(directory === undefined ? [] : ['-C', noFlag(directory)]),
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(deployment === undefined ? [] : ['--deployment', deployment]),
    ...(envFile === undefined ? [] : ['--env-file', noFlag(envFile)]),
    ...(lockTimeout === undefined ? [] : ['--lock-timeout', lockTimeout]),
    ...(jobs === undefined ? [] : ['--jobs', jobs]),
    ...(apiUrl === undefined ? [] : ['--api-url', apiUrl]),
    ...(tokenFile === undefined ? [] : ['--token-file', noFlag(tokenFile)]),
  ];
}

/** What a plan is asked for beside its steps. */
function ownFlags(named: Verb, { verb, flags }: CommandLineContext, { plan_id }: Response): string[] {
  if (named !== 'plan') return [];
  const own =
    verb !== 'plan'
      ? []
      : [
          ...(flags.save === undefined ? [] : ['--save', noFlag(flags.save)]),
          ...(flags.sql ? ['--sql'] : []),
          ...(flags.check ? ['--check'] : []),
        ];
  // A plan that was computed says itself what it needs.
  return plan_id === undefined ? [...own, ...changingFlags(flags)] : own;
}

function within(base: string, directory: string): string {
  return isAbsolute(directory) ? directory : join(base, directory);
}

/** A path that begins with a hyphen would be taken for a flag. */
function noFlag(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
