// What completion reads of an OpenCLI document (https://opencli.org): ours, and those that programs of the family print of
// themselves. Takes nothing of it on trust but strings. Pure.
import type { ValueNames } from 'bus-integration-database/help';

export interface Argument {
  /** `FILE`, `DIR`, `ROLE`. */
  readonly name: string;
  readonly acceptedValues?: readonly string[];
  /** Those of them that only help has. */
  readonly ofHelp: readonly string[];
  readonly names?: ValueNames;
}

export interface Option {
  readonly names: readonly string[];
  readonly description: string;
  readonly argument?: Argument;
  readonly isList: boolean;
  readonly isRepeatable: boolean;
  /** Also a flag of the commands below. */
  readonly isRecursive: boolean;
}

export interface DocumentedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly commands: readonly DocumentedCommand[];
  readonly arguments: readonly Argument[];
}

/** A document's command; undefined where it is none. */
export function readDocument(text: string): DocumentedCommand | undefined {
  try {
    const document = object(JSON.parse(text));
    const description = object(document.info).summary;
    return command({ ...document, description, name: '' });
  } catch {
    return undefined;
  }
}

function command(value: unknown): DocumentedCommand {
  const { name, description, options, commands, arguments: args, metadata } = object(value);
  return {
    name: string(name),
    description: string(said(metadata, 'summary') ?? description),
    options: list(options).map(option),
    commands: list(commands).map(command),
    arguments: list(args).map(argument),
  };
}

function option(value: unknown): Option {
  const { name, aliases, description, arguments: args, metadata, recursive } = object(value);
  const [first] = list(args);
  return {
    names: [string(name), ...list(aliases).map(string)].filter((one) => one.startsWith('-')),
    description: string(description),
    ...(first !== undefined && { argument: argument(first) }),
    isList: said(metadata, 'list') === true,
    isRepeatable: said(metadata, 'repeatable') === true,
    isRecursive: recursive === true,
  };
}

const sorts: readonly ValueNames[] = ['role', 'database', 'deployment', 'provider', 'finding'];

function argument(value: unknown): Argument {
  const { name, acceptedValues, metadata } = object(value);
  const named = said(metadata, 'names');
  const names = sorts.find((sort) => sort === named);
  return {
    name: string(name),
    ...(acceptedValues !== undefined && { acceptedValues: list(acceptedValues).map(string) }),
    ofHelp: list(said(metadata, 'of-help')).map(string),
    ...(names !== undefined && { names }),
  };
}

function said(metadata: unknown, name: string): unknown {
  return list(metadata)
    .map(object)
    .find((one) => one.name === name)?.value;
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
