// Links in what a terminal shows (OSC 8), and only there. Opens no file.
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
import { hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Environment } from 'bus-integration-database';

/** Makes text a link to a file of this machine, named by its absolute path. */
export type Hyperlink = (text: string, path: string) => string;

/** Leaves text as it is. */
export const noLink: Hyperlink = (text) => text;

/**
 * How to link for a stream: where it is a terminal that draws, and colour is not refused.
 *
 * @example
 * hyperlinkFor(process.stdout, 'auto', process.env)('./plan.json', '/srv/plan.json');
 */
export function hyperlinkFor(
  { isTTY }: { readonly isTTY?: boolean },
  color: 'auto' | 'always' | 'never',
  { TERM, NO_COLOR }: Environment,
): Hyperlink {
  if (isTTY !== true || TERM === 'dumb' || color === 'never' || (color === 'auto' && NO_COLOR)) return noLink;
  return (text, path) => {
    const url = pathToFileURL(path);
    // The terminal may be one of another machine, reached by ssh.
    url.hostname = hostname();
    return `\u001b]8;;${url.href}\u001b\\${text}\u001b]8;;\u001b\\`;
  };
}
