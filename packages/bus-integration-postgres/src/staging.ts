// The DSN files of an apply: staged before any role changes, put in their place when the password in them is proven.
import { OperationError, Secret, type Step } from 'bus-integration-database';
import type { Computed } from './compute.ts';
import type { RoleDecision } from './credentials.ts';
import { type DsnDirectory, listDirectory, makeDirectory, syncDirectory } from './dsn-directory.ts';
import { parseEndpoint } from './dsn-endpoint.ts';
import { discardStaged, dsnLine, promoteFile, stagedSuffix, stageFile } from './dsn-file.ts';
import type { FilePair } from './dsn-pair.ts';
import type { FileDecision } from './file-decision.ts';
import type { Ledger } from './ledger.ts';

export interface Staging {
  readonly computed: Computed;
  readonly ledger: Ledger;
  readonly passwords: ReadonlyMap<string, Secret>;
  readonly directory?: DsnDirectory | undefined;
  /** Proves the passwords that this run gave to the server; says of each that can't be proven why. */
  readonly prove: (decisions: readonly RoleDecision[]) => Promise<ReadonlyMap<string, string>>;
  /** Fails when the deployment's lock is lost: another run may be at work with the same files. */
  readonly checkLock: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Before anything changes on the server: every new content on disk, whole. */
export function stageFiles({ computed, directory, passwords }: Staging): void {
  const written = filesDoing(computed, 'write');
  if (directory === undefined || written.length === 0) return;
  makeDirectory(directory);
  const fresh: FilePair[] = [];
  try {
    for (const [decision, { pair }] of written) {
      const line = lineFor(decision, pair, passwords);
      stageFile(directory, pair, line);
      if (pair.staged.state === 'absent') fresh.push(asWritten(pair, line));
    }
    syncDirectory(directory.path);
  } catch (error) {
    // Nothing else was done yet: a full disk leaves no trace.
    for (const pair of fresh) discardStaged(directory, pair);
    throw error;
  }
}

function lineFor(decision: RoleDecision, pair: FilePair, passwords: ReadonlyMap<string, Secret>): string {
  const password = passwords.get(decision.role);
  if (password === undefined) throw new Error(`no password for a file of role ${decision.role}`);
  return dsnLine(decision.endpoint, pair, password.reveal());
}

/** After everything that these roles' files wait for: proofs, then renames. */
export async function settleFiles(staging: Staging, decisions: readonly RoleDecision[]): Promise<void> {
  const { computed, directory, ledger, passwords, signal } = staging;
  const due = decisions.filter(({ setsVerifier, files }) => setsVerifier || files.some(isActedOn));
  if (directory === undefined || due.length === 0) return;
  const stepsOf = stepsByFile(computed.steps);
  const unproven = await proveWhileLocked(staging, due);
  signal.throwIfAborted();
  let isChanged = false;
  for (const [decision, file] of due.flatMap((decision) => decision.files.map((file) => [decision, file] as const))) {
    if (!isActedOn(file)) continue;
    const state = unproven.has(decision.role) ? 'unknown' : 'applied';
    if (state === 'applied') settleFile(directory, decision, file, passwords);
    isChanged ||= state === 'applied';
    for (const step of stepsOf.get(file.pair.file) ?? []) ledger.mark(step, state);
  }
  if (isChanged) syncDirectory(directory.path);
  const [first] = unproven;
  if (first !== undefined) {
    throw new OperationError(
      'not-converged',
      `the new password of role ${first[0]} could not be proven: ${first[1]}; its staged files stay beside the old ones`,
      {
        code: 'password-unproven',
        target: first[0],
        remedy: 'fix that, then run the same command again; it continues with the same password',
      },
    );
  }
}

/** The DSN files beside which a staged file stands now, by looking; none where that can't be seen. */
export function filesLeftStaged({ computed, directory }: Staging): string[] {
  if (directory === undefined) return [];
  try {
    const present = listDirectory(directory);
    const files = computed.credentials.flatMap((decision) => decision.files.map(({ pair }) => pair.file));
    return files.filter((file) => present.has(file + stagedSuffix));
  } catch {
    return [];
  }
}

/** Both at once: neither waits for the other's round trips, and no proof is left running. */
async function proveWhileLocked(
  { prove, checkLock }: Staging,
  due: readonly RoleDecision[],
): Promise<ReadonlyMap<string, string>> {
  const changed = due.filter(({ setsVerifier }) => setsVerifier);
  const [proofs, lock] = await Promise.allSettled([prove(changed), checkLock()]);
  if (lock.status === 'rejected') throw lock.reason;
  if (proofs.status === 'rejected') throw proofs.reason;
  return proofs.value;
}

function isActedOn({ act }: FileDecision): boolean {
  return act !== 'keep' && act !== 'leave';
}

function settleFile(
  directory: DsnDirectory,
  decision: RoleDecision,
  { act, pair }: FileDecision,
  passwords: ReadonlyMap<string, Secret>,
): void {
  if (act === 'discard') {
    discardStaged(directory, pair);
    return;
  }
  const line = lineFor(decision, pair, passwords);
  promoteFile(directory, act === 'write' ? asWritten(pair, line) : pair);
  if (act !== 'promote-and-write') return;
  syncDirectory(directory.path);
  stageFile(directory, { ...pair, staged: { state: 'absent' } }, line);
  promoteFile(directory, asWritten(pair, line));
}

/** A pair whose staged file holds what this run wrote there. */
function asWritten(pair: FilePair, line: string): FilePair {
  return { ...pair, staged: parseEndpoint(new Secret(line), pair.database, pair.role) };
}

function filesDoing({ credentials }: Computed, act: FileDecision['act']): (readonly [RoleDecision, FileDecision])[] {
  return credentials.flatMap((decision) =>
    decision.files.filter((file) => file.act === act).map((file) => [decision, file] as const),
  );
}

function stepsByFile(steps: readonly Step[]): Map<string, Step[]> {
  const byFile = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.action !== 'write-dsn-file' && step.action !== 'promote-dsn-file' && step.action !== 'discard-staged-file')
      continue;
    const file = (step.after ?? step.before)?.file ?? '';
    byFile.set(file, [...(byFile.get(file) ?? []), step]);
  }
  return byFile;
}
