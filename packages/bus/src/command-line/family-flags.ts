// What the dispatcher must know of our family's own arguments before it reads ./.env. Pure; judges nothing.
import { glance } from 'bus-integration-database/help';
import { parseGlobalFlags, withHelpWord } from './flags.ts';

export interface FamilyFlags {
  readonly hasEnvFile: boolean;
  readonly directory?: string;
  /** Whether the family would answer with JSON, and so must the dispatcher in its stead. */
  readonly isJson: boolean;
  /** Whether it only asks for help or the version, which neither a directory nor an env file can keep from being told. */
  readonly isHelp: boolean;
}

/**
 * Whether a command line of ours brings its own env file, in which directory it runs, and whether it asks for JSON;
 * `passedOn` are the flags before the word. Another command's arguments are none of the dispatcher's business.
 *
 * @example
 * familyFlags('operator', ['database', 'plan', '--env-file', 'staging.env']); // { hasEnvFile: true, … }
 */
export function familyFlags(word: string, args: readonly string[], passedOn: readonly string[] = []): FamilyFlags {
  const { isJson } = glance([...passedOn, ...args]);
  if (word === 'operator-database') return { ...scan(args), isJson };
  if (word !== 'operator') return foreign;
  const umbrella = withHelpWord(parseGlobalFlags(args));
  if ('problem' in umbrella) return foreign;
  if (umbrella.help || umbrella.version) return { ...foreign, isHelp: true };
  if (umbrella.words[0] !== 'database') return foreign;
  const { directory } = umbrella;
  return { ...(directory !== undefined && { directory }), ...scan(umbrella.words.slice(1)), isJson };
}

const foreign: FamilyFlags = { hasEnvFile: false, isJson: false, isHelp: false };

function scan(args: readonly string[]): FamilyFlags {
  const { asks, ...seen } = glance(args);
  const end = args.indexOf('--');
  const hasEnvFile = args.slice(0, end < 0 ? undefined : end).some((argument) => /^--env-file(=|$)/.test(argument));
  const [first = '', second] = args;
  const isHelp = asks !== undefined || first === 'help' || (second === 'help' && !first.startsWith('-'));
  return { ...seen, hasEnvFile, isHelp };
}
