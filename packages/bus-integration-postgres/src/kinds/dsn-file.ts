// DSN files, one for each login. Which password a role has or gets, and what becomes of its files, is decided of all its
// files together (credentials/decide.ts); here each file is a difference and its steps.
import {
  type DecidedFile,
  type DecidedLogin,
  type Endpoint,
  type FileAction,
  type FileReading,
  fileSteps,
  holds,
  loginsOf,
  type StrayFile,
} from 'bus-integration-database';
import { isWantedServer } from '../conninfo/dsn-endpoint.ts';
import type { Remains } from '../observe/remains.ts';
import { connectionStrings } from '../output-forms/connection-strings.ts';
import { printable, shown } from '../text/shown.ts';
import { type Kind, type Meanings, meanings, type StepsOfKind } from './kind/kind.ts';
import { passwordState, passwordWord } from './kind/kind-words.ts';

export interface DsnFile {
  readonly kind: 'dsn-file';
  /** Its name inside the output directory, or its path. */
  readonly file: string;
  readonly database: string;
  readonly role: string;
  /** What it says beside the password; absent where it can't be read as a DSN. */
  readonly endpoint?: Endpoint;
  /** Its password is the one that its role has, or gets. */
  readonly holdsPassword: boolean;
  /** The same of the other logins that it holds. */
  readonly beside?: readonly Pick<DsnFile, 'database' | 'role' | 'endpoint' | 'holdsPassword'>[];
  /** It has its owner, and the form that every client reads. */
  readonly isInOrder: boolean;
  readonly hasStaged: boolean;
}

/** What a login's file is to be. */
export function desiredFile(decided: DecidedFile): DsnFile {
  const { pair, act } = decided.decision;
  const { file, staged } = pair;
  // An unset verifier leaves nothing proven, so even a needless staged file stays until the next run.
  const hasStaged = act === 'keep' && staged.state !== 'absent';
  const login = ({ decision, of }: DecidedLogin) => {
    if (decision.act === 'leave' || decision.isKeptAsFound) return foundLogin({ decision, of });
    const { database, role, live, output } = decision.pair;
    const endpoint = connectionStrings.wanted(output, of.endpoint, live);
    return { database, role, endpoint, holdsPassword: true };
  };
  return { kind: 'dsn-file', file, ...login(decided), ...besidePart(decided, login), isInOrder: true, hasStaged };
}

function besidePart(
  { beside }: DecidedFile,
  login: (of: DecidedLogin) => NonNullable<DsnFile['beside']>[number],
): Pick<DsnFile, 'beside'> {
  return beside.length === 0 ? {} : { beside: beside.map(login) };
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
    if (decided !== undefined) {
      const logins = loginsOf(decided);
      return (
        logins.some(({ decision }) => decision.act !== 'leave') &&
        logins.every(({ decision }) => databases.get(decision.pair.database) !== 'refused')
      );
    }
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
              ...(after.form === undefined ? [] : [`form ${after.form}`]),
              `${shown(after.role)}@${after.endpoint.host}:${after.endpoint.port}`,
              ...(after.beside === undefined
                ? []
                : [`${after.beside.length} more login${after.beside.length === 1 ? '' : 's'}`]),
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

  status: ({ file }, { pairsIn, proofs, isDrifting }) => ({
    dsn_files: pairsIn(file).map((pair) => {
      const { path, database, role, live, output } = pair;
      const changed = isDrifting(path) ? ('outdated' as const) : ('current' as const);
      const state = live.state === 'absent' ? ('missing' as const) : live.state === 'broken' ? live.state : changed;
      const form = output.form === 'uri' ? {} : { form: output.form };
      return { path, ...form, database, role, state, password: passwordState(pair, proofs) };
    }),
  }),
};

/** Of this server, and neither the role nor the database is somebody else's: all others may be in use. */
export function isFileOfOurs(
  { server, role, database, beside = [] }: Omit<StrayFile, 'name'>,
  remains: Remains,
  endpoint: Endpoint,
): boolean {
  if (!beside.every((login) => isFileOfOurs(login, remains, endpoint))) return false;
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

/** A file as it was read, with its staged twin; undefined where there is neither. */
function found(decided: DecidedFile): DsnFile | undefined {
  const { file, live, staged } = decided.decision.pair;
  if (live.state === 'absent' && staged.state === 'absent') return undefined;
  return {
    kind: 'dsn-file',
    file,
    ...foundLogin(decided),
    ...besidePart(decided, foundLogin),
    isInOrder: loginsOf(decided).every(({ decision }) => isInOrder(decision.pair.live)),
    hasStaged: staged.state !== 'absent',
  };
}

function isInOrder(live: FileReading): boolean {
  return live.state === 'present' && !live.hasOtherOwner && !live.hasOldForm;
}

function foundLogin({ decision: { pair }, of }: DecidedLogin) {
  const { database, role, live } = pair;
  const read = live.state === 'present' ? { endpoint: live.endpoint } : {};
  return { database, role, ...read, holdsPassword: holds(live, of.password) };
}

function stray({ name, role, database, server }: StrayFile): DsnFile {
  const read = { endpoint: server, holdsPassword: false, isInOrder: true, hasStaged: false };
  return { kind: 'dsn-file', file: name, database, role, ...read };
}

function steps(decided: DecidedFile | undefined): Meanings<StepsOfKind<typeof registered, FileAction>> {
  if (decided === undefined) return meanings([]);
  const { decision, of, beside } = decided;
  const others = beside.map((login) => login.decision);
  const bare = fileSteps(decision, of.endpoint, connectionStrings, others);
  return meanings(bare.map((step) => ({ step })));
}

/** `host old → new`, `sslmode verify-full → disable`: whatever a file says otherwise than before. */
function endpointChanges(before: Endpoint, after: Endpoint): string[] {
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keywords
    .filter((keyword) => before[keyword] !== after[keyword])
    .map((keyword) => `${keyword} ${printable(before[keyword] ?? 'unset')} → ${printable(after[keyword] ?? 'unset')}`);
}
