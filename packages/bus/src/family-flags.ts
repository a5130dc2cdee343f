// What the dispatcher must know of our family's own arguments before it reads ./.env. Pure; judges nothing.
import { asksForJson } from 'bus-integration-database';
import { parseGlobalFlags } from './flags.ts';

export interface FamilyFlags {
  readonly hasEnvFile: boolean;
  readonly directory?: string;
  /** Whether the family would answer with JSON, and so must the dispatcher in its stead. */
  readonly isJson: boolean;
}

/**
 * Whether a command line of ours brings its own env file, in which directory it runs, and whether it asks for JSON;
 * `passedOn` are the flags before the word. Another command's arguments are none of the dispatcher's business.
 *
 * @example
 * familyFlags('operator', ['database', 'plan', '--env-file', 'staging.env']); // { hasEnvFile: true, isJson: false }
 */
export function familyFlags(word: string, args: readonly string[], passedOn: readonly string[] = []): FamilyFlags {
  const isJson = asksForJson([...passedOn, ...args]);
  if (word === 'operator-database') return { ...scan(args), isJson };
  if (word !== 'operator') return foreign;
  const umbrella = parseGlobalFlags(args);
  if ('problem' in umbrella || umbrella.words[0] !== 'database') return foreign;
  const { directory } = umbrella;
  return { ...(directory !== undefined && { directory }), ...scan(umbrella.words.slice(1)), isJson };
}

const foreign: FamilyFlags = { hasEnvFile: false, isJson: false };

function scan(args: readonly string[]): { hasEnvFile: boolean; directory?: string } {
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  let directory: string | undefined;
  for (const [index, argument] of flags.entries()) {
    const [, inline] = /^(?:-[hVvq]*C|--directory=)(.+)$/s.exec(argument) ?? [];
    if (/^-[hVvq]*C$|^--directory$/.test(argument)) directory = flags[index + 1] ?? directory;
    else if (inline !== undefined) directory = inline;
  }
  const hasEnvFile = flags.some((argument) => argument === '--env-file' || argument.startsWith('--env-file='));
  return { hasEnvFile, ...(directory !== undefined && { directory }) };
}
