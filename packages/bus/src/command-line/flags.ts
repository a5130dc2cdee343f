// The flags that may stand before a command's name. Hand-parsed: what follows the name belongs to the command alone.
import { asksFor } from 'bus-integration-database/help';

export interface GlobalFlags {
  readonly help: boolean;
  readonly version: boolean;
  /** The last -C; absent when there is none. */
  readonly directory?: string;
  readonly perf: boolean;
  readonly isQuiet: boolean;
  /** 0, 1 for -v, 2 and more for -vv or --trace. */
  readonly verbosity: number;
  /** What goes on to the command, in front of its own arguments, as it was written. */
  readonly passedOn: readonly string[];
  /** The command's name and its arguments; empty when there is none. */
  readonly words: readonly string[];
}

type Parsed = GlobalFlags | FlagProblem;

const withoutValue: ReadonlyMap<string, string> = new Map([
  ['-h', 'help'],
  ['--help', 'help'],
  ['-V', 'version'],
  ['--version', 'version'],
  ['--perf', 'perf'],
  ['-q', 'quiet'],
  ['--quiet', 'quiet'],
  ['-v', 'verbose'],
  ['--verbose', 'verbose'],
  ['--trace', 'trace'],
  ['--no-color', 'color'],
]);

const withValue: ReadonlyMap<string, string> = new Map([
  ['-C', 'directory'],
  ['--directory', 'directory'],
  ['--chdir', 'directory'],
  ['-o', 'output'],
  ['--output', 'output'],
  ['-f', 'format'],
  ['--format', 'format'],
  ['--color', 'color'],
]);

export interface FlagProblem {
  readonly problem: string;
  /** The flag that is not known here. */
  readonly unknown?: string;
}

/** All that may stand before a command's name. */
export const knownFlags: readonly string[] = [...withoutValue.keys(), ...withValue.keys()];

/** Those that the program which parses them keeps for itself. */
const kept = new Set(['help', 'version', 'perf', 'directory']);

/**
 * Splits arguments into flags and words; what is wrong comes back as one line, unless `-h` or `-V` stands anywhere on it.
 *
 * @example
 * parseGlobalFlags(['-v', '-C', 'deploy', 'operator', 'database']).passedOn; // ['-v']
 */
export function parseGlobalFlags(argv: readonly string[]): Parsed {
  const counts = new Map<string, number>();
  const passedOn: string[] = [];
  let directory: string | undefined;
  let problem: FlagProblem | undefined;
  let index = 0;
  for (; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      index++;
      break;
    }
    if (!argument.startsWith('-') || argument === '-') break;
    for (const part of split(argument)) {
      const name = withoutValue.get(part.flag) ?? withValue.get(part.flag);
      if (name === undefined) {
        problem ??= { problem: `unknown flag ${part.flag}`, unknown: part.flag };
        continue;
      }
      if (!withValue.has(part.flag)) {
        if (part.value !== undefined) problem ??= { problem: `${part.flag} takes no value` };
        counts.set(name, (counts.get(name) ?? 0) + 1);
        if (!kept.has(name)) passedOn.push(part.flag);
        continue;
      }
      const value = part.value ?? argv[++index];
      if (value === undefined || value === '') problem ??= { problem: `${part.flag} needs a value` };
      else if (name === 'directory') directory = value;
      else passedOn.push(part.flag, value);
    }
  }
  const verbosity = (counts.get('verbose') ?? 0) + 2 * (counts.get('trace') ?? 0);
  const isQuiet = counts.has('quiet');
  if (isQuiet && verbosity > 0) problem ??= { problem: '-q and -v contradict each other' };
  const isAsked = counts.has('help') || counts.has('version');
  const asks = problem === undefined || isAsked ? undefined : asksFor(argv);
  if (problem !== undefined && !isAsked && asks === undefined) return problem;
  return {
    help: counts.has('help') || asks === 'help',
    version: counts.has('version') || asks === 'version',
    ...(directory !== undefined && { directory }),
    perf: counts.has('perf'),
    isQuiet,
    verbosity,
    passedOn,
    words: argv.slice(index),
  };
}

/** `help` alone is as good as `-h`, and `help X …` is `X help …`; flags may stand before and after it. */
export function withHelpWord(flags: Parsed): Parsed {
  if ('problem' in flags || flags.words[0] !== 'help') return flags;
  const inner = parseGlobalFlags(flags.words.slice(1));
  if ('problem' in inner) return inner;
  const [word, ...args] = inner.words;
  const directory = inner.directory ?? flags.directory;
  const joined: GlobalFlags = {
    ...flags,
    ...inner,
    ...(directory !== undefined && { directory }),
    passedOn: [...flags.passedOn, ...inner.passedOn],
  };
  return word === undefined ? { ...joined, help: true } : { ...joined, words: [word, 'help', ...args] };
}

/**
 * The first argument that is neither a flag nor the value of one that is known here.
 *
 * @example
 * firstArgument(['-C', 'deploy', '-v', 'database', 'plan']); // 'database'
 */
export function firstArgument(argv: readonly string[]): string | undefined {
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') return argv[index + 1];
    if (!argument.startsWith('-') || argument === '-') return argument;
    const last = split(argument).at(-1);
    if (last !== undefined && withValue.has(last.flag) && last.value === undefined) index++;
  }
  return undefined;
}

/** `-vqC dir` and `--color=never` in single flags; a value that is glued to its flag goes with it. */
function split(argument: string): { flag: string; value?: string }[] {
  if (argument.startsWith('--')) {
    const equals = argument.indexOf('=');
    return equals < 0 ? [{ flag: argument }] : [{ flag: argument.slice(0, equals), value: argument.slice(equals + 1) }];
  }
  const parts: { flag: string; value?: string }[] = [];
  for (let index = 1; index < argument.length; index++) {
    const flag = `-${argument[index]}`;
    const rest = argument.slice(index + 1);
    if (withValue.has(flag) && rest !== '') return [...parts, { flag, value: rest }];
    parts.push({ flag });
  }
  return parts;
}
