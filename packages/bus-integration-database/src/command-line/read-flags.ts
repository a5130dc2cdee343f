// Reads a command line by the table that its help is printed from. Judges flags and their values, no word; opens nothing.
import { parseArgs } from 'node:util';
import { otherTools, type Says, suggestion } from '../text/suggest.ts';
import { commonFlags, type Flag } from './command-help.ts';

/** A flag as it was given. */
interface GivenFlag<Name extends string = string> {
  /** Its name in the table. */
  readonly name: Name;
  /** `-C`, `--directory` */
  readonly spelled: string;
  readonly value?: string;
}

export interface FlagReading<Name extends string = string> {
  /** What is left when the flags are gone, without a `help` among the first two. */
  readonly words: readonly string[];
  /** The flags without a fault, in order. */
  readonly given: readonly GivenFlag<Name>[];
  /** `-h` or `-V` stands on the line, even where a value should, and wins over whatever else is wrong with it. */
  readonly asks?: 'help' | 'version';
  readonly hasHelpWord: boolean;
  readonly problem?: string;
  readonly has: (name: Name) => boolean;
  /** The last value of a flag. */
  readonly last: (name: Name) => string | undefined;
  /** All its values, in order. */
  readonly all: (name: Name) => readonly string[];
}

export interface ReadingOptions {
  /** What follows the first word is another program's, and so is the judgement of the flags that go on to it. */
  readonly isPassedOn?: boolean;
  /** What other tools call their flags, and what to say of it. */
  readonly others?: readonly Says[];
  /** What to say of an unknown flag that is like none. */
  readonly otherwise?: string;
}

/**
 * Reads a whole command line; with `isPassedOn` only what stands before its first word.
 *
 * @example
 * readFlags(['-q', 'plan', '-f', 'json'], commonFlags).last('format'); // 'json'
 */
export function readFlags<Name extends string>(
  argv: readonly string[],
  table: readonly (Flag & { readonly name: Name })[],
  options: ReadingOptions = {},
): FlagReading<Name> {
  const { isPassedOn = false } = options;
  const all = tokensOf(argv, table);
  const stop = isPassedOn ? all.find(({ kind }) => kind !== 'option') : undefined;
  const tokens = all.slice(0, stop === undefined ? undefined : all.indexOf(stop));
  const positional = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const helpAt = positional.slice(0, 2).indexOf('help');
  const known = table.flatMap(spellings);
  const asks = askedBy(tokens, !isPassedOn);
  const isHelp = asks === 'help' || helpAt >= 0;
  const given: GivenFlag<Name>[] = [];
  let problem = isPassedOn ? undefined : singleDashWord(argv, known, options);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { flag, rawName: spelled, value } = token;
    const fault = flag === undefined ? unknownFlag(spelled, known, options) : faultOf(flag, token, isPassedOn, isHelp);
    problem ??= fault;
    if (flag !== undefined && fault === undefined)
      given.push({ name: flag.name, spelled, ...(value !== undefined && { value }) });
  }
  const valuesOf = (name: Name) => given.flatMap((one) => (one.name === name ? [one.value ?? ''] : []));
  return {
    words: stop === undefined ? positional.filter((_, index) => index !== helpAt) : wordsFrom(argv, stop),
    given,
    ...(asks !== undefined && { asks }),
    hasHelpWord: helpAt >= 0,
    ...(asks === undefined && problem !== undefined && { problem }),
    has: (name) => given.some((one) => one.name === name),
    last: (name) => valuesOf(name).at(-1),
    all: valuesOf,
  };
}

/**
 * What a command line asks for by the flags that all have, whatever else stands on it or is wrong with it.
 *
 * @example
 * glance(['plan', '--chekc', '-f', 'json']).isJson; // true
 */
export function glance(argv: readonly string[]) {
  const tokens = tokensOf(argv, commonFlags).flatMap((token) => (token.kind === 'option' ? [token] : []));
  const last = (name: string) => tokens.findLast(({ flag, value }) => flag?.name === name && value)?.value;
  const asks = askedBy(tokens, true);
  const directory = last('chdir');
  return {
    ...(asks !== undefined && { asks }),
    /** A result, and as JSON. */
    isJson: last('format') === 'json' && !tokens.some(({ flag }) => flag?.name === 'quiet'),
    ...(directory !== undefined && { directory }),
  };
}

