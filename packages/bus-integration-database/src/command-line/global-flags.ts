// The flags that every binary takes before and after its own words. Pure; judges no word and opens no file.

export interface GlobalFlags {
  /** What is left for the binary itself, in order. */
  readonly words: readonly string[];
  readonly format: Format;
  /** `-h` or `-V` stands on the line, and wins over whatever else is wrong with it. */
  readonly asks?: 'help' | 'version';
  /** No result is printed or written. */
  readonly isQuiet: boolean;
  /** The file that the result goes to, as it was given. */
  readonly output?: string;
  /** The directory to run in, as it was given. */
  readonly directory?: string;
}

/** `opencli` only of help. */
type Format = 'text' | 'json' | 'opencli';

const choices: Readonly<Record<string, readonly string[]>> = {
  format: ['text', 'json'],
  color: ['auto', 'always', 'never'],
};
const longFlags: ReadonlySet<string> = new Set(['--quiet', '--verbose', '--trace', '--no-color']);
const valueNames: Readonly<Record<string, string>> = {
  f: 'format',
  o: 'output',
  C: 'directory',
  chdir: 'directory',
};

/**
 * Takes `-h -V -q -v -vv --trace --color WHEN --no-color -f FORMAT -o FILE -C DIR` out of the arguments; what is wrong with
 * them comes back as one line. A first or second word `help` asks for help as `-h` does.
 *
 * @example
 * readGlobalFlags(['-q', '--events', '-f', 'json']); // { words: ['--events'], format: 'json', isQuiet: true }
 */
export function readGlobalFlags(argv: readonly string[]): GlobalFlags | { readonly problem: string } {
  const words: string[] = [];
  const values = new Map<string, string>();
  let problem: string | undefined;
  let isQuiet = false;
  let isVerbose = false;
  let index = 0;
  for (; index < argv.length && argv[index] !== '--'; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--help' || argument === '--version') continue;
    const [, letters = '', short, glued = ''] = /^-([hVqv]*)(?:([foC])(.*))?$/s.exec(argument) ?? [];
    const [, long, inline] = /^--(format|output|color|directory|chdir)(?:=(.*))?$/s.exec(argument) ?? [];
    if (letters === '' && short === undefined && long === undefined && !longFlags.has(argument)) {
      words.push(argument);
      continue;
    }
    isQuiet ||= letters.includes('q') || argument === '--quiet';
    isVerbose ||= letters.includes('v') || argument === '--verbose' || argument === '--trace';
    const given = short ?? long;
    if (given === undefined) continue;
    const name = valueNames[given] ?? given;
    const flag = short === undefined ? `--${given}` : `-${given}`;
    const attached = inline ?? (glued === '' ? undefined : glued);
    const value = attached ?? argv[++index];
    if (value === undefined || value === '' || (attached === undefined && /^-./.test(value))) {
      problem ??= `${flag} needs a value`;
      continue;
    }
    const allowed = choices[name] ?? [value];
    if (!allowed.includes(value) && value !== 'opencli') problem ??= `${flag} takes ${allowed.join(', ')}`;
    values.set(name, value);
  }
  const helpAt = words[0] === 'help' ? 0 : words[1] === 'help' && !words[0]?.startsWith('-') ? 1 : -1;
  if (helpAt >= 0) words.splice(helpAt, 1);
  const asks = asksFor(argv) ?? (helpAt >= 0 ? 'help' : undefined);
  const format = values.get('format');
  if ([format, values.get('color')].includes('opencli') && asks !== 'help') problem ??= '-f opencli is for help alone';
  if (isQuiet && isVerbose) problem ??= '-q and -v contradict each other';
  if (problem !== undefined && asks === undefined) return { problem };
  const output = values.get('output');
  const directory = values.get('directory');
  return {
    words: [...words, ...argv.slice(index + 1)],
    format: format === 'json' || format === 'opencli' ? format : 'text',
    ...(asks !== undefined && { asks }),
    isQuiet,
    ...(output !== undefined && { output }),
    ...(directory !== undefined && { directory }),
  };
}

/**
 * Whether `-h` or `-V` stands anywhere on a command line, even where a value should be; help wins.
 *
 * @example
 * asksFor(['plan', '--chekc', '-vh']); // 'help'
 */
export function asksFor(argv: readonly string[]): 'help' | 'version' | undefined {
  const end = argv.indexOf('--');
  const asking = (end < 0 ? argv : argv.slice(0, end)).filter(isHelpOrVersion);
  if (asking.length === 0) return undefined;
  return asking.some((argument) => argument === '--help' || /^-[Vqv]*h/.test(argument)) ? 'help' : 'version';
}

function isHelpOrVersion(argument: string): boolean {
  return argument === '--help' || argument === '--version' || /^-[qv]*[hV][hVqv]*(?:[foC].*)?$/s.test(argument);
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

/** Whether a command line asks for no result, whatever else may be wrong with it. */
export function asksForQuiet(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some(
    (one) => one === '--quiet' || /^-[hVv]*q[hVvq]*(?:[foC].*)?$/s.test(one),
  );
}
