// From arguments to an invocation: which verb, with which flags. Reads nothing but the arguments; what a value means
// (a duration, a risk, a file) is checked where it is used.
import { parseArgs } from 'node:util';
import type { Verb } from 'bus-integration-database';
import { otherTools, suggestion } from 'bus-integration-database/suggest';
import { type Flag, type FlagName, flags as table, verbs } from './flag-table.ts';
import { otherFlags, otherVerbs, otherVerbsFlag } from './other-tools.ts';

export interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  readonly verbosity: number;
  readonly isQuiet: boolean;
  readonly directory?: string;
  readonly output?: string;
  /** `opencli` only of help. */
  readonly format: 'text' | 'json' | 'opencli';
  readonly color: 'auto' | 'always' | 'never';
  readonly progress: 'auto' | 'plain' | 'none';
  readonly provider?: string;
  readonly deployment?: string;
  readonly envFile?: string;
  readonly timeout?: string;
  readonly lockTimeout?: string;
  readonly jobs?: string;
  /** The API that answers instead of this process. */
  readonly apiUrl?: string;
  readonly tokenFile?: string;
  readonly save?: string;
  readonly check: boolean;
  readonly sql: boolean;
  readonly plan?: string;
  readonly dryRun: boolean;
  readonly allow: readonly string[];
  readonly adopt: boolean;
  readonly adoptFrom: readonly string[];
  readonly rotate: readonly string[];
  readonly probe?: string;
  readonly noNegative: boolean;
  readonly strict: boolean;
  readonly explain?: string;
}

export type Invocation = { readonly verb?: Verb; readonly flags: Flags } | { readonly problem: string };

/**
 * Reads a command line; what is wrong with it comes back as one line, never as an exception.
 *
 * @example
 * readInvocation(['plan', '-f', 'json']); // { verb: 'plan', flags: { format: 'json', … } }
 */
