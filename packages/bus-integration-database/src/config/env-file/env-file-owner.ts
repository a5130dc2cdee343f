// Whether somebody else could have written an env file: by its owner and mode, as fstat gives them.
import { basename, dirname } from 'node:path';
import { advise, command, type Remedy } from '../../contract/remedy.ts';
import type { Diagnostic } from '../../contract/response.ts';
import { isSystemDirectory } from '../../secrets/closable.ts';
import { printable } from '../../text/printable.ts';

export interface EnvFileStatus {
  readonly uid: number;
  readonly mode: number;
  /** The symbolic link by which the file was reached, where it was. */
  readonly linkUid?: number;
}

/**
 * What is wrong with who may write an env file: `fail` when it, or the link to it, belongs to neither `uid` nor root or
 * the world may write it, `warn` when its group may. `path` is for the remedy.
 *
 * @example
 * judgeEnvFile({ uid: 1000, mode: 0o644 }, { uid: 0, shownAs: '.env', path: '/srv/app/.env' })[0]?.remedy;
 * // 'chown 0 /srv/app/.env'
 */
export function judgeEnvFile(
  { uid: owner, mode, linkUid }: EnvFileStatus,
  { uid, shownAs, path }: { readonly uid: number; readonly shownAs: string; readonly path: string },
): Diagnostic[] {
  const file = { path };
  const isEnvName = /(^|\.)env(\.|$)/.test(basename(path)) && !isSystemDirectory(dirname(path));
  const found = (severity: 'fail' | 'warn', seen: string, remedy: Remedy): Diagnostic[] => [
    {
      severity,
      code: 'env-file-owner',
      message: `${printable(shownAs)} ${seen}`,
      target: shownAs,
      // Any file can be named for an env file; what is called otherwise may be another program's.
      ...advise(isEnvName ? remedy : 'copy what is needed of it to an env file of its own, and name that'),
    },
  ];
  const expected = uid === 0 ? 'root' : `user ${uid} or root`;
  const sudo = uid === 0 ? [] : ['sudo'];
  const isForeign = (one: number) => one !== uid && one !== 0;
  if (linkUid !== undefined && isForeign(linkUid))
    return found(
      'fail',
      `is a symbolic link of user ${linkUid}, expected one of ${expected}`,
      command(...sudo, 'chown', '-h', `${uid}`, file),
    );
  if (isForeign(owner))
    return found('fail', `belongs to user ${owner}, expected ${expected}`, command(...sudo, 'chown', `${uid}`, file));
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  if ((mode & 0o002) !== 0) return found('fail', `is writable by everybody (${octal})`, command('chmod', 'go-w', file));
  if ((mode & 0o020) !== 0) return found('warn', `is writable by its group (${octal})`, command('chmod', 'g-w', file));
  return [];
}
