// What becomes of one output file once its role's password is chosen. Pure.

import { isDeepStrictEqual } from 'node:util';
import { advise, command } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { Risk } from '../contract/risk.ts';
import type { DsnFileContent } from '../contract/step.ts';
import { inMessage, say } from '../contract/wording.ts';
import type { Standing } from '../model/standing.ts';
import type { ConnectionStrings, Endpoint, FileReading } from '../output-files/connection-string.ts';
import { type FilePair, holds, stagedSuffix } from '../output-files/file-pair.ts';
import type { Secret } from '../secrets/secret.ts';
import { shown } from '../text/shown.ts';

export interface FileDecision {
  readonly pair: FilePair;
  /**
   * `promote-and-write`: the staged file may hold the only copy of the password, so it takes its place before a staged
   * file with the right endpoint is written.
   */
  readonly act: 'keep' | 'write' | 'promote' | 'promote-and-write' | 'discard' | 'leave';
  readonly risk: Risk;
  readonly password: DsnFileContent['password'];
  /** The staged file says of this login what is wanted. */
  readonly stagedIsRight?: boolean;
  /** It goes on saying of this login what it says: nothing is sure of its password. */
  readonly isKeptAsFound?: boolean;
}

interface ChosenPassword {
  readonly source: 'new' | 'staged' | 'kept';
  readonly setsPassword: boolean;
  /** Absent while it is still to be made. */
  readonly password: Secret | undefined;
}

interface DesiredRole {
  readonly endpoint: Endpoint;
  readonly strings: ConnectionStrings;
  /** The server offers TLS. */
  readonly hasTls: boolean;
  readonly isRotated: boolean;
  readonly standing: Standing;
}

/** Whether a file is kept, written, or takes its staged twin's place, and what that risks. */
export function decideFile(
  pair: FilePair,
  desired: DesiredRole,
  { source, setsPassword, password }: ChosenPassword,
): FileDecision {
  const content = desired.strings.wanted(pair.output, desired.endpoint, pair.live);
  const liveIsRight = isRight(pair.live, content, password);
  const holdsIt = holds(pair.live, password);
  const origin = source === 'kept' && !holdsIt ? 'sibling' : source;
  const isRotation = setsPassword && desired.isRotated && desired.standing !== 'missing';
  const changes = replacing(pair, content, isRotation, desired);
  const stagedIsRight = isRight(pair.staged, content, password);
  const isShared = pair.output.connections.length > 1;
  const said = { pair, ...(isShared && { stagedIsRight }) };
  if (liveIsRight) {
    // An unset verifier leaves nothing proven, so even a needless staged file stays until the next run.
    const isKept = pair.staged.state === 'absent' || setsPassword || displacedIn(pair.staged) !== undefined;
    const act = isKept ? 'keep' : 'discard';
    return { ...said, act, risk: 'create', password: 'kept' };
  }
  const promotion = stagedIsRight
    ? 'promote'
    : holds(pair.staged, password) && !holdsIt && !isShared
      ? 'promote-and-write'
      : 'write';
  return { ...said, act: promotion, risk: changes, password: origin };
}

/** What writing over a file may lose: nobody but it may hold the password of another role's DSN. */
function replacing(
  { live, staged }: FilePair,
  content: Endpoint,
  isRotation: boolean,
  { strings, hasTls }: DesiredRole,
): Risk {
  if (displacedIn(live) !== undefined || displacedIn(staged) !== undefined) return 'destructive';
  // Before a rotation, which the role's own step asks leave for.
  if (live.state === 'present' && strings.isWeaker(live.endpoint, content, hasTls)) return 'weaken-tls';
  if (isRotation) return 'rotate';
  return live.state === 'absent' ? 'create' : 'update';
}

/** What writing over another role's file would lose. */
export function displaced({ live, staged, path, role, output }: FilePair): Diagnostic[] {
  return [
    ...displacedAt(live, path, { role, output }),
    ...displacedAt(staged, `${path}${stagedSuffix}`, { role, output }),
  ];
}

/** Another role's login in the staged file of one that is right: it may be the only copy, so no run removes it. */
export function leftStaged({ staged, path, output, role, database }: FilePair): Diagnostic[] {
  const lost = displacedIn(staged);
  const [first] = output.connections;
  if (lost === undefined || first?.role !== role || first.database !== database) return [];
  const left = `${path}${stagedSuffix}`;
  const seen = say`${{ path: left }} holds ${output.form === 'uri' ? 'the DSN of ' : ''}${lost.what}, and no run writes or removes it while ${{ path }} is right`;
  const remedy = ['if nobody needs that login any more: ', command('rm', '--', { path: left })];
  return [{ severity: 'warn', target: left, code: 'left-staged-file', ...inMessage(seen), ...advise(remedy) }];
}

function displacedAt(
  reading: FileReading,
  path: string,
  { role, output }: Pick<FilePair, 'role' | 'output'>,
): Diagnostic[] {
  const lost = displacedIn(reading);
  if (lost === undefined) return [];
  const told = { severity: 'warn', target: path } as const;
  const move = command('mv', { path }, { path: `${path}.kept` });
  if (lost.isForeign) {
    const seen = say`${{ path }} is not an output file: ${lost.what}; writing the login of ${shown(role)} there loses its content`;
    const remedy = ['name another file, or keep this one elsewhere: ', move];
    return [{ ...told, code: 'file-of-another-kind', ...inMessage(seen), ...advise(remedy) }];
  }
  const what = output.form === 'uri' ? 'the DSN of ' : '';
  const seen = say`${{ path }} holds ${what}${lost.what}; writing that of ${shown(role)} there loses it`;
  return [{ ...told, code: 'file-of-another-role', ...inMessage(seen), ...advise(['keep it: ', move]) }];
}

function displacedIn(reading: FileReading): { readonly what: string; readonly isForeign?: boolean } | undefined {
  if (reading.state === 'broken' && reading.isForeign === true) return { what: reading.reason, isForeign: true };
  const what =
    reading.state === 'broken' ? reading.holder : reading.state === 'present' ? reading.displaces : undefined;
  return what === undefined ? undefined : { what };
}

function isRight(reading: FileReading, content: Endpoint, password: Secret | undefined): boolean {
  return (
    holds(reading, password) &&
    reading.state === 'present' &&
    !reading.hasOtherOwner &&
    !reading.hasOldForm &&
    isDeepStrictEqual(reading.endpoint, content)
  );
}
