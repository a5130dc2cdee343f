// The flags that every binary takes before and after its own words. Pure; judges no word and opens no file.

export interface GlobalFlags {
  /** What is left for the binary itself, in order. */
  readonly words: readonly string[];
  readonly format: 'text' | 'json';
  /** The file that the result goes to, as it was given. */
  readonly output?: string;
  /** The directory to run in, as it was given; only where the binary takes one. */
  readonly directory?: string;
}

export interface GlobalFlagOptions {
  /** Whether `-C DIR` and `--directory DIR` are taken out too. Default: false. */
  readonly takesDirectory?: boolean;
}

const choices: Readonly<Record<string, readonly string[]>> = {
  format: ['text', 'json'],
  color: ['auto', 'always', 'never'],
};
const longFlags: ReadonlySet<string> = new Set(['--quiet', '--verbose', '--trace', '--no-color']);
const valueNames: Readonly<Record<string, string>> = { f: 'format', o: 'output', C: 'directory' };

/**
 * Takes `-q -v -vv --trace --color WHEN --no-color -f FORMAT -o FILE` out of the arguments, and `-C DIR` where the binary
 * takes one; what is wrong with them comes back as one line.
 *
 * @example
 * readGlobalFlags(['-q', '--events', '-f', 'json']); // { words: ['--events'], format: 'json' }
 */
export function readGlobalFlags(
  argv: readonly string[],
  { takesDirectory = false }: GlobalFlagOptions = {},
): GlobalFlags | { readonly problem: string } {
  const words: string[] = [];
  const values = new Map<string, string>();
  let isQuiet = false;
  let isVerbose = false;
  let index = 0;
  for (; index < argv.length && argv[index] !== '--'; index++) {
    const argument = argv[index] ?? '';
    const [, letters = '', short, glued = ''] = /^-([qv]*)(?:([foC])(.*))?$/s.exec(argument) ?? [];
    const [, long, inline] = /^--(format|output|color|directory)(?:=(.*))?$/s.exec(argument) ?? [];
    const isOthers = !takesDirectory && (short === 'C' || long === 'directory');
    if (isOthers || (letters === '' && short === undefined && long === undefined && !longFlags.has(argument))) {
      words.push(argument);
      continue;
    }
    isQuiet ||= letters.includes('q') || argument === '--quiet';
    isVerbose ||= letters.includes('v') || argument === '--verbose' || argument === '--trace';
    const name = short === undefined ? long : valueNames[short];
    if (name === undefined) continue;
    const flag = short === undefined ? `--${name}` : `-${short}`;
    const given = inline ?? (glued === '' ? undefined : glued);
    const value = given ?? argv[++index];
    if (value === undefined || value === '' || (given === undefined && /^-./.test(value)))
      return { problem: `${flag} needs a value` };
    const allowed = choices[name];
    if (allowed !== undefined && !allowed.includes(value)) return { problem: `${flag} takes ${allowed.join(', ')}` };
    values.set(name, value);
  }
  if (isQuiet && isVerbose) return { problem: '-q and -v contradict each other' };
  const output = values.get('output');
  const directory = values.get('directory');
  return {
    words: [...words, ...argv.slice(index + 1)],
    format: values.get('format') === 'json' ? 'json' : 'text',
    ...(output !== undefined && { output }),
    ...(directory !== undefined && { directory }),
  };
}

/**
 * Whether a command line asks for JSON, whatever else may be wrong with it.
 *
 * @example
 * asksForJson(['plan', '--chekc', '-f', 'json']); // true
 */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  let format: string | undefined;
  for (const [index, argument] of flags.entries()) {
    const [, inline] = /^(?:-[hVvq]*f|--format=)(.+)$/s.exec(argument) ?? [];
    if (inline !== undefined) format = inline;
    else if (/^-[hVvq]*f$|^--format$/.test(argument)) format = flags[index + 1];
  }
  return format === 'json';
}
