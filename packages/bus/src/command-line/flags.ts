// The flags that may stand before a command's name. What follows the name belongs to the command alone.
import { glance, readFlags } from 'bus-integration-database/help';
import { dispatcherFlags as table } from './flag-table.ts';

export interface GlobalFlags {
  readonly help: boolean;
  readonly version: boolean;
  /** The last -C; absent when there is none. */
  readonly directory?: string;
  /** The last -o: where help and version go. */
  readonly output?: string;
  readonly perf: boolean;
  readonly isQuiet: boolean;
  /** 0, 1 for -v, 2 and more for -vv or --trace. */
  readonly verbosity: number;
  /** What goes on to the command, in front of its own arguments, as it was written. */
  readonly passedOn: readonly string[];
  /** The command's name and its arguments; empty when there is none. */
  readonly words: readonly string[];
}

type Parsed = GlobalFlags | { readonly problem: string };

/** Those that the program which parses them keeps for itself. */
const kept: readonly string[] = ['help', 'version', 'perf', 'chdir'];

/**
 * Splits arguments into flags and words; what is wrong comes back as one line, unless `-h` or `-V` stands anywhere on it.
 *
 * @example
 * parseGlobalFlags(['-v', '-C', 'deploy', 'operator', 'database']).passedOn; // ['-v']
 */
export function parseGlobalFlags(argv: readonly string[]): Parsed {
  const otherwise = 'the flags of a command stand after its name';
  const { words, given, has, last, all, ...read } = readFlags(argv, table, { isPassedOn: true, otherwise });
  const verbosity = all('verbose').length + 2 * all('trace').length;
  const isQuiet = has('quiet');
  const contradiction = isQuiet && verbosity > 0 ? '-q and -v contradict each other' : undefined;
  const problem = has('help') || has('version') ? undefined : (read.problem ?? contradiction);
  const asks = problem === undefined ? undefined : glance(argv).asks;
  if (problem !== undefined && asks === undefined) return { problem };
  const directory = last('chdir');
  const output = last('output');
  return {
    help: has('help') || asks === 'help',
    version: has('version') || asks === 'version',
    ...(directory !== undefined && { directory }),
    ...(output !== undefined && { output }),
    perf: has('perf'),
    isQuiet,
    verbosity,
    passedOn: given.flatMap(({ name, spelled, value = [] }) => (kept.includes(name) ? [] : [spelled].concat(value))),
    words,
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
