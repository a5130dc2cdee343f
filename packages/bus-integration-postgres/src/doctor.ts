// Doctor: everything that could stop the other verbs, looked at without changing anything, each with its remedy.
// A failed look is a finding, never the end of the examination.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Allowed,
  type Check,
  type Configuration,
  type Context,
  type Declaration,
  type Diagnostic,
  gitExposure,
  judgeSecretFile,
  type OperationError,
  printable,
  type Response,
} from 'bus-integration-database';
import { computePlan } from './compute.ts';
import type { Session } from './connect.ts';
import { lockHolder } from './lock.ts';
import type { Meter } from './meter.ts';
import { observe } from './observe.ts';
import { adminSource, directoryOf, type Preparation, type ProviderSurroundings, prepare } from './preparation.ts';
import { base, targetOf } from './respond.ts';
import { createRun } from './run.ts';
import { collationQuery } from './sql/collation.ts';
import { toOperationError } from './sqlstate.ts';

export interface DoctorOptions {
  readonly configuration: Configuration;
  readonly surroundings: ProviderSurroundings;
  readonly declaration: Declaration;
  readonly context: Context;
  readonly meter?: Meter | undefined;
}

const nothingAllowed: Allowed = { allow: [], adopt: false, rotate: [] };
const supported = { oldest: 140000, full: 150000, newest: 190000 };

export async function diagnose(options: DoctorOptions): Promise<Response> {
  const startedAt = performance.now();
  const { configuration, surroundings, declaration } = options;
  const checks: Check[] = [
    ...secretFileChecks(configuration, surroundings),
    ...directoryChecks(configuration, surroundings),
  ];
  let target: Response['target'];
  try {
    const preparation = await prepare(configuration, surroundings, declaration, nothingAllowed);
    checks.push(...preparation.warnings.map((warning) => asCheck(warning)));
    target = await examineServer(options, preparation, checks);
  } catch (error) {
    if (options.context.signal.aborted) throw error;
    const expected = toOperationError(error, 'the examination');
    const known = new Set(checks.map(({ seen }) => seen));
    checks.push(
      ...expected.diagnostics
        .map((diagnostic) =>
          asCheck({ ...diagnostic, message: withSource(diagnostic.message, expected, configuration) }, idOf(expected)),
        )
        .filter(({ seen }) => !known.has(seen)),
    );
  }
  const isOk = checks.every(({ result }) => result !== 'fail');
  return {
    ...base({ deploymentId: configuration.deploymentId }, [], startedAt),
    ok: isOk,
    complete: checks.every(({ result }) => result !== 'unknown'),
    ...(target !== undefined && { target }),
    diagnostics: [],
    checks,
    ...(!isOk && { error_class: 'not-converged' as const }),
  };
}

async function examineServer(
  { context, meter }: DoctorOptions,
  preparation: Preparation,
  checks: Check[],
): Promise<Response['target']> {
  const { wish, directory } = preparation;
  const run = createRun({ target: preparation.target, signal: context.signal, meter });
  await using session = await run.open('survey');
  const sight = await observe(session, { run, wish, directory, jobs: () => 3, onProgress: context.onProgress });
  const { server, admin } = sight.seen;
  checks.push(check('reachable', 'ok', `${session.where} answers as ${admin.name}`));
  checks.push(versionCheck(server.versionNum, server.version));
  checks.push(tlsCheck(session));
  const isPooled = await session.isPooled();
  checks.push(
    isPooled
      ? check(
          'pooler',
          'fail',
          `a connection pooler stands between here and the server at ${session.where}`,
          'point the admin DSN at the server itself',
        )
      : check('pooler', 'ok', 'no pooler in between'),
  );
  const holder = await lockHolder(session, wish.deploymentId);
  checks.push(
    holder === undefined
      ? check('lock', 'ok', 'no apply is running')
      : check('lock', 'warn', `an apply is running: ${holder}`, 'wait for it to end'),
  );
  checks.push(connectionCheck(server));
  checks.push(...(await collationChecks(session, wish.declaration.databases, server.versionNum)));
  checks.push(
    check('encoding', server.encoding === 'UTF8' ? 'ok' : 'info', `the cluster's encoding is ${server.encoding}`),
  );
  const computed = computePlan(wish, sight.seen, sight.pairs, sight.proofs);
  checks.push(
    ...computed.refusals.map((refusal) => asCheck(refusal)),
    ...computed.findings.map((finding) => asCheck(finding)),
  );
  const rights = [
    admin.isSuperuser && 'superuser',
    admin.createsRoles && 'CREATEROLE',
    admin.createsDatabases && 'CREATEDB',
  ].filter(Boolean);
  if (computed.refusals.length === 0) {
    checks.push(
      check(
        'admin-rights',
        'ok',
        `${admin.name} (${rights.join(', ') || 'no role attributes'}) may do all that the plan needs`,
      ),
    );
  }
  return targetOf(session.pinned, admin, server);
}

