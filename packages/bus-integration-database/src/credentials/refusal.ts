// Why a role's password or its files can't be settled, and what would settle them. Pure.
import { advise, command, type Remedy } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { nextCommand } from '../model/advice.ts';
import type { Refusal } from '../model/standing.ts';
import type { FilePair, LeftFile } from '../output-files/file-pair.ts';
import { some } from '../text/list.ts';
import { printable } from '../text/printable.ts';
import { shown } from '../text/shown.ts';
import type { DesiredCredentials, LoginBlock, Proof } from './desired-credentials.ts';

/** A file that would be written is another server's. */
export function otherServers({ role, standing }: DesiredCredentials, { path }: FilePair): Refusal {
  const why = standing === 'missing' ? 'does not exist on this one' : 'has another password on this one';
  return unsafe({
    code: 'foreign-dsn-file',
    message: `${path} is for another server, and role ${shown(role)} ${why}`,
    target: path,
    remedy:
      'keep that file for the server it belongs to: mv it away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
  });
}

/** Whoever wrote the file, or reads the repository, could log in as a role that is about to be made. */
export function doubtfulPassword({ role }: DesiredCredentials, { path, isTracked = false }: FilePair): Refusal {
  const why = isTracked
    ? 'git tracks that file, so that whoever reads the repository has the password'
    : 'that password was not made here: it may be weak, or chosen by whoever wrote the file';
  const next = rotationOf({ role });
  return unsafe({
    code: isTracked ? 'password-in-git' : 'password-by-hand',
    message: `role ${shown(role)} does not exist and would get the password that ${path} holds; ${why}`,
    target: printable(role),
    needs: { rotate: [role] },
    remedy: isTracked
      ? ['take it out of git: ', command('git', 'rm', '--cached', '--', { path }), ', then make a new password: ', next]
      : ['make a new password: ', next],
  });
}

export function nothingToRotate({ role }: DesiredCredentials): Refusal {
  return unsafe({
    code: 'nothing-to-rotate',
    message: `role ${shown(role)} has no DSN file that could hold a new password`,
    target: role,
    remedy: 'declare a database for it in BUS_DATABASE_NAMES',
  });
}

/** No new password could be proven, and none would let its services in. */
export function rotationBlocked({ role }: DesiredCredentials, { code, seen, remedy }: LoginBlock): Refusal {
  return unsafe({
    code,
    message: `${seen}: no new password of role ${shown(role)} could be proven`,
    target: printable(role),
    remedy,
  });
}

/** Services that read the file's earlier name would be left with the old password. */
export function rotationBesideLeft({ role }: DesiredCredentials, { path }: FilePair, left: LeftFile): Refusal {
  return unsafe({
    code: 'rotation-beside-left-file',
    message: `${left.path} holds the login of role ${shown(role)} too, and a rotation writes ${path} only: services that read ${left.path} could not log in afterwards`,
    target: printable(role),
    remedy: [
      `point those services at ${path}, then `,
      command('rm', '--', { path: left.path }),
      ', then ',
      { kind: 'again' },
    ],
  });
}

/** The server refuses every password. */
export function loginBlocked(desired: DesiredCredentials, { code, seen, remedy }: LoginBlock): Refusal {
  const message = `${seen}: whether the password in ${pathsOf(desired)} is right can't be seen`;
  return unsafe({ code, message, target: printable(desired.role), remedy });
}

/** A file that holds its login too can't be written. */
export function waitsForOthers(role: string, path: string): Refusal {
  const told = unsafe({
    code: 'file-of-several',
    message: `${path} can't be given the password of role ${shown(role)}: it holds logins of other roles too, whose passwords are not proven`,
    target: printable(role),
    remedy: ['settle those first, or give each role a file of its own under outputs; then ', { kind: 'again' }],
  });
  return { ...told, errorClass: 'not-converged' };
}

/** No file holds one. */
export function passwordLost(desired: DesiredCredentials): Refusal {
  const { role, pairs } = desired;
  const broken = pairs.find(({ live }) => live.state === 'broken');
  const why = broken?.live.state === 'broken' ? ` (${broken.path}: ${broken.live.reason})` : '';
  const message = `role ${shown(role)} exists and no file holds its password${why}`;
  return untilRotated(desired, 'password-lost', message, pairs[0]?.path ?? 'its DSN file');
}

/** The server has another one than the files. */
export function passwordWrong(desired: DesiredCredentials): Refusal {
  const message = `the password in ${pathsOf(desired)} is not that of role ${shown(desired.role)}`;
  return untilRotated(desired, 'password-wrong', message, 'the right files');
}

/** The server refused a login with it, and may have had another reason. */
export function passwordRefused(desired: DesiredCredentials, proof: Proof): Refusal {
  const refusal = untilRotated(desired, 'password-unproven', unprovenText(desired, proof), 'the right files');
  return { ...refusal, errorClass: 'not-converged' };
}

/** It could not be tried. */
export function passwordUnproven(desired: DesiredCredentials, proof: Proof): Omit<Diagnostic, 'severity'> {
  return {
    code: 'password-unproven',
    message: unprovenText(desired, proof),
    target: desired.role,
    ...advise(
      desired.block?.remedy ??
        desired.unprovable ?? [
          'fix that and ',
          { kind: 'again' },
          ', or make a new password (breaks whoever has the old one): ',
          rotationOf(desired),
        ],
    ),
  };
}

function unprovenText(desired: DesiredCredentials, { reason = 'it was not tried' }: Proof): string {
  return `the password in ${pathsOf(desired)} could be neither proven nor disproven: ${reason}; every file stays as it is`;
}

/** What the right files would settle, and else a new password. */
function untilRotated(desired: DesiredCredentials, code: string, message: string, files: string): Refusal {
  if (desired.unprovable !== undefined)
    return unsafe({
      code,
      message: `${message}; bring ${files} from the host that applied last (a new password could not be proven here as it is)`,
      target: desired.role,
      remedy: desired.unprovable,
    });
  return unsafe({
    code,
    message: `${message}; bring ${files} from the host that applied last, or make a new password, which breaks whoever has the old one`,
    target: desired.role,
    needs: { rotate: [desired.role] },
    remedy: rotationOf(desired),
  });
}

function rotationOf({ role }: Pick<DesiredCredentials, 'role'>): Remedy {
  return nextCommand('apply', { allow: [], adopt: false, rotate: [role] });
}

/** What is refused, and what would settle it. */
type Said = Omit<Refusal, 'severity' | 'errorClass' | 'remedy' | 'advice'> & { readonly remedy: Remedy };

function unsafe({ remedy, ...said }: Said): Refusal {
  return { severity: 'fail', errorClass: 'unsafe', ...said, ...advise(remedy) };
}

function pathsOf({ pairs }: DesiredCredentials): string {
  const held = pairs.filter(({ live, staged }) => live.state === 'present' || staged.state === 'present');
  const paths = held.map(({ path, live }) => (live.state === 'present' ? path : `${path} (staged)`));
  return paths.length === 0 ? 'no file' : some(paths, 1);
}
