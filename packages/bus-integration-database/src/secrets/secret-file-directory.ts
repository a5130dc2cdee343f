// Who may exchange a secret file: whoever may write the directory that holds it.
import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { advise, command } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { inMessage, say } from '../contract/wording.ts';
import { isSystemDirectory } from './closable.ts';

/** Who may write the directory may put another file in this one's place. */
export function judgeParent(
  { path, shownAs }: { readonly path: string; readonly shownAs: string },
  uid: number,
): Diagnostic[] {
  const parent = dirname(path);
  let stats: Stats;
  try {
    stats = statSync(parent);
  } catch {
    return [];
  }
  const isSticky = (stats.mode & 0o1000) !== 0;
  const isOthers = stats.uid !== uid && stats.uid !== 0;
  const isOpen = (stats.mode & 0o022) !== 0 && !isSticky;
  if (!isOpen && !isOthers) return [];
  const octal = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  // Of another user's directory, one that a group shares or one of the system's nothing is taken away.
  const mayClose = isOpen && stats.uid === uid && (stats.mode & 0o2000) === 0 && !isSystemDirectory(parent);
  return [
    {
      severity: 'warn',
      code: 'secret-file-directory',
      ...inMessage(
        say`${{ path: parent }}, which holds ${{ path: shownAs }}, ${isOpen ? `is writable by others (${octal})` : `belongs to user ${stats.uid}`}`,
      ),
      target: shownAs,
      ...advise(
        mayClose
          ? command('chmod', 'go-w', { path: parent })
          : 'move the file to a directory that only this user or root may write',
      ),
    },
  ];
}
