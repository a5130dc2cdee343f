// The DSN files of an apply: staged before any role changes, put in their place when the password in them is proven.
import {
  advise,
  type ConnectionString,
  type DecidedFile,
  type DecidedLogin,
  type Diagnostic,
  decidedFiles,
  discardStaged,
  type FileDecision,
  type FilePair,
  isFileStep,
  loginsOf,
  OperationError,
  type OutputDirectory,
  placesIn,
  promoteFile,
  type RoleDecision,
  reworded,
  Secret,
  type Step,
  say,
  stagedSuffix,
  stageFile,
  type WholeFile,
  wordingOf,
} from 'bus-integration-database';
import { connectionStrings } from '../output-forms/connection-strings.ts';
import type { Computed } from '../plan/intent.ts';
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
  const written = [...decidedFiles(computed.credentials).values()].filter(({ decision }) => decision.act === 'write');
  if (directory === undefined || written.length === 0) return;
  const directories = directoriesOf(directory, written);
  for (const one of directories) one.make();
  const fresh: WholeFile[] = [];
  try {
    for (const file of written) {
      const [whole, text] = [wholeOf(file), textFor(file, passwords)];
      stageFile(directory, whole, text);
      if (whole[0].staged.state === 'absent') fresh.push(asWritten(whole, text));
    }
    for (const one of directories) one.sync();
  } catch (error) {
    // Nothing else was done yet: a full disk leaves no trace.
    for (const whole of fresh) problemsOf(() => discardStaged(directory, whole));
    throw error;
  }
}

/** Those that the files stand in, each once. */
function directoriesOf(directory: OutputDirectory, files: readonly DecidedFile[]): ReadonlySet<OutputDirectory> {
  return new Set(files.map(({ decision }) => directory.place(decision.pair.output).directory));
}

function wholeOf(file: DecidedFile): WholeFile {
  const [first, ...others] = loginsOf(file);
  return [first.decision.pair, ...others.map(({ decision }) => decision.pair)];
}

function textFor(file: DecidedFile, passwords: ReadonlyMap<string, Secret>): string {
  const held = loginsOf(file).map((login) => connectionOf(login, passwords));
  return connectionStrings.write(file.decision.pair.output, held);
}

function connectionOf(
  { decision: { pair, isKeptAsFound }, of }: DecidedLogin,
  passwords: ReadonlyMap<string, Secret>,
): ConnectionString {
  const { database, role: user, live, output } = pair;
  if (isKeptAsFound && live.state === 'present')
    return { database, user, endpoint: live.endpoint, password: live.password.reveal() };
  const password = passwords.get(user);
  if (password === undefined) throw new Error(`no password for a file of role ${user}`);
  const endpoint = connectionStrings.wanted(output, of.endpoint, live);
  return { database, user, endpoint, password: password.reveal() };
}

/**
 * After everything that these roles' files wait for: proofs, then renames. Answers what the file system refused, which
 * need not keep other roles waiting.
 *
 * @param later roles whose turn comes: a file that holds their logins too waits for them
 * @throws OperationError `not-converged` where a new password can't be proven
 */
export async function settleFiles(
  staging: Staging,
  decisions: readonly RoleDecision[],
  later: ReadonlySet<string> = new Set(),
): Promise<readonly Diagnostic[]> {
  const { computed, directory, ledger, passwords, signal } = staging;
  const due = decisions.filter(({ setsPassword, files }) => setsPassword || files.some(isActedOn));
  if (directory === undefined || due.length === 0) return [];
  const stepsOf = stepsByFile(computed.steps);
  const unproven = await proveWhileLocked(staging, due);
  signal.throwIfAborted();
  const problems: Diagnostic[] = [];
  const files = filesOf(staging, due, later);
  for (const file of files) {
    const { decision } = file;
    const isProven = loginsOf(file).every(({ of }) => !unproven.has(of.role));
    // One file that can't be replaced must not keep the others old: the server has their new passwords already.
    const refusals = isProven ? problemsOf(() => settleFile(directory, file, passwords)) : [];
    problems.push(
      ...refusals.map((refusal) => (decision.act === 'discard' ? refusal : waiting(refusal, decision.pair))),
    );
    const state = !isProven ? 'unknown' : refusals.length > 0 ? 'failed' : 'applied';
    for (const step of stepsOf.get(decision.pair.file) ?? []) ledger.mark(step, state);
  }
  for (const one of directoriesOf(directory, files)) problems.push(...problemsOf(() => one.sync()));
  const [first] = unproven;
  if (first !== undefined) throw unsettledFiles([...problems, unprovenPassword(...first)]);
  return problems;
}

/** The files of these roles with which something is to be done, and which wait for no other role. */
function filesOf({ computed }: Staging, due: readonly RoleDecision[], later: ReadonlySet<string>): DecidedFile[] {
  const all = decidedFiles(computed.credentials);
  const names = due.flatMap(({ files }) => files.filter(isActedOn).map(({ pair }) => pair.file));
  return [...new Set(names)].flatMap((name) => {
    const file = all.get(name);
    return file === undefined || loginsOf(file).some(({ of }) => later.has(of.role)) ? [] : [file];
  });
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
export function filesLeftStaged({ computed, directory }: Pick<Staging, 'computed' | 'directory'>): string[] {
  if (directory === undefined) return [];
  const listed = new Map<OutputDirectory, ReadonlySet<string>>();
  try {
    return [...decidedFiles(computed.credentials)].flatMap(([file, { decision }]) => {
      const { directory: of, name } = directory.place(decision.pair.output);
      const present = listed.get(of) ?? of.names();
      listed.set(of, present);
      return present.has(name + stagedSuffix) ? [file] : [];
    });
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

function settleFile(directory: OutputDirectory, file: DecidedFile, passwords: ReadonlyMap<string, Secret>): void {
  const { act } = file.decision;
  const whole = wholeOf(file);
  if (act === 'discard') {
    discardStaged(directory, whole);
    return;
  }
  if (act === 'promote') {
    promoteFile(directory, whole);
    return;
  }
  const text = textFor(file, passwords);
  promoteFile(directory, act === 'write' ? asWritten(whole, text) : whole);
  if (act !== 'promote-and-write') return;
  for (const one of directoriesOf(directory, [file])) one.sync();
  const [first] = whole;
  stageFile(directory, [{ ...first, staged: { state: 'absent' } }], text);
  promoteFile(directory, asWritten(whole, text));
}

/** A file whose staged twin holds what this run wrote there. */
function asWritten([first, ...others]: WholeFile, text: string): WholeFile {
  const readings = connectionStrings.read(new Secret(text), first.output);
  const placeOf = placesIn(first.output);
  const read = (pair: FilePair) => ({ ...pair, staged: readings[placeOf(pair)] ?? pair.staged });
  return [read(first), ...others.map(read)];
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
