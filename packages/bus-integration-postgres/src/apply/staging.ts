// The DSN files of an apply: staged before any role changes, put in their place when the password in them is proven.
import {
  advise,
  type Diagnostic,
  discardStaged,
  type FileDecision,
  type FilePair,
  isFileStep,
  OperationError,
  type OutputDirectory,
  promoteFile,
  type RoleDecision,
  reworded,
  Secret,
  type Step,
  say,
  stagedSuffix,
  stageFile,
  wordingOf,
} from 'bus-integration-database';
import { connectionStrings } from '../conninfo/connection-strings.ts';
import { parseEndpoint, withAdded } from '../conninfo/dsn-endpoint.ts';
import type { Computed } from '../plan/compute.ts';
import type { Ledger } from './ledger.ts';

export interface Staging {
  readonly computed: Computed;
  readonly ledger: Ledger;
  readonly passwords: ReadonlyMap<string, Secret>;
  readonly directory?: OutputDirectory | undefined;
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
  directory.make();
  const fresh: FilePair[] = [];
  try {
    for (const [decision, { pair }] of written) {
      const line = lineFor(decision, pair, passwords);
      stageFile(directory, pair, line);
      if (pair.staged.state === 'absent') fresh.push(asWritten(pair, line));
    }
    directory.sync();
  } catch (error) {
    // Nothing else was done yet: a full disk leaves no trace.
    for (const pair of fresh) problemsOf(() => discardStaged(directory, pair));
    throw error;
  }
}

function lineFor(decision: RoleDecision, pair: FilePair, passwords: ReadonlyMap<string, Secret>): string {
  const password = passwords.get(decision.role);
  if (password === undefined) throw new Error(`no password for a file of role ${decision.role}`);
  return connectionStrings.format({
    endpoint: withAdded(decision.endpoint, pair.live),
    database: pair.database,
    user: pair.role,
    password: password.reveal(),
  });
}

/**
 * After everything that these roles' files wait for: proofs, then renames. Answers what the file system refused, which
 * need not keep other roles waiting.
 *
 * @throws OperationError `not-converged` where a new password can't be proven
 */
export async function settleFiles(
  staging: Staging,
  decisions: readonly RoleDecision[],
): Promise<readonly Diagnostic[]> {
  const { computed, directory, ledger, passwords, signal } = staging;
  const due = decisions.filter(({ setsPassword, files }) => setsPassword || files.some(isActedOn));
  if (directory === undefined || due.length === 0) return [];
  const stepsOf = stepsByFile(computed.steps);
  const unproven = await proveWhileLocked(staging, due);
  signal.throwIfAborted();
  const problems: Diagnostic[] = [];
  const files = due.flatMap((decision) => decision.files.filter(isActedOn).map((file) => [decision, file] as const));
  for (const [decision, file] of files) {
    const isProven = !unproven.has(decision.role);
    // One file that can't be replaced must not keep the others old: the server has their new passwords already.
    const refusals = isProven ? problemsOf(() => settleFile(directory, decision, file, passwords)) : [];
    problems.push(...refusals.map((refusal) => (file.act === 'discard' ? refusal : waiting(refusal, file.pair))));
    const state = !isProven ? 'unknown' : refusals.length > 0 ? 'failed' : 'applied';
    for (const step of stepsOf.get(file.pair.file) ?? []) ledger.mark(step, state);
  }
  if (files.length > 0) problems.push(...problemsOf(() => directory.sync()));
  const [first] = unproven;
  if (first !== undefined) throw unsettledFiles([...problems, unprovenPassword(...first)]);
  return problems;
}

/** The end of a run whose files could not all be settled. */
export function unsettledFiles(problems: readonly Diagnostic[]): OperationError {
  return new OperationError('not-converged', problems[0]?.message ?? '', { diagnostics: problems });
}

/** What the file system refused; nothing when it did not. */
function problemsOf(work: () => void): readonly Diagnostic[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error.diagnostics;
  }
}

function waiting(refusal: Diagnostic, { path }: FilePair): Diagnostic {
  return reworded(refusal, say`${wordingOf(refusal)}; what it is to hold is in ${{ path: `${path}${stagedSuffix}` }}`);
}

function unprovenPassword(role: string, why: string): Diagnostic {
  return {
    severity: 'fail',
    code: 'password-unproven',
    message: `the new password of role ${role} could not be proven: ${why}; its staged files stay beside the old ones`,
    target: role,
    ...advise(['fix that, then ', { kind: 'again' }, '; it continues with the same password']),
  };
}

/** The DSN files beside which a staged file stands now, by looking; none where that can't be seen. */
export function filesLeftStaged({ computed, directory }: Staging): string[] {
  if (directory === undefined) return [];
  try {
    const present = directory.names();
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
  const changed = due.filter(({ setsPassword }) => setsPassword);
  const [proofs, lock] = await Promise.allSettled([prove(changed), checkLock()]);
  if (lock.status === 'rejected') throw lock.reason;
  if (proofs.status === 'rejected') throw proofs.reason;
  return proofs.value;
}

function isActedOn({ act }: FileDecision): boolean {
  return act !== 'keep' && act !== 'leave';
}

function settleFile(
  directory: OutputDirectory,
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
  directory.sync();
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
    if (!isFileStep(step)) continue;
    const file = (step.after ?? step.before)?.file ?? '';
    byFile.set(file, [...(byFile.get(file) ?? []), step]);
  }
  return byFile;
}
