// What may stand at the end of a command line, by the commands and flags of a document. Pure.
import type { ValueNames } from 'bus-integration-database/help';
import type { Argument, DocumentedCommand, Option } from './document.ts';

export interface CompletionCandidate {
  readonly value: string;
  readonly about?: string;
}

/** Candidates, or what the shell itself has to offer in their place. */
export type Completion =
  | { readonly candidates: readonly CompletionCandidate[] }
  | { readonly files: true }
  | { readonly directories: true }
  /** The names of a sort, each to be put behind `prefix`; `before` is the line up to the flag that names them. */
  | { readonly names: ValueNames; readonly prefix: string; readonly typed: string; readonly before: readonly string[] };

export interface Position {
  /** The command at which the line has arrived. */
  readonly command: DocumentedCommand;
  readonly options: readonly Option[];
  /** How many arguments it has already. */
  readonly argumentsGiven: number;
  /** The flag whose value is typed, and where it stands. */
  readonly waiting?: { readonly option: Option; readonly at: number };
  readonly isOnlyWords: boolean;
  readonly isHelp: boolean;
  readonly given: ReadonlySet<Option>;
}

/**
 * What may stand in place of the last word.
 *
 * @example
 * complete(document, ['plan', '--form']); // { candidates: [{ value: '--format', about: 'text (default) or json' }] }
 */
export function complete(root: DocumentedCommand, words: readonly string[]): Completion {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  const position = arrive(root, before);
  const { waiting, isOnlyWords, options, command, argumentsGiven } = position;
  const place = { before, isHelp: position.isHelp };
  if (waiting !== undefined)
    return flagValues(waiting.option, typed, '', { ...place, before: before.slice(0, waiting.at) });
  if (!isOnlyWords && /^--[^=]+=/.test(typed)) {
    const at = typed.indexOf('=') + 1;
    const option = options.find(({ names }) => names.includes(typed.slice(0, at - 1)));
    if (option?.argument === undefined) return { candidates: [] };
    return flagValues(option, typed.slice(at), typed.slice(0, at), place);
  }
  if (!isOnlyWords && typed.startsWith('-')) return { candidates: flagsFor(typed, position) };
  const commands = command.commands.map(({ name, description }) => ({ value: name, about: description }));
  if (commands.length > 0 && argumentsGiven === 0) return { candidates: startingWith(typed, commands) };
  const argument = command.arguments[Math.min(argumentsGiven, command.arguments.length - 1)];
  return argument === undefined ? { candidates: [] } : argumentValues(argument, typed, '', place);
}

/** Where a line has arrived by its words. */
export function arrive(root: DocumentedCommand, words: readonly string[]): Position {
  let command = root;
  let options = root.options;
  let argumentsGiven = 0;
  let isOnlyWords = false;
  let isHelp = false;
  let waiting: Position['waiting'];
  const given = new Set<Option>();
  for (const [at, word] of words.entries()) {
    if (waiting !== undefined) {
      waiting = undefined;
      continue;
    }
    if (word === '--' && !isOnlyWords) {
      isOnlyWords = true;
      continue;
    }
    if (word.startsWith('-') && word !== '-' && !isOnlyWords) {
      const { option, needsValue } = flagOf(word, options);
      if (option === undefined) continue;
      if (option.names.includes('--help')) isHelp = true;
      if (!option.isRepeatable) given.add(option);
      if (needsValue) waiting = { option, at };
      continue;
    }
    if (word === 'help' && argumentsGiven === 0) {
      isHelp = true;
      continue;
    }
    const inner = argumentsGiven === 0 ? command.commands.find(({ name }) => name === word) : undefined;
    if (inner === undefined) {
      argumentsGiven += 1;
      continue;
    }
    options = [...inner.options, ...options.filter(({ isRecursive }) => isRecursive)];
    command = inner;
  }
  return { command, options, argumentsGiven, isOnlyWords, isHelp, given, ...(waiting !== undefined && { waiting }) };
}

/** A flag, and whether its value is the next word: `-f`, `-vf`, `--format`, but neither `-fjson` nor `--format=json`. */
function flagOf(word: string, options: readonly Option[]) {
  const named = (name: string) => options.find(({ names }) => names.includes(name));
  if (word.startsWith('--')) {
    const [name = ''] = word.split('=');
    const option = named(name);
    return { option, needsValue: option?.argument !== undefined && name === word };
  }
  for (const [index, letter] of [...word.slice(1)].entries()) {
    const option = named(`-${letter}`);
    if (option?.argument !== undefined) return { option, needsValue: index === word.length - 2 };
  }
  return { option: named(word), needsValue: false };
}

function flagsFor(typed: string, { options, given }: Position): readonly CompletionCandidate[] {
  const left = options.filter((option) => !given.has(option));
  return left.flatMap(({ names, description }) => {
    const [first = '', ...others] = names.filter((name) => name.startsWith(typed));
    // One name a flag: the long one, unless another is being typed.
    const fits = [first, ...others].filter((name) => name !== '' && (name === typed || name === first));
    return [...new Set(fits)].map((value) => ({ value, about: description }));
  });
}

interface Place {
  readonly before: readonly string[];
  readonly isHelp: boolean;
}

function flagValues({ argument, isList }: Option, typed: string, prefix: string, place: Place): Completion {
  if (argument === undefined) return { candidates: [] };
  if (!isList) return argumentValues(argument, typed, prefix, place);
  const items = typed.split(',');
  const last = items.pop() ?? '';
  const left = argument.acceptedValues?.filter((value) => !items.includes(value));
  const others = left === undefined ? argument : { ...argument, acceptedValues: left };
  return argumentValues(others, last, prefix + items.map((item) => `${item},`).join(''), place);
}

function argumentValues(
  { name, acceptedValues, ofHelp, names }: Argument,
  typed: string,
  prefix: string,
  { before, isHelp }: Place,
): Completion {
  if (acceptedValues !== undefined) {
    const values = acceptedValues.filter((value) => value.startsWith(typed) && (isHelp || !ofHelp.includes(value)));
    return { candidates: values.map((value) => ({ value: prefix + value })) };
  }
  if (names !== undefined) return { names, prefix, typed, before };
  if (/^F(ILE)?$/.test(name)) return { files: true };
  return name === 'DIR' ? { directories: true } : { candidates: [] };
}

/** Those that the typed word may become. */
export function startingWith(
  typed: string,
  candidates: readonly CompletionCandidate[],
): readonly CompletionCandidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed));
}
