// The texts that `bus` and `bus-operator` print about themselves. Pure.
import { type CommandHelp, type ConfigurationKey, helpText, openCliText } from 'bus-integration-database/help';
import { dispatcherFlags } from './command-line/flag-table.ts';
import { completionHelp } from './completion/help.ts';
import { listExecutables, type SearchPath } from './search-path.ts';

const keys: readonly ConfigurationKey[] = [
  {
    name: 'BUS_DOTENV_ALLOW',
    meaning: 'list of names that ./.env may set although they are withheld; read from the environment only',
  },
  {
    name: 'BUS_DOTENV_TRUST',
    meaning: '1: accept a ./.env that others could have written; read from the environment only',
  },
];

const exits: CommandHelp['exits'] = [
  ['0', 'that of the command; the following are those of bus itself'],
  ['1', 'the directory of -C could not be entered'],
  ['2', 'wrong usage, or a bad ./.env'],
  ['126', "the command can't be started"],
  ['127', 'there is no such command'],
  ['128+n', 'ended by signal n'],
];

export function busCommand(searchPath: SearchPath): CommandHelp {
  return {
    name: 'bus',
    text: 'runs COMMAND as the first executable bus-COMMAND in PATH',
    summary: ['bus runs COMMAND as the first executable bus-COMMAND in PATH, with the variables of ./.env.'],
    usage: ['bus [flags] [--] COMMAND [arguments]', 'bus [flags] help [COMMAND]'],
    arguments: [
      { name: 'COMMAND', isRequired: true, text: 'an executable bus-COMMAND in PATH, or help' },
      { name: 'arguments', isRepeatable: true, text: 'passed to COMMAND unchanged' },
    ],
    commands: { title: 'own commands:', list: [completionHelp] },
    groups: [{ title: 'flags before COMMAND:', flags: dispatcherFlags }],
    exits,
    footer: listed(listExecutables('bus-', searchPath)),
    keys,
  };
}

export function operatorCommand(families: readonly string[], searchPath: SearchPath): CommandHelp {
  return {
    name: 'bus operator',
    text: 'runs a family of commands for operators',
    summary: [
      `bus operator runs a family of commands for operators: ${families.join(', ')} itself, any other FAMILY as the first`,
      'executable bus-operator-FAMILY in PATH.',
    ],
    usage: ['bus operator [flags] FAMILY [arguments]', 'bus operator [flags] help [FAMILY]'],
    arguments: [
      { name: 'FAMILY', isRequired: true, text: 'database, an executable bus-operator-FAMILY in PATH, or help' },
      { name: 'arguments', isRepeatable: true, text: 'passed to FAMILY unchanged' },
    ],
    groups: [
      { title: 'flags before FAMILY are passed to it:', flags: dispatcherFlags.filter(({ name }) => name !== 'perf') },
    ],
    exits,
    footer: listedFamilies(families, searchPath),
  };
}

/**
 * What `bus` says when it isn't told what to run.
 *
 * @example
 * busUsage({ path: process.env.PATH, base: process.cwd() });
 */
export function busUsage(searchPath: SearchPath): string {
  return shortUsage('bus [flags] COMMAND [arguments]', listed(listExecutables('bus-', searchPath)));
}

/** What `bus --help` and `bus help` print. */
export function busHelp(searchPath: SearchPath, format: HelpFormat, version: string): string {
  return inFormat(busCommand(searchPath), format, version);
}

/** The document of `bus`, with no command of this machine's in it. */
export function busDocument(): string {
  return openCliText(busCommand(nowhere), unversioned);
}

/** The same of `bus operator`. */
export function operatorDocument(families: readonly string[]): string {
  return openCliText(operatorCommand(families, nowhere), unversioned);
}

const nowhere: SearchPath = { path: undefined, base: undefined };
const unversioned = '0.0.0';

export type HelpFormat = 'text' | 'opencli';

/** The format of help that the flags before a command ask for; `json` is the same document as `opencli`. */
export function helpFormat(passedOn: readonly string[]): HelpFormat {
  const at = passedOn.findLastIndex((flag) => flag === '-f' || flag === '--format');
  return ['json', 'opencli'].includes(passedOn[at + 1] ?? '') && at >= 0 ? 'opencli' : 'text';
}

function inFormat(command: CommandHelp, format: HelpFormat, version: string): string {
  return format === 'opencli' ? openCliText(command, version) : helpText(command);
}

/** What `bus-operator` says when it isn't told which family to run. */
export function operatorUsage(families: readonly string[], searchPath: SearchPath): string {
  return shortUsage('bus operator [flags] FAMILY [arguments]', listedFamilies(families, searchPath));
}

/** What `bus operator --help` and `bus operator help` print. */
export function operatorHelp(
  families: readonly string[],
  searchPath: SearchPath,
  format: HelpFormat,
  version: string,
): string {
  return inFormat(operatorCommand(families, searchPath), format, version);
}

function shortUsage(usage: string, commands: readonly string[]): string {
  return `usage: ${usage}\n\n${commands.join('\n')}\n`;
}

function listedFamilies(families: readonly string[], searchPath: SearchPath): readonly string[] {
  return listed([...new Set([...families, ...listExecutables('bus-operator-', searchPath)])].sort());
}

function listed(words: readonly string[]): readonly string[] {
  // Names of files: a control character in one would reach the terminal.
  const lines = words.map((word) => `  ${word.replace(/\p{C}/gu, '?')}`);
  return lines.length === 0 ? ['no commands are in PATH'] : ['available commands:', ...lines];
}
