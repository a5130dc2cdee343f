// Which password each role has or gets, and what becomes of its output files. Pure: what the files hold and which
// passwords are proven come in, decisions come out. No password is ever lost: a file's proven password is replaced
// only by a rotation, and a staged one is dropped only when the live one is proven.

import { createHash } from 'node:crypto';
import { advise } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { ownCommand } from '../model/map-advice.ts';
import type { Refusal } from '../model/standing.ts';
import type { Endpoint } from '../output-files/connection-string.ts';
import { candidatePasswords, type FilePair, holds, passwordsIn } from '../output-files/file-pair.ts';
import type { Secret } from '../secrets/secret.ts';
import { printable } from '../text/printable.ts';
import { shown } from '../text/shown.ts';
import type { DesiredCredentials, LoginBlock, Proof } from './desired-credentials.ts';
import { decideFile, displaced, type FileDecision, leftStaged } from './file-decision.ts';
import { movedFile } from './moved-file.ts';
import {
  doubtfulPassword,
  loginBlocked,
  nothingToRotate,
  otherServers,
  passwordLost,
  passwordRefused,
  passwordUnproven,
  passwordWrong,
  rotationBesideLeft,
  rotationBlocked,
} from './refusal.ts';

/** What is known of a role's candidate passwords; a password that was never tried is unknown. */
export type Proofs = (role: string, password: Secret) => Proof;

export interface RoleDecision {
  readonly role: string;
  /** What its files say beside the password. */
  readonly endpoint: Endpoint;
  /** `none`: no file wants it; `unproven`: left alone, since nothing is sure. */
  readonly source: 'new' | 'staged' | 'kept' | 'none' | 'unproven';
  /** Absent for `new` (made when it is needed), `none` and `unproven`. */
  readonly password?: Secret;
  /** The server must be given this password. */
  readonly setsPassword: boolean;
  /** Names the password that a rotation replaces, so that a saved plan rotates once; tells nothing of it. */
  readonly replaces?: string;
  readonly files: readonly FileDecision[];
  /** Why nothing at all may be done. */
  readonly refusal?: Refusal;
  /** Why its files can't be settled now; nothing else need wait for that. */
  readonly unsettled?: Refusal;
  readonly findings: readonly Diagnostic[];
}

/** The code of a finding: the server has a role's new password, its files don't. */
export const rotationUnfinished = 'rotation-unfinished';

export function decideCredentials(desired: DesiredCredentials, proofs: Proofs): RoleDecision {
  if (desired.standing === 'refused') return undecided(desired, 'none');
  if (desired.pairs.length === 0)
    return desired.isRotated ? refusedDecision(desired, nothingToRotate(desired)) : undecided(desired, 'none');
  const decision = decide(desired, proofs);
  const elsewhere = fileOfAnotherServer(decision, desired, proofs);
  if (elsewhere !== undefined) return refusedDecision(desired, otherServers(desired, elsewhere));
  const doubtful = doubtfulFile(decision, desired);
  if (doubtful === undefined) return decision;
  return desired.isRotated
    ? withPassword(desired, 'new', true)
    : refusedDecision(desired, doubtfulPassword(desired, doubtful));
}

/** A file whose password a new role would get, though somebody else may have chosen or read it. */
function doubtfulFile({ password }: RoleDecision, { standing, pairs }: DesiredCredentials): FilePair | undefined {
  if (standing !== 'missing' || password === undefined) return undefined;
  const holders = pairs.filter((pair) => passwordsOf(pair).some((one) => one.reveal() === password.reveal()));
  return holders.find(({ isTracked }) => isTracked) ?? (isOwnForm(password) ? undefined : holders[0]);
}

function passwordsOf(pair: FilePair): Secret[] {
  return candidatePasswords([pair]);
}

/** As passwords are made here: 256 bits, which nobody guesses. */
function isOwnForm(password: Secret): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(password.reveal());
}

function decide(desired: DesiredCredentials, proofs: Proofs): RoleDecision {
  if (desired.standing === 'missing')
    return desired.block === undefined
      ? decideForNewRole(desired)
      : refusedDecision(desired, rotationBlocked(desired, desired.block));
  if (desired.isRotated) return decideRotation(desired, proofs);
  // Made when nothing had to log in: it gets its first password now.
  if (desired.hasNoPassword && candidatePasswords(desired.pairs).length === 0)
    return withPassword(desired, 'new', true);
  return decideForKnownRole(desired, proofs);
}

/** A file that names another host or port, whose password is neither the role's here nor chosen: it belongs elsewhere. */
function fileOfAnotherServer(
  { password, files }: RoleDecision,
  desired: DesiredCredentials,
  proofs: Proofs,
): FilePair | undefined {
  const written = files.filter(({ act }) => act !== 'leave');
  return written.find(({ pair: { live, output } }) => {
    const wanted = () => desired.strings.wanted(output, desired.endpoint, live);
    if (live.state !== 'present' || desired.strings.isSameServer(live.endpoint, wanted())) return false;
    if (desired.standing === 'missing') return true;
    return !holds(live, password) && proofs(desired.role, live.password).state !== 'proven';
  })?.pair;
}

function decideForNewRole(desired: DesiredCredentials): RoleDecision {
  const staged = passwordsIn(desired.pairs, 'staged')[0];
  if (staged !== undefined) return withPassword(desired, 'staged', true, staged);
  // The server lost a role whose files stand: what services hold goes on working.
  const live = passwordsIn(desired.pairs, 'live')[0];
  return live === undefined ? withPassword(desired, 'new', true) : withPassword(desired, 'kept', true, live);
}