function secretFileChecks(configuration: Configuration, { uid, env }: ProviderSurroundings): Check[] {
  const { file } = configuration.credentials;
  if (file === undefined)
    return [check('admin-dsn', 'info', `the admin DSN comes from ${adminSource(configuration)} itself`)];
  const findings = judgeSecretFile(file, { uid });
  const exposure = gitExposure(file, { env });
  return [
    ...(findings.length === 0
      ? [check('admin-dsn-file', 'ok', `${file} is this user's alone`)]
      : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
    check('git-admin-dsn', exposure.result, exposure.seen, exposure.remedy),
  ];
}

function directoryChecks(configuration: Configuration, surroundings: ProviderSurroundings): Check[] {
  const directory = directoryOf(configuration, surroundings);
  if (directory === undefined) return [];
  const exposure = gitExposure(`${directory.shown.replace(/\/+$/, '')}/`, { env: surroundings.env });
  const git = check('git-output-directory', exposure.result, exposure.seen, exposure.remedy);
  try {
    const stats = statSync(directory.path, { throwIfNoEntry: false });
    if (stats === undefined)
      return [
        check('output-directory', 'ok', `${directory.shown} will be made by apply`),
        ...parentCheck(directory.path, directory.shown),
        git,
      ];
    if (!stats.isDirectory()) {
      return [
        check(
          'output-directory',
          'fail',
          `${directory.shown} is a file, expected a directory`,
          'move it away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
        ),
      ];
    }
    accessSync(directory.path, constants.R_OK | constants.W_OK | constants.X_OK);
    return [check('output-directory', 'ok', `${directory.shown} can be written`), git];
  } catch (error) {
    return [
      check(
        'output-directory',
        'fail',
        `${directory.shown} can't be written (${(error as NodeJS.ErrnoException).code})`,
        'mend its mode and owner, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
      ),
      git,
    ];
  }
}

function parentCheck(path: string, shown: string): Check[] {
  let parent = dirname(path);
  while (statSync(parent, { throwIfNoEntry: false }) === undefined) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return [];
  } catch {
    return [
      check(
        'output-directory',
        'fail',
        `${shown} can't be made: ${printable(parent)} is not writable`,
        'set BUS_DATABASE_DSN_OUTPUT_DIR to a directory that can be made',
      ),
    ];
  }
}

function versionCheck(versionNum: number, version: string): Check {
  if (versionNum < supported.oldest)
    return check(
      'server-version',
      'fail',
      `the server is PostgreSQL ${version}; 15 to 18 are supported`,
      'upgrade the server',
    );
  if (versionNum < supported.full)
    return check(
      'server-version',
      'warn',
      `the server is PostgreSQL ${version}; 15 to 18 are supported in full`,
      'upgrade the server',
    );
  if (versionNum >= supported.newest)
    return check('server-version', 'warn', `the server is PostgreSQL ${version}, newer than what was tried (15 to 18)`);
  return check('server-version', 'ok', `PostgreSQL ${version}`);
}

function tlsCheck({ tls, pinned }: Session): Check {
  if (tls !== null) return check('tls', 'ok', `TLS: ${tls.protocol}`);
  if (pinned.address.startsWith('/') || pinned.address.startsWith('@'))
    return check('tls', 'ok', 'a Unix-domain socket needs no TLS');
  const isLoopback = pinned.address === '::1' || pinned.address.startsWith('127.');
  return isLoopback
    ? check('tls', 'info', 'no TLS; the server is reached over loopback')
    : check(
        'tls',
        'warn',
        `${pinned.host} is reached in plain text; passwords are safe (SCRAM), data is not`,
        'enable ssl on the server, and sslmode=verify-full in the DSN',
      );
}

function connectionCheck({
  maxConnections,
  reservedConnections,
  usedConnections,
}: {
  maxConnections: number;
  reservedConnections: number;
  usedConnections: number;
}): Check {
  const free = maxConnections - reservedConnections - usedConnections;
  return free >= 4
    ? check('connections', 'ok', `${free} of ${maxConnections} connections are free`)
    : check(
        'connections',
        'warn',
        `only ${Math.max(0, free)} of ${maxConnections} connections are free`,
        'raise max_connections, or close idle sessions',
      );
}

async function collationChecks(session: Session, databases: readonly string[], versionNum: number): Promise<Check[]> {
  if (versionNum < 150000) return [];
  const rows = await session.query<{ name: string; recorded: string; actual: string }>(collationQuery, [
    [...databases, 'template1'],
  ]);
  return rows.map(({ name, recorded, actual }) =>
    check(
      'collation',
      'warn',
      `database ${printable(name)} was made with collation version ${recorded}, the server has ${actual}`,
      `reindex it, then: ALTER DATABASE "${printable(name)}" REFRESH COLLATION VERSION;`,
    ),
  );
}

function idOf({ errorClass }: OperationError): string {
  return errorClass === 'unreachable' || errorClass === 'authentication-failed' || errorClass === 'timeout'
    ? 'reachable'
    : 'configuration';
}

function withSource(message: string, { errorClass }: OperationError, configuration: Configuration): string {
  return ['unreachable', 'authentication-failed'].includes(errorClass)
    ? `${message} (from ${adminSource(configuration)})`
    : message;
}

function asCheck({ code, severity, message, remedy }: Diagnostic, id = code): Check {
  return check(id, severity === 'info' ? 'info' : severity, message, remedy);
}

function check(id: string, result: Check['result'], seen: string, remedy?: string): Check {
  return { id, kind: 'doctor', result, seen, ...(remedy !== undefined && { remedy }) };
}
