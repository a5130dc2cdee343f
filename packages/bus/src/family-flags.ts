// What the dispatcher must know of our family's own arguments before it reads ./.env. Pure; judges nothing.
import { parseGlobalFlags } from './flags.ts';

/**
 * Whether a command line of ours brings its own env file, and in which directory it runs. Another command's arguments
 * are none of the dispatcher's business.
 *
 * @example
 * familyFlags('operator', ['database', 'plan', '--env-file', 'staging.env']); // { hasEnvFile: true }
 */
export function familyFlags(word: string, args: readonly string[]): { hasEnvFile: boolean; directory?: string } {
  if (word === 'operator-database') return scan(args);
  if (word !== 'operator') return { hasEnvFile: false };
  const umbrella = parseGlobalFlags(args);
  if ('problem' in umbrella || umbrella.words[0] !== 'database') return { hasEnvFile: false };
  const { directory } = umbrella;
  return { ...(directory !== undefined && { directory }), ...scan(umbrella.words.slice(1)) };
}

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
