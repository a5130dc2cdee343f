// The command `hba`: which pg_hba line a client would match, of a file or of the server that the admin DSN names.
// Logs nobody in but the admin, and changes nothing.

import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type CommandEnvironment,
  type Environment,
  homeDirectoryOf,
  OperationError,
  osUserOf,
  printable,
  readSecretFile,
  requirePath,
  Secret,
  type Told,
} from 'bus-integration-database';
import type { FlagReading } from 'bus-integration-database/help';
import { resolveDsn } from '../conninfo/conninfo.ts';
import { readDsn } from '../dsn/slip.ts';
import { explainHba } from '../hba/explain.ts';
import { readMembership } from '../hba/membership.ts';
import { gatherHba } from '../hba/parse/gather.ts';
import { readHba } from '../hba/reading.ts';
import { createRun } from '../run/run.ts';
import { adminsDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { toOperationError } from '../text/sqlstate.ts';
import { type HbaRequest, readHbaRequest } from './hba-options.ts';
import { type HbaFound, hbaJson, hbaText } from './hba-text.ts';

export interface CommandContext {
  readonly env: Environment;
  readonly cwd: string;
  readonly uid: number;
  /** Where the environment's keys come from. */
  readonly source?: CommandEnvironment['source'];
}

export interface CommandOutput {
  readonly status: 0 | 1 | 2;
  /** For stdout or the output file. */
  readonly text?: string;
  /** For stderr. */
  readonly complaint?: readonly Told[];
}

/** Runs the command; what can be expected to go wrong is a complaint, never thrown. */
export async function hbaCommand(flags: FlagReading, processContext: CommandContext): Promise<CommandOutput> {
  const desired = readHbaRequest(flags);
  if ('problem' in desired) return { status: 2, complaint: [{ message: `${desired.problem}; see hba --help` }] };
  try {
    const found =
      desired.file === undefined
        ? await askServer(desired, processContext)
        : await readDisk(desired, desired.file, processContext);
    const isCertain = found.explanation.answer.result !== 'undecided' && found.doubt === undefined;
    return { status: isCertain ? 0 : 1, text: flags.last('format') === 'json' ? hbaJson(found) : hbaText(found) };
  } catch (error) {
    const { message, errorClass, diagnostics } = toOperationError(error, 'reading the pg_hba rules');
    const complaint = [{ ...diagnostics[0], message }];
    return { status: errorClass === 'not-configured' || errorClass === 'invalid-request' ? 2 : 1, complaint };
  }
}

async function readDisk(
  { client, majorVersion = 18 }: HbaRequest,
  file: string,
  { cwd }: CommandContext,
): Promise<HbaFound> {
  const text = await fileText(resolve(cwd, file));
  if (text === undefined)
    throw new OperationError('invalid-request', `${printable(file)} is not there`, { target: file });
  const { rules } = await gatherHba(text, { file, majorVersion }, async ({ kind, path }) =>
    kind === 'file' ? fileText(resolve(cwd, path)) : directoryFiles(resolve(cwd, path)),
  );
  const { memberOf = [] } = client;
  const asked = { ...client, memberOf };
  const note = client.memberOf === undefined && rules.rules.some(asksForGroups) ? groupNote : undefined;
  return {
    client: asked,
    source: `${printable(file)}, read as PostgreSQL ${majorVersion} reads it`,
    rules,
    explanation: explainHba(rules, asked),
    ...(note !== undefined && { note }),
  };
}

const groupNote = 'the user is taken to be in no group; --member-of says otherwise';

function asksForGroups({
  databases,
  users,
}: {
  databases: readonly { text: string }[];
  users: readonly { text: string }[];
}): boolean {
  return (
    users.some(({ text }) => text.startsWith('+')) || databases.some(({ text }) => /^same(role|group)$/.test(text))
  );
}

async function fileText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const reason =
      error instanceof TypeError ? 'it is not UTF-8' : ((error as NodeJS.ErrnoException).code ?? 'unknown');
    throw new OperationError('invalid-request', `${printable(path)} can't be read: ${reason}`, {
      target: path,
      cause: error,
    });
  }
}

async function directoryFiles(path: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

async function askServer({ client }: HbaRequest, { env, cwd, uid }: CommandContext): Promise<HbaFound> {
  const dsn = readDsn(adminDsn(env, cwd, uid).reveal());
  const target = await resolveDsn(dsn, {
    env,
    cwd,
    homeDirectory: homeDirectoryOf(env),
    osUser: osUserOf(process.getuid?.() ?? 0),
  });
  const run = createRun({ target, signal: new AbortController().signal });
  await using session = await run.open('read');
  const reading = await readHba(session);
  if (reading.source === 'unknown') {
    throw new OperationError('insufficient-privilege', reading.reason, {
      target: session.where,
      remedy: runs(superuser, adminsDatabase, `${reading.remedy};`),
    });
  }
  const membership = await readMembership(session, [client.user]);
  const memberOf = client.memberOf ?? membership.get(client.user) ?? [];
  const asked = { ...client, memberOf, exists: membership.has(client.user) };
  const { rules, freshness, source } = reading;
  return {
    client: asked,
    source: `${session.where}, ${source === 'files' ? "the server's own files" : 'pg_hba_file_rules, which shows no quoting'}`,
    rules,
    explanation: explainHba(rules, asked),
    ...(freshness.doubt !== undefined && { doubt: freshness.doubt }),
    ...(!asked.exists && { note: `the server has no role ${printable(client.user)}` }),
  };
}

function adminDsn(env: CommandContext['env'], cwd: string, uid: number): Secret {
  const value = (env.BUS_POSTGRES_ADMIN_DSN ?? '').trim();
  const { BUS_POSTGRES_ADMIN_DSN_FILE: file = '' } = env;
  if ((value === '') === (file === '')) {
    const seen = value === '' ? 'neither' : 'both';
    throw new OperationError(
      'not-configured',
      `${seen} of BUS_POSTGRES_ADMIN_DSN_FILE and BUS_POSTGRES_ADMIN_DSN are set, expected one of them`,
      { remedy: 'set BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn, or read a file with --file' },
    );
  }
  if (value !== '') return new Secret(value);
  return readSecretFile(resolve(cwd, requirePath('BUS_POSTGRES_ADMIN_DSN_FILE', file)), { uid, shownAs: file }).secret;
}
