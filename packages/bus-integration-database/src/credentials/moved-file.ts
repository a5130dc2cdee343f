// A file whose name follows the number of login roles: once that changes, what stands under the earlier name is still read
// by services that were told it. Pure.
import { advise, command } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { inMessage, say } from '../contract/wording.ts';
import type { FilePair } from '../output-files/file-pair.ts';
import { shown } from '../text/shown.ts';

/** As long as the earlier file holds the login. */
export function movedFile({ left, path, role }: FilePair): Diagnostic[] {
  if (left === undefined) return [];
  const [before, now] = [{ path: left.path }, { path }];
  const seen = say`the file of role ${shown(role)} is ${now}; services that read ${before} have to move to it: nothing keeps ${before} up to date, and the role's password can't be rotated until it is gone`;
  const remedy = ['point those services at ', { kind: 'path', path } as const, ', then ', command('rm', '--', before)];
  return [{ severity: 'warn', code: 'dsn-file-moved', target: path, ...inMessage(seen), ...advise(remedy) }];
}
