// Whether somebody else may write a manifest: what it declares is then what that user wants. Pure.
import { advise, command } from '../../contract/remedy.ts';
import type { Diagnostic } from '../../contract/response.ts';
import { printable } from '../../text/printable.ts';

/** A warning of each of it; none where only `uid` and root may. */
export function ownerWarnings(
  { uid: owner, mode }: { readonly uid: number; readonly mode: number },
  file: string,
  uid: number | undefined,
): readonly Diagnostic[] {
  const warning = (seen: string, remedy: ReturnType<typeof command>): Diagnostic => ({
    severity: 'warn',
    code: 'manifest-owner',
    message: `${printable(file)} ${seen}`,
    target: file,
    ...advise(remedy),
  });
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  const isForeign = uid !== undefined && owner !== uid && owner !== 0;
  return [
    ...(isForeign
      ? [
          warning(
            `belongs to user ${owner}, expected ${uid === 0 ? 'root' : `user ${uid} or root`}`,
            command(...(uid === 0 ? [] : ['sudo']), 'chown', `${uid}`, { path: file }),
          ),
        ]
      : []),
    ...((mode & 0o002) === 0
      ? []
      : [warning(`is writable by everybody (${octal})`, command('chmod', 'go-w', { path: file }))]),
  ];
}