function decideRotation(desired: DesiredCredentials, proofs: Proofs): RoleDecision {
  // A twin that differs from its own file is of an unfinished rotation, even where another file has the new password.
  const staged = desired.pairs.flatMap((pair) =>
    pair.staged.state === 'present' && !holds(pair.live, pair.staged.password) ? [pair.staged.password] : [],
  );
  const committed = staged.find((password) => proofs(desired.role, password).state === 'proven');
  if (committed !== undefined) return finishing(withPassword(desired, 'staged', false, committed), desired, committed);
  if (isBlocked(desired)) return refusedDecision(desired, rotationBlocked(desired, desired.block));
  const moved = desired.pairs.find(({ left }) => left !== undefined);
  if (moved?.left !== undefined) return refusedDecision(desired, rotationBesideLeft(desired, moved, moved.left));
  // A rotation that was begun made its password itself.
  const begun = staged.find(isOwnForm);
  const replaces = fingerprint(passwordsIn(desired.pairs, 'live')[0]);
  const decision =
    begun === undefined ? withPassword(desired, 'new', true) : withPassword(desired, 'staged', true, begun);
  return { ...decision, replaces };
}

/** The server has the staged password already, while services still log in with what their files held before. */
function finishing(decision: RoleDecision, { role, pairs }: DesiredCredentials, proven: Secret): RoleDecision {
  const behind = pairs.filter(
    ({ live, staged }) => holds(staged, proven) && live.state === 'present' && !holds(live, proven),
  );
  if (behind.length === 0) return decision;
  const files = behind.length === 1 ? `${behind[0]?.path} still holds` : `${behind.length} of its files still hold`;
  const finding: Diagnostic = {
    severity: 'warn',
    code: rotationUnfinished,
    message: `a rotation of role ${shown(role)} was cut off: the server has the new password, ${files} the old one, with which no service can log in; apply puts the staged files in place`,
    target: printable(role),
    ...advise(ownCommand('apply')),
  };
  return { ...decision, findings: [...decision.findings, finding] };
}

/** One way, and only of passwords made here: their 256 bits can't be guessed back. */
function fingerprint(password: Secret | undefined): string {
  if (password === undefined) return 'none';
  return isOwnForm(password)
    ? createHash('sha256').update(password.reveal()).digest('hex').slice(0, 16)
    : 'given by hand';
}

function decideForKnownRole(desired: DesiredCredentials, proofs: Proofs): RoleDecision {
  const candidates = candidatePasswords(desired.pairs);
  const proven = candidates.find((password) => proofs(desired.role, password).state === 'proven');
  if (proven !== undefined) {
    const isStagedOnly = !passwordsIn(desired.pairs, 'live').some((password) => password.reveal() === proven.reveal());
    return finishing(withPassword(desired, isStagedOnly ? 'staged' : 'kept', false, proven), desired, proven);
  }
  if (candidates.length === 0) return refusedDecision(desired, passwordLost(desired));
  const unknown = candidates.map((password) => proofs(desired.role, password)).find(({ state }) => state === 'unknown');
  const isRefused = unknown === undefined ? desired.isProvenWithoutLogin !== true : unknown.isRefused;
  if (isRefused && isBlocked(desired)) return refusedDecision(desired, loginBlocked(desired, desired.block));
  // It is seen once the role may log in.
  if (isRefused && desired.block !== undefined)
    return unproven(desired, { state: 'unknown', reason: desired.block.seen });
  if (unknown === undefined) return refusedDecision(desired, passwordWrong(desired));
  return unknown.isRefused
    ? refusedDecision(desired, passwordRefused(desired, unknown), 'unproven')
    : unproven(desired, unknown);
}

function isBlocked(desired: DesiredCredentials): desired is DesiredCredentials & { readonly block: LoginBlock } {
  return desired.block !== undefined && desired.block.isLifted !== true;
}

/** Nothing is sure, so nothing is touched. That is a failure where a file is wanted that can't be made like this. */
function unproven(desired: DesiredCredentials, proof: Proof): RoleDecision {
  const told = passwordUnproven(desired, proof);
  const isComplete = desired.pairs.every(
    ({ live, staged, output }) =>
      live.state === 'present' &&
      staged.state === 'absent' &&
      desired.strings.isServing(live.endpoint, desired.strings.wanted(output, desired.endpoint, live)),
  );
  if (isComplete) return undecided(desired, 'unproven', [{ severity: 'warn', ...told }]);
  const unsettled: Refusal = { severity: 'fail', errorClass: 'not-converged', ...told };
  return { ...undecided(desired, 'unproven'), unsettled };
}

function withPassword(
  desired: DesiredCredentials,
  source: 'new' | 'staged' | 'kept',
  setsPassword: boolean,
  password?: Secret,
): RoleDecision {
  const files = desired.pairs.map((pair) => decideFile(pair, desired, { source, setsPassword, password }));
  return {
    role: desired.role,
    endpoint: desired.endpoint,
    source,
    setsPassword,
    files,
    findings: files.flatMap(({ pair, act }) => [
      ...(act === 'keep' ? leftStaged(pair) : displaced(pair)),
      ...movedFile(pair),
    ]),
    ...(password !== undefined && { password }),
  };
}

function undecided(
  desired: DesiredCredentials,
  source: 'none' | 'unproven',
  findings: readonly Diagnostic[] = [],
): RoleDecision {
  const files = desired.pairs.map((pair): FileDecision => ({ pair, act: 'leave', risk: 'create', password: 'kept' }));
  return { role: desired.role, endpoint: desired.endpoint, source, setsPassword: false, files, findings };
}

function refusedDecision(
  desired: DesiredCredentials,
  refusal: Refusal,
  source: 'none' | 'unproven' = 'none',
): RoleDecision {
  return { ...undecided(desired, source), refusal };
}
