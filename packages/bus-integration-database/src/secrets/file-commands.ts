// Shell commands about files in a response: `run: chmod 700 ./dsn`, and what removes a leftover. Their paths are right where
// the response was made; who shows it may stand elsewhere. Pure.

import type { Response } from '../contract/response.ts';
import { mapFindings } from '../model/map-findings.ts';
import { shellQuote } from '../text/shell-quote.ts';

/**
 * The response with each of its shell commands about files changed. `lead` is what stands before the command: `run: `, or
 * nothing for a leftover's; `target` what the finding is about.
 *
 * @example
 * mapFileCommands(response, (command, lead) => `${lead}(cd /srv/shop && ${command})`);
 */
export function mapFileCommands(
  response: Response,
  change: (command: string, lead: string, target?: string) => string,
): Response {
  const changed = (remedy: string, target?: string) =>
    remedy.replace(pattern, (_, lead: string | undefined, command: string) => change(command, lead ?? '', target));
  const mapped = mapFindings(response, (finding) =>
    finding.remedy === undefined ? finding : { ...finding, remedy: changed(finding.remedy, finding.target) },
  );
  if (mapped.leftovers === undefined) return mapped;
  const leftovers = mapped.leftovers.map((leftover) =>
    leftover.command === undefined ? leftover : { ...leftover, command: changed(leftover.command) },
  );
  return { ...mapped, leftovers };
}

/** A shell command about files as it has to be outside the directory, where that is given. */
export function fileCommandFor(directory: string | undefined, command: string): string {
  return directory === undefined || isForAnywhere(command) ? command : `(cd ${shellQuote(directory)} && ${command})`;
}

/** A remedy, with its command about files as it has to be outside the directory. */
export function remedyFor(directory: string | undefined, remedy: string): string {
  return remedy.replace(
    pattern,
    (_, lead: string | undefined, command: string) => (lead ?? '') + fileCommandFor(directory, command),
  );
}

/** Paths are absolute, and it is no command of git, which looks for the repository where it is run. */
function isForAnywhere(command: string): boolean {
  const written = command.slice(command.lastIndexOf('> ') + 1);
  return !command.startsWith('git ') && /\s\$?'?\//.test(written);
}

/** As far as the command goes: prose that follows it begins with a semicolon, or a comma and a blank. */
const words = String.raw`(?:\$'(?:\\.|[^'\\])*'|'[^']*'|\\.|,(?! )|[^;,'\\)])+`;
const pattern = new RegExp(
  String.raw`^(run: |keep it: |remove that name of it: )?((?:sudo )?(?:chmod|chown|git|ls|mv|printf|rm) ${words}|\(umask 077; cat > ${words}\))`,
);
