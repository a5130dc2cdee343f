// Files that hold the logins of several roles: what was decided of each alone becomes one thing that is done. Pure.
import { isDeepStrictEqual } from 'node:util';
import { type Risk, risks } from '../contract/risk.ts';
import { type FilePair, holds } from '../output-files/file-pair.ts';
import type { RoleDecision } from './decide.ts';
import type { FileDecision } from './file-decision.ts';
import { waitsForOthers } from './refusal.ts';

/** What was decided of one login of a file. */
export interface DecidedLogin {
  readonly decision: FileDecision;
  readonly of: RoleDecision;
}

/** What is done with one file: the same is decided of each of its logins. */
export interface DecidedFile extends DecidedLogin {
  /** The others that it holds. */
  readonly beside: readonly DecidedLogin[];
}

/** The files that credentials were decided of. */
export function decidedFiles(credentials: readonly RoleDecision[]): ReadonlyMap<string, DecidedFile> {
  const found = new Map<string, DecidedLogin & { readonly beside: DecidedLogin[] }>();
  for (const of of credentials) {
    for (const decision of of.files) {
      const known = found.get(decision.pair.file);
      if (known === undefined) found.set(decision.pair.file, { decision, of, beside: [] });
      else known.beside.push({ decision, of });
    }
  }
  return found;
}

/** Every login of a file. */
export function loginsOf({ beside, ...first }: DecidedFile): readonly [DecidedLogin, ...DecidedLogin[]] {
  return [first, ...beside];
}

/** The same decisions, where each file's is one. */
export function joinSharedFiles(credentials: readonly RoleDecision[]): readonly RoleDecision[] {
  const isAnyShared = credentials.some(({ files }) => files.some(({ pair }) => pair.output.connections.length > 1));
  if (!isAnyShared) return credentials;
  const joined = new Map<FileDecision, FileDecision>();
  const waiting = new Map<RoleDecision, FilePair>();
  for (const file of decidedFiles(credentials).values()) {
    const logins = loginsOf(file);
    if (logins.length > 1) joinFile(logins, joined, waiting);
  }
  return credentials.map((of) => {
    const files = of.files.map((decision) => joined.get(decision) ?? decision);
    const behind = waiting.get(of);
    if (behind === undefined) return { ...of, files };
    const told = waitsForOthers(of.role, behind.path);
    // One that services use is not replaced where a file can't follow, and a new one has to stand somewhere.
    const mayBeSet = of.replaces === undefined && files.some(({ act }) => act !== 'leave');
    if (!of.setsPassword || mayBeSet) return { ...of, files, unsettled: of.unsettled ?? told };
    const { password: _, replaces: __, ...rest } = of;
    const left = files.map((decision) => ({ ...decision, act: 'leave' as const }));
    return { ...rest, source: 'none', setsPassword: false, files: left, refusal: of.refusal ?? told };
  });
}

function joinFile(
  logins: readonly DecidedLogin[],
  joined: Map<FileDecision, FileDecision>,
  waiting: Map<RoleDecision, FilePair>,
): void {
  const left = logins.filter(({ decision }) => decision.act === 'leave');
  const acting = logins.filter(({ decision }) => decision.act !== 'leave');
  if (acting.length === 0) return;
  // Of a login that nothing is sure of the file goes on saying what it says; where that is not one thing it stays whole.
  if (!left.every(({ decision }) => saysOneThing(decision.pair))) {
    for (const { decision, of } of acting) {
      if (decision.act !== 'keep') waiting.set(of, decision.pair);
      joined.set(decision, { ...decision, act: 'leave' });
    }
    return;
  }
  const act = joinedAct(
    acting.map(({ decision }) => decision),
    left.map(({ decision }) => decision),
  );
  // A new password is asked leave for by its role's own step.
  const risk = gravest(acting.map(({ decision: { risk } }) => (risk === 'rotate' ? 'update' : risk)));
  for (const { decision } of acting) joined.set(decision, { ...decision, act, risk });
  if (act === 'keep') return;
  for (const { decision } of left) joined.set(decision, { ...decision, act, risk, isKeptAsFound: true });
}

function saysOneThing({ live, staged }: FilePair): boolean {
  return live.state === 'present' && (staged.state === 'absent' || isStagedToo({ live, staged }));
}

function isStagedToo({ live, staged }: Pick<FilePair, 'live' | 'staged'>): boolean {
  return (
    live.state === 'present' &&
    staged.state === 'present' &&
    holds(staged, live.password) &&
    isDeepStrictEqual(live.endpoint, staged.endpoint)
  );
}

function joinedAct(acting: readonly FileDecision[], left: readonly FileDecision[]): FileDecision['act'] {
  if (acting.every(({ act }) => act === 'discard')) return 'discard';
  // A password that is still to be set keeps the staged file until it is proven.
  if (acting.every(({ act }) => act === 'keep' || act === 'discard')) return 'keep';
  const isStaged = acting.every(({ stagedIsRight }) => stagedIsRight) && left.every(({ pair }) => isStagedToo(pair));
  return isStaged ? 'promote' : 'write';
}

function gravest(all: readonly Risk[]): Risk {
  return all.reduce((one, other) => (risks.indexOf(one) >= risks.indexOf(other) ? one : other));
}
