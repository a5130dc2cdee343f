// A command line as an OpenCLI 0.1 document, out of the same tables as its help. https://opencli.org, whose draft is the
// specification. Pure.

import type { ConfigurationKey } from '../config/config-keys.ts';
import type { CommandHelp, Flag } from './command-help.ts';

/**
 * The document as text: indented JSON that ends with a line break.
 *
 * @param version of the program
 * @example
 * openCliText(command, '0.1.0');
 */
export function openCliText(command: CommandHelp, version: string): string {
  return `${JSON.stringify(openCliDocument(command, version), null, 2)}\n`;
}

function openCliDocument(command: CommandHelp, version: string) {
  const { name: _name, description, options: _own, metadata: _summary, ...parts } = commandObject(command);
  return {
    opencli: '0.1',
    info: {
      title: command.name,
      summary: command.text,
      ...(description !== undefined && { description }),
      license: { name: 'MIT License', identifier: 'MIT' },
      version,
    },
    conventions: { groupOptions: true, optionArgumentSeparator: ' ' },
    options: optionsOf(command, true),
    ...parts,
    ...(command.keys !== undefined && { metadata: [environmentMetadata(command.keys)] }),
  };
}

function commandObject(command: CommandHelp): Record<string, unknown> & { name: string; description?: string } {
  const { name, text, summary, commands, examples, exits } = command;
  return {
    name,
    description: summary?.join(' ') ?? text,
    options: optionsOf(command, false),
    ...(command.arguments !== undefined && { arguments: command.arguments.map(argument) }),
    ...(commands !== undefined && { commands: commands.list.map(commandObject) }),
    ...(exits.length > 0 && { exitCodes: exits.flatMap(exitCodes) }),
    ...(examples !== undefined && { examples }),
    interactive: false,
    ...(summary !== undefined && { metadata: [{ name: 'summary', value: text }] }),
  };
}

/** What a command inherits is said where it is its own; alone in a document it says all. */
function optionsOf({ groups, commands }: CommandHelp, isRoot: boolean) {
  return groups
    .filter(({ isInherited }) => isRoot || !isInherited)
    .flatMap(({ title, flags }) =>
      flags.map((flag) => ({ ...option(flag), group: title.replace(/:$/, ''), recursive: commands !== undefined })),
    );
}

function option({ name, short, alias, value, choices, helpChoices = [], values, names, text, ...is }: Flag) {
  const aliases = [...(short === undefined ? [] : [`-${short}`]), ...(alias === undefined ? [] : [`--${alias}`])];
  const accepted = choices === undefined ? values : [...choices, ...helpChoices];
  const named = [
    ...(names === undefined ? [] : [{ name: 'names', value: names }]),
    ...(helpChoices.length === 0 ? [] : [{ name: 'of-help', value: [...helpChoices] }]),
  ];
  const metadata = [
    ...(is.isRepeatable ? [{ name: 'repeatable', value: true }] : []),
    ...(is.isList ? [{ name: 'list', value: true }] : []),
  ];
  return {
    name: `--${name}`,
    required: is.isRequired ?? false,
    ...(aliases.length > 0 && { aliases }),
    ...(value !== undefined && {
      arguments: [
        {
          name: value,
          required: true,
          arity: { minimum: 1, maximum: 1 },
          ...(accepted !== undefined && { acceptedValues: accepted }),
          ...(named.length > 0 && { metadata: named }),
        },
      ],
    }),
    description: text,
    ...(metadata.length > 0 && { metadata }),
  };
}

function argument({ name, text, values, ...is }: NonNullable<CommandHelp['arguments']>[number]) {
  const arity = { minimum: is.isRequired ? 1 : 0, ...(is.isRepeatable ? {} : { maximum: 1 }) };
  const accepted = values === undefined ? {} : { acceptedValues: values };
  return { name, required: is.isRequired ?? false, arity, ...accepted, description: text };
}

/** Codes are numbers: what signals end a run with is said of those that it is ended with in order. */
function exitCodes([status, description]: readonly [string, string]) {
  const signals = [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  if (status !== '128+n') return [{ code: Number(status), description }];
  return signals.map(([name, code]) => ({ code, description: description.replace('signal n', name) }));
}

function environmentMetadata(keys: readonly ConfigurationKey[]) {
  const value = keys.map(({ name, meaning, isRequired = false, isSecret = false, default: fallback }) => ({
    name,
    description: meaning,
    required: isRequired,
    secret: isSecret,
    ...(fallback !== undefined && { default: fallback }),
  }));
  return { name: 'io.busdk.environment', value };
}