export function readInvocation(argv: readonly string[]): Invocation {
  const foreign = singleDashWord(argv);
  const isAsking = asking.some(({ pattern }) => argv.some((argument) => pattern.test(argument)));
  if (foreign !== undefined && !isAsking) return { problem: foreign };
  const { tokens } = parseArgs({
    args: [...argv],
    options: parseOptions,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<FlagName, string[]>();
  const words: string[] = [];
  let problem: string | undefined;
  const positional = tokens.filter(({ kind }) => kind === 'positional').slice(0, 2);
  const asksForHelp = positional.some((token) => 'value' in token && token.value === 'help');
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = table.find(({ name, alias }) => name === token.name || alias === token.name);
    const fault = problemOf(flag, token, asksForHelp);
    if (flag === undefined || fault !== undefined) {
      problem ??= fault;
      const asked = token.inlineValue ? undefined : asking.find(({ pattern }) => pattern.test(token.value ?? ''));
      if (asked !== undefined) values.set(asked.name, ['']);
      continue;
    }
    const given = isColor(flag.name) ? 'color' : flag.name;
    values.set(given, [...(values.get(given) ?? []), flag.name === 'no-color' ? 'never' : (token.value ?? '')]);
  }
  const flags = flagsOf(values);
  const helpAt = words.slice(0, 2).indexOf('help');
  if (helpAt >= 0) words.splice(helpAt, 1);
  const [verb, extra] = words;
  // These two win over whatever else is wrong with the line.
  if (flags.help || flags.version) return { ...(verb !== undefined && isVerb(verb) && { verb }), flags };
  if (problem !== undefined) return { problem };
  if (verb !== undefined && !isVerb(verb))
    return { problem: `unknown verb ${quoted(verb)}; ${didYouMean(verb, Object.keys(verbs), otherVerbs)}` };
  if (extra !== undefined) return { problem: `unexpected argument ${quoted(extra)} after ${verb}` };
  const isHelp = helpAt >= 0;
  if (flags.format === 'opencli' && !isHelp) return { problem: '-f opencli is for help alone' };
  const wrong = isHelp ? undefined : contradiction(verb, values, flags);
  return wrong === undefined
    ? { ...(verb !== undefined && { verb }), flags: { ...flags, help: isHelp } }
    : { problem: wrong };
}

/** What asks for help or the version even where a flag's value should stand. */
const asking: readonly { readonly name: FlagName; readonly pattern: RegExp }[] = [
  { name: 'help', pattern: /^(--help|-[hVqv]*h[hVqv]*)$/ },
  { name: 'version', pattern: /^(--version|-[Vqv]*V[Vqv]*)$/ },
];

const parseOptions = Object.fromEntries(
  table.flatMap(({ name, alias, short, value }: Flag) => {
    const type = value === undefined ? 'boolean' : 'string';
    const option = { type, multiple: true, ...(short !== undefined && { short }) } as const;
    return [[name, option] as const, ...(alias === undefined ? [] : [[alias, { type, multiple: true }] as const])];
  }),
);

const spellings = table.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

/**
 * `-json`, `-out=FILE`, as other tools write long flags: here single letters, of which -o would write a file `ut=FILE`.
 */
function singleDashWord(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const given = end < 0 ? argv : argv.slice(0, end);
  const known = [...spellings, ...[...otherFlags, ...otherTools].flat()];
  const word = given
    .map((argument) => argument.replace(/=.*$/s, ''))
    .find((argument) => /^-[a-z]{3,}[a-z-]*$/.test(argument) && known.includes(`-${argument}`));
  if (word === undefined) return undefined;
  const hint = spellings.includes(`-${word}`) ? `did you mean -${word}?` : didYouMean(word, spellings, otherFlags);
  return `unknown flag ${quoted(word)}; ${hint}`;
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function problemOf(
  flag: Flag | undefined,
  { rawName, value, inlineValue }: OptionToken,
  asksForHelp: boolean,
): string | undefined {
  if (flag === undefined) {
    return `unknown flag ${quoted(rawName)}; ${didYouMean(rawName, spellings, otherFlags)}`;
  }
  if (flag.value === undefined) return value === undefined ? undefined : `${rawName} takes no value`;
  if (value === undefined || value === '') return `${rawName} needs a value: ${rawName} ${flag.value}`;
  if (!inlineValue && /^-./.test(value))
    return `${rawName} needs a value: ${rawName} ${flag.value} (got ${quoted(value)})`;
  if (flag.choices !== undefined && ![...flag.choices, ...(flag.helpChoices ?? [])].includes(value)) {
    const choices = asksForHelp ? [...flag.choices, ...(flag.helpChoices ?? [])] : flag.choices;
    return `${rawName} ${quoted(value)}: expected ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  }
  if (flag.isList && value.includes(';')) return `${rawName} holds a semicolon; write ${rawName} ${flag.value}`;
  return undefined;
}

function flagsOf(values: ReadonlyMap<FlagName, readonly string[]>): Flags {
  const has = (name: FlagName) => values.has(name);
  const last = (name: FlagName) => values.get(name)?.at(-1);
  const optional = <K extends keyof Flags>(key: K, name: FlagName) => {
    const value = last(name);
    return value === undefined ? {} : ({ [key]: value } as Pick<Flags, K>);
  };
  return {
    help: has('help'),
    version: has('version'),
    verbosity: (values.get('verbose')?.length ?? 0) + (has('trace') ? 2 : 0),
    isQuiet: has('quiet'),
    format: (last('format') ?? 'text') as Flags['format'],
    color: (last('color') ?? 'auto') as Flags['color'],
    progress: (last('progress') ?? 'auto') as Flags['progress'],
    check: has('check'),
    sql: has('sql'),
    dryRun: has('dry-run'),
    allow: (values.get('allow') ?? []).flatMap((list) => list.split(',')).flatMap((part) => part.trim().split(/\s+/)),
    adopt: has('adopt'),
    adoptFrom: values.get('adopt-from') ?? [],
    rotate: values.get('rotate') ?? [],
    noNegative: has('no-negative'),
    strict: has('strict'),
    ...optional('directory', 'chdir'),
    ...optional('output', 'output'),
    ...optional('provider', 'provider'),
    ...optional('deployment', 'deployment'),
    ...optional('envFile', 'env-file'),
    ...optional('timeout', 'timeout'),
    ...optional('lockTimeout', 'lock-timeout'),
    ...optional('jobs', 'jobs'),
    ...optional('apiUrl', 'api-url'),
    ...optional('tokenFile', 'token-file'),
    ...optional('save', 'save'),
    ...optional('plan', 'plan'),
    ...optional('probe', 'probe'),
    ...optional('explain', 'explain'),
  };
}

function contradiction(
  verb: Verb | undefined,
  values: ReadonlyMap<FlagName, unknown>,
  flags: Flags,
): string | undefined {
  for (const flag of table) {
    if (verb === undefined || flag.verbs === undefined || !values.has(flag.name) || flag.verbs.includes(verb)) continue;
    const hint = otherVerbsFlag(flag.name, verb);
    return `--${flag.name} is a flag of ${flag.verbs.join(' and ')}, not of ${verb}${hint === undefined ? '' : `; ${hint}`}`;
  }
  if (flags.isQuiet && flags.verbosity > 0) return '-q and -v contradict each other; give one of them';
  if (flags.tokenFile !== undefined && flags.apiUrl === undefined) return '--token-file is for --api-url; give both';
  if (flags.apiUrl !== undefined) {
    const local = (['jobs', 'lock-timeout'] as const).find((name) => values.has(name));
    if (local !== undefined) return `--${local} is the API's own setting; leave it out with --api-url`;
  }
  if (flags.sql && flags.format === 'json') return '--sql prints a script; leave out -f json';
  return undefined;
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(verbs, word);
}

function isColor(name: FlagName): boolean {
  return name === 'color' || name === 'no-color';
}

function didYouMean(word: string, known: readonly string[], own: Parameters<typeof suggestion>[2]): string {
  return suggestion(word, known, own) ?? 'see bus operator database --help';
}

/** As it was typed when it is plain; else as a JSON string, which holds no raw control character. */
function quoted(word: string): string {
  return /^[\w=./-]+$/.test(word) ? word : JSON.stringify(word).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