/** The first argument that is neither a flag nor the value of one in the table. */
export function firstWord(argv: readonly string[], table: readonly Flag[]): string | undefined {
  return tokensOf(argv, table).flatMap((token) => (token.kind === 'positional' ? [token.value] : []))[0];
}

/** As it was typed when it is plain; else as a JSON string, which holds no raw control character. */
export function quoted(word: string): string {
  return /^[\w=./-]+$/.test(word) ? word : JSON.stringify(word).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

const noValue = { value: undefined, inlineValue: undefined };

type Token = ReturnType<typeof tokensOf>[number];

function tokensOf<F extends Flag>(argv: readonly string[], table: readonly F[]) {
  const options = table.flatMap(({ name, alias, short, value }) => {
    const type = value === undefined ? 'boolean' : 'string';
    return [
      [name, { type, ...(short !== undefined && { short }) }] as const,
      ...(alias === undefined ? [] : [[alias, { type }] as const]),
    ];
  });
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.map((token) => {
    if (token.kind === 'option')
      return { ...token, flag: table.find(({ name, alias }) => name === token.name || alias === token.name) };
    // `-v-C/srv` is read as `-v` and `--`: a flag that nobody has, not an end of flags.
    const written = argv[token.index] ?? '--';
    if (token.kind === 'positional' || written === '--') return token;
    const { index } = token;
    return { kind: 'option' as const, index, name: written, rawName: written, ...noValue, flag: undefined };
  });
}

function wordsFrom(argv: readonly string[], { kind, index }: Token): readonly string[] {
  return argv.slice(kind === 'option-terminator' ? index + 1 : index);
}

function askedBy(tokens: readonly Token[], isInValuesToo: boolean): FlagReading['asks'] {
  const asked = tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    return isInValuesToo && token.inlineValue === false ? [token.name, glance([token.value ?? '']).asks] : [token.name];
  });
  return (['help', 'version'] as const).find((name) => asked.includes(name));
}

function faultOf(
  { value: shown, choices, helpChoices = [], short, name }: Flag,
  { rawName, value, inlineValue }: Extract<Token, { kind: 'option' }>,
  isPassedOn: boolean,
  isHelp: boolean,
): string | undefined {
  if (shown === undefined) return value === undefined ? undefined : `${rawName} takes no value`;
  if (value === undefined || value === '') return `${rawName} needs a value: ${rawName} ${shown}`;
  if (isPassedOn) return undefined;
  if (!inlineValue && /^-./.test(value)) return `${rawName} needs a value: ${rawName} ${shown} (got ${quoted(value)})`;
  if (choices === undefined || choices.includes(value) || (isHelp && helpChoices.includes(value))) return undefined;
  if (helpChoices.includes(value))
    return `${short === undefined ? `--${name}` : `-${short}`} ${value} is for help alone`;
  const expected = isHelp ? [...choices, ...helpChoices] : choices;
  return `${rawName} ${quoted(value)}: expected ${expected.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
}

/** `-json`, `-out=FILE`, as other tools write long flags: here single letters, of which -o would write a file `ut=FILE`. */
function singleDashWord(
  argv: readonly string[],
  known: readonly string[],
  options: ReadingOptions,
): string | undefined {
  const end = argv.indexOf('--');
  const given = end < 0 ? argv : argv.slice(0, end);
  const meant = [...known, ...[...(options.others ?? []), ...otherTools].flat()];
  const word = given
    .map((argument) => argument.replace(/=.*$/s, ''))
    .find((argument) => /^-[a-z]{3,}[a-z-]*$/.test(argument) && meant.includes(`-${argument}`));
  return word === undefined ? undefined : unknownFlag(word, known, options);
}

function unknownFlag(spelled: string, known: readonly string[], { others, otherwise }: ReadingOptions): string {
  const hint = known.includes(`-${spelled}`) ? `did you mean -${spelled}?` : suggestion(spelled, known, others);
  return [`unknown flag ${quoted(spelled)}`, hint ?? otherwise].filter((part) => part !== undefined).join('; ');
}

function spellings({ name, alias, short }: Flag): readonly string[] {
  return [`--${name}`, ...(alias === undefined ? [] : [`--${alias}`]), ...(short === undefined ? [] : [`-${short}`])];
}
