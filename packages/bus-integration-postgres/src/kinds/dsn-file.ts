// DSN files, one for each login. Which password a role has or gets, and what becomes of its files, is decided of all its
// files together (credentials/decide.ts); here each file is a difference and its steps.
import {
  type Endpoint,
  type FileAction,
  fileSteps,
  holds,
  type RoleDecision,
  type StrayFile,
} from 'bus-integration-database';
import { connectionStrings } from '../conninfo/connection-strings.ts';
import { isWantedServer } from '../conninfo/dsn-endpoint.ts';
import type { Remains } from '../observe/remains.ts';
import { printable, shown } from '../text/shown.ts';
import { type DecidedFile, type Kind, type Meanings, meanings, type StepsOfKind } from './kind.ts';
import { passwordWord } from './kind-words.ts';
import { passwordState } from './role.ts';

export interface DsnFile {
  readonly kind: 'dsn-file';
  /** Its name inside the output directory. */
  readonly file: string;
  readonly database: string;
  readonly role: string;
  /** What it says beside the password; absent where it can't be read as a DSN. */
  readonly endpoint?: Endpoint;
  /** Its password is the one that its role has, or gets. */
  readonly holdsPassword: boolean;
  /** It has its owner, and the form that every client reads. */
  readonly isInOrder: boolean;
  readonly hasStaged: boolean;
}

/** The files that credentials were decided of, by name. */
export function decidedFiles(credentials: readonly RoleDecision[]): ReadonlyMap<string, DecidedFile> {
  return new Map(credentials.flatMap((of) => of.files.map((decision) => [decision.pair.file, { decision, of }])));
}

/** What a login's file is to be. */
export function desiredFile({ decision: { pair, act }, of }: DecidedFile): DsnFile {
  const { file, database, role, live, staged } = pair;
  // An unset verifier leaves nothing proven, so even a needless staged file stays until the next run.
  const hasStaged = act === 'keep' && staged.state !== 'absent';
  const endpoint = connectionStrings.withAdded(of.endpoint, live);
  return { kind: 'dsn-file', file, database, role, endpoint, holdsPassword: true, isInOrder: true, hasStaged };
}

/** The first floor's own steps: it makes them, so nothing is registered of them. */
const registered = {};

/** No server has a part in it. */
const doesNothingThere = { statements: () => [], lacks: () => [], changes: () => undefined };

export const dsnFile: Kind<DsnFile, typeof registered, FileAction> = {
  registered,
  identity: ({ file }) => [file],
  database: ({ database }) => database,

  isManaged: ({ file, role, database, endpoint }, { files, databases, seen: { remains }, serviceEndpoint }) => {
    const decided = files.get(file);
    if (decided !== undefined) return decided.decision.act !== 'leave' && databases.get(database) !== 'refused';
    if (remains === undefined || endpoint === undefined) return false;
    return isFileOfOurs({ role, database, server: endpoint }, remains, serviceEndpoint);
  },

  observed: ({ files, seen }) => [
    ...[...files.values()].flatMap((decided) => found(decided) ?? []),
    ...(seen.remains?.files ?? []).map(stray),
  ],

  made: ({ file }, { files }) => steps(files.get(file)),
  changed: (_, { file }, { files }) => steps(files.get(file)),
  gone: () => [{ leftover: 'dsn-file' }],

  // What is worth telling was found when it was decided.
  findings: () => [],

  actions: {
    'write-dsn-file': {
      place: 'file',
      summary: ({ before, after }) =>
        after === undefined
          ? ''
          : [
              `${shown(after.role)}@${after.endpoint.host}:${after.endpoint.port}`,
              ...(before?.endpoint === undefined ? [] : endpointChanges(before.endpoint, after.endpoint)),
              ...(before?.old_form ? ['written as every client reads it'] : []),
              passwordWord(after.password),
            ].join(', '),
      rotates: ({ after }) => after?.role,
      ...doesNothingThere,
    },
    'promote-dsn-file': {
      place: 'file',
      summary: ({ after }) => `staged file of ${shown(after?.role ?? '')} takes its place`,
      ...doesNothingThere,
    },
    'discard-staged-file': {
      place: 'file',
      summary: () => 'staged file that is not needed',
      ...doesNothingThere,
    },
  },

  status: ({ file }, { pairOf, proofs, isDrifting }) => {
    const pair = pairOf(file);
    if (pair === undefined) return {};
    const { path, database, role, live } = pair;
    const changed = isDrifting(path) ? 'outdated' : 'current';
    const state = live.state === 'absent' ? 'missing' : live.state === 'broken' ? 'broken' : changed;
    return { dsn_files: { path, database, role, state, password: passwordState(pair, proofs) } };
  },
};

/** Of this server, and neither the role nor the database is somebody else's: all others may be in use. */
export function isFileOfOurs(
  { server, role, database }: Omit<StrayFile, 'name'>,
  remains: Remains,
  endpoint: Endpoint,
): boolean {
  if (!isWantedServer(endpoint, server)) return false;
  const isLeft =
    remains.roles.some(({ name }) => name === role) ||
    remains.databases.some(({ name, isCredible }) => isCredible && name === database);
  return (
    isLeft ||
    !(
      remains.namedRoles.some(({ name, isOurs: ours }) => !ours && name === role) ||
      remains.namedDatabases.some(({ name, isOurs: ours }) => !ours && name === database) ||
      remains.databases.some(({ name, isCredible }) => !isCredible && name === database)
    )
  );
}

/** A login's file as it was read, with its staged twin; undefined where there is neither. */
function found({ decision: { pair }, of }: DecidedFile): DsnFile | undefined {
  const { file, database, role, live, staged } = pair;
  if (live.state === 'absent' && staged.state === 'absent') return undefined;
  return {
    kind: 'dsn-file',
    file,
    database,
    role,
    ...(live.state === 'present' && { endpoint: live.endpoint }),
    holdsPassword: holds(live, of.password),
    isInOrder: live.state === 'present' && !live.hasOtherOwner && !live.hasOldForm,
    hasStaged: staged.state !== 'absent',
  };
}

function stray({ name, role, database, server }: StrayFile): DsnFile {
  const read = { endpoint: server, holdsPassword: false, isInOrder: true, hasStaged: false };
  return { kind: 'dsn-file', file: name, database, role, ...read };
}

function steps(decided: DecidedFile | undefined): Meanings<StepsOfKind<typeof registered, FileAction>> {
  const bare = decided === undefined ? [] : fileSteps(decided.decision, decided.of.endpoint, connectionStrings);
  return meanings(bare.map((step) => ({ step })));
}

/** `host old → new`, `sslmode verify-full → disable`: whatever a file says otherwise than before. */
function endpointChanges(before: Endpoint, after: Endpoint): string[] {
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keywords
    .filter((keyword) => before[keyword] !== after[keyword])
    .map((keyword) => `${keyword} ${printable(before[keyword] ?? 'unset')} → ${printable(after[keyword] ?? 'unset')}`);
}
