// What there is beside what is declared, for people: a line a role and a database, the drift as steps, what is left over.
import {
  count,
  type DatabaseStatus,
  type DsnFileStatus,
  isMutating,
  nameList,
  printable,
  type Response,
  type RoleStatus,
} from 'bus-integration-database';
import { sizeText } from '../command-line/figures.ts';
import { leftoverLines } from './text-leftovers.ts';
import { deploymentLines } from './text-plan.ts';
import { stepLines } from './text-step.ts';
import { headLines, onwardLines, type View, verdictLines } from './view.ts';

export function statusText(response: Response, view: View): string[] {
  const { roles = [], databases = [], dsn_files = [], drift = [] } = response;
  const files = wholeFiles(dsn_files);
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  const differing = drift.filter(isMutating);
  return [
    ...headLines(response, view),
    ...deploymentLines(response),
    ...table([
      ...roles.map((role) => ['role', printable(role.name), roleText(role, dsn_files)]),
      ...databases.map((database) => ['database', printable(database.name), ...databaseCells(database, response)]),
      ...files.filter(isBad).map((file) => ['file', printable(file.path), fileText(file)]),
    ]),
    ...goodFilesLine(files),
    driftLine(differing.length, failures.length),
    ...stepLines(differing, view),
    ...leftoverLines(response, view),
    ...verdictLines(failures, 'apply would refuse', view),
    ...(differing.length === 0 || failures.length > 0 ? [] : onwardLines(response, view.commandLine('plan'), view)),
  ];
}

/** Where apply would refuse, there is no step that fixes it, and yet it is not as declared. */
function driftLine(steps: number, refusals: number): string {
  if (steps === 0 && refusals === 0) return 'drift: none';
  const refused = refusals === 0 ? [] : [`${count(refusals, 'thing')} that apply would refuse`];
  return `drift: ${[...(steps === 0 ? [] : [count(steps, 'step')]), ...refused].join(', ')}`;
}

function roleText(role: RoleStatus, files: readonly DsnFileStatus[]): string {
  const own = wholeFiles(files.filter(({ role: owner }) => owner === role.name));
  const proven = own.filter(({ password }) => password === 'proven').length;
  const words = [
    ...(role.state === 'ours' ? [] : [stateWords[role.state]]),
    ...loginWords(role),
    ...(role.has_expired ? ['password expired'] : []),
    ...(role.valid_until === undefined || role.has_expired
      ? []
      : [`valid until ${printable(role.valid_until.replace(/\.0+Z$/, 'Z'))}`]),
    ...(role.password === undefined ? [] : [passwordText(role.password, proven, own.length)]),
  ];
  return words.join(', ');
}

/** What logs in as nobody is a group: it has no sessions, and no password in a file. */
function loginWords({ can_login, password, connections, connection_limit }: RoleStatus): string[] {
  if (can_login === false && password === undefined) return ['group'];
  const used = connections === undefined ? [] : [usedText(connections, connection_limit)];
  return [...(can_login === undefined ? [] : [can_login ? 'login' : 'no login']), ...used];
}

/** `3 connections`, `3 of 40 connections`. */
function usedText(connections: number, limit: number | undefined): string {
  return limit === undefined ? count(connections, 'connection') : `${connections} of ${count(limit, 'connection')}`;
}

const stateWords: Readonly<Record<DatabaseStatus['state'], string>> = {
  ours: 'ours',
  missing: 'missing',
  foreign: "another deployment's",
  unmarked: 'carries no mark',
  unfinished: 'unfinished',
};

function passwordText(password: NonNullable<RoleStatus['password']>, proven: number, files: number): string {
  if (password === 'none') return 'no password in any file';
  if (files === 0) return `password ${password}`;
  return proven > 0
    ? `password proven by ${proven} of ${count(files, 'file')}`
    : `password of ${count(files, 'file')} ${password}`;
}

function databaseCells(
  { name, state, owner, size_bytes, connections, connection_limit }: DatabaseStatus,
  { schemas = [] }: Response,
): string[] {
  const own = schemas.filter(({ database }) => database === name);
  const present = own.filter((schema) => schema.state === 'present').map((schema) => printable(schema.name));
  const others = own
    .filter((schema) => schema.state !== 'present')
    .map((schema) => `${printable(schema.name)} ${schema.state}`);
  const named = [...present, ...others].join(', ');
  return [
    owner === undefined ? stateWords[state] : `${stateWords[state]}, owner ${printable(owner)}`,
    size_bytes === undefined ? '' : sizeText(size_bytes),
    connections === undefined ? '' : usedText(connections, connection_limit),
    named === '' ? '' : `${own.length === 1 ? 'schema' : 'schemas'} ${named}`,
  ];
}

/** Of a file that holds several logins the one that is worst off stands for all. */
function wholeFiles(logins: readonly DsnFileStatus[]): DsnFileStatus[] {
  const worst = new Map<string, DsnFileStatus>();
  for (const login of logins) {
    const known = worst.get(login.path);
    if (known === undefined || weight(login) > weight(known)) worst.set(login.path, login);
  }
  return [...worst.values()];
}

function weight(login: DsnFileStatus): number {
  return isBad(login) ? 2 : login.password === 'proven' ? 0 : 1;
}

function isBad({ state, password }: DsnFileStatus): boolean {
  return state !== 'current' || password === 'disproven' || password === 'none';
}

function fileText({ state, password }: DsnFileStatus): string {
  if (state === 'missing') return 'missing';
  return `${state}, password ${password === 'none' ? 'missing' : password}`;
}

/** The good files in one line; each bad one has its own. */
function goodFilesLine(files: readonly DsnFileStatus[]): string[] {
  if (files.length === 0) return [];
  const good = files.filter((file) => !isBad(file));
  const directories = [...new Set(good.map(({ path }) => path.slice(0, path.lastIndexOf('/')) || '.'))];
  const unproven = good.filter(({ password }) => password === 'unknown').length;
  const place = directories.length === 0 ? '' : `, in ${printable(nameList(directories))}`;
  return [`files: ${good.length} of ${files.length} current${unproven > 0 ? ` (${unproven} not proven)` : ''}${place}`];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    // The last cell of a row may be as long as it likes.
    for (const [column, cell] of row.slice(0, -1).entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  );
}
