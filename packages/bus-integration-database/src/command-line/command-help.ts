// What a command line's help says, as data, and the text that is printed of it. The parsers' flags are of the same shape, so
// that no flag is missing from a help. Pure, and loads nothing: help must be there at once.
import type { ConfigurationKey } from '../config/config-keys.ts';

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Another long form, which no help names. */
  readonly alias?: string;
  /** What stands for its value in the help; absent for a flag without one. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Values that it may have, where they are judged later than the line: for who completes it. */
  readonly values?: readonly string[];
  /** What the value names, where that is not said by the word for it (`FILE`, `DIR`): for who completes it. */
  readonly names?: ValueNames;
  /** Choices that only help has. */
  readonly helpChoices?: readonly string[];
  readonly isRepeatable?: true;
  /** Whether its value is a list, with commas or white space between two items. */
  readonly isList?: true;
  readonly isRequired?: true;
  readonly text: string;
}

/** What a value may name: things that are declared, and words that the program knows. */
export type ValueNames = 'role' | 'database' | 'deployment' | 'provider' | 'finding';

export interface FlagGroup {
  /** `flags of plan:` */
  readonly title: string;
  readonly flags: readonly Flag[];
  /** Flags of the command above, which stand in this one's help once more. */
  readonly isInherited?: true;
}

/** A command, or a command below one. */
export interface CommandHelp {
  /** The word that calls it: `bus-integration-postgres`, or `hba` below it. */
  readonly name: string;
  /** What it is for, in one line. */
  readonly text: string;
  /** The first lines of its help; default: the one line. */
  readonly summary?: readonly string[];
  readonly usage: readonly string[];
  readonly arguments?: readonly {
    readonly name: string;
    readonly text: string;
    readonly isRequired?: true;
    readonly isRepeatable?: true;
    readonly values?: readonly string[];
  }[];
  readonly commands?: { readonly title: string; readonly list: readonly CommandHelp[] };
  readonly groups: readonly FlagGroup[];
  readonly notes?: readonly (readonly string[])[];
  readonly examples?: readonly string[];
  /** Exit statuses, `0` or `128+n`, with their meanings. */
  readonly exits: readonly (readonly [status: string, meaning: string])[];
  readonly footer?: readonly string[];
  /** Keys of the environment and of env files. */
  readonly keys?: readonly ConfigurationKey[];
}

/** The flags of the binaries that have no others before their own words. */
export const commonFlags: readonly Flag[] = [
  { name: 'chdir', alias: 'directory', short: 'C', value: 'DIR', text: 'run as if started in DIR' },
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['text', 'json'],
    helpChoices: ['opencli'],
    text: 'text (default) or json; for help also opencli',
  },
  { name: 'output', short: 'o', value: 'FILE', text: 'write the result to FILE (0600) instead of stdout; -: stdout' },
  { name: 'quiet', short: 'q', text: 'errors only; no result, not even in the file of -o' },
  { name: 'help', short: 'h', text: 'this text; after a command, the help of the command' },
  { name: 'version', short: 'V', text: 'name and version' },
  { name: 'verbose', short: 'v', isRepeatable: true, text: 'changes nothing here' },
  { name: 'trace', text: 'changes nothing here' },
  { name: 'color', value: 'WHEN', choices: ['auto', 'always', 'never'], text: 'changes nothing here' },
  { name: 'no-color', text: 'changes nothing here' },
];

/**
 * The help as text; ends with a line break.
 *
 * @example
 * helpText({ name: 'x', text: 'does nothing', usage: ['x'], groups: [], exits: [['0', 'done']] });
 */
export function helpText(command: CommandHelp): string {
  const { name, text, summary, usage, commands, groups, notes = [], examples = [], exits, footer = [] } = command;
  const blocks: (readonly string[])[] = [
    summary ?? [`${name}: ${text}`],
    usage.map((line, index) => `${index === 0 ? 'usage:' : '      '} ${line}`),
    ...(commands === undefined
      ? []
      : [[commands.title, ...columns(commands.list.map((one) => [one.name, one.text] as const))]]),
    ...groups.map(({ title, flags }) => (flags.length === 0 ? [] : [title, ...columns(flags.map(flagRow))])),
    ...notes,
    examples.length === 0 ? [] : ['examples:', ...examples.map((line) => `  ${line}`)],
    exits.length === 0 ? [] : ['exit status:', ...columns(exits)],
    footer,
  ];
  const shown = blocks.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Every flag that a help names. */
export function flagsOf({ groups }: CommandHelp): readonly Flag[] {
  return groups.flatMap(({ flags }) => flags);
}

function flagRow({ name, short, value, text }: Flag): readonly [string, string] {
  return [`${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`, text];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
