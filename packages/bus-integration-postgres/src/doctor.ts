import {
  type Allowed,
  type Check,
  type Configuration,
  type Context,
  type Declaration,
  type OperationError,
  printable,
  type Response,
  type Target,
} from 'bus-integration-database';
import { computePlan } from './compute.ts';
import { asCheck, check } from './doctor-check.ts';
import { directoryChecks, secretFileChecks } from './doctor-files.ts';
import { collationChecks, connectionCheck, tlsCheck, versionCheck } from './doctor-server.ts';
import { lockHolder } from './lock.ts';
import type { Meter } from './meter.ts';
import { observe } from './observe.ts';
import { adminSource, type Preparation, type ProviderSurroundings, prepare } from './preparation.ts';
import { base, targetOf } from './respond.ts';
import { createRun } from './run.ts';
import { toOperationError } from './sqlstate.ts';

export interface DoctorOptions {
  readonly configuration: Configuration;
  readonly surroundings: ProviderSurroundings;
  readonly declaration: Declaration;
  readonly context: Context;
  readonly meter?: Meter | undefined;
}

const nothingAllowed: Allowed = { allow: [], adopt: false, rotate: [] };
export async function diagnose(options: DoctorOptions): Promise<Response> {
  const startedAt = performance.now();
  const { configuration, surroundings, declaration } = options;
  const checks: Check[] = [
    ...secretFileChecks(configuration, surroundings),
    ...directoryChecks(configuration, surroundings),
  ];
  const found: Found = { checks };
  try {
    const preparation = await prepare(configuration, surroundings, declaration, nothingAllowed);
    checks.push(...preparation.warnings.map((warning) => asCheck(warning)));
    await examineServer(options, preparation, found);
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
    ok: isOk,
    ...base({ deploymentId: configuration.deploymentId }, [], startedAt),
    complete: checks.every(({ result }) => result !== 'unknown'),
    ...(found.target !== undefined && { target: found.target }),
    diagnostics: [],
    checks,
  };
}

/** What the examination came to so far; it goes on as far as it can. */
interface Found {
  readonly checks: Check[];
  target?: Target;
}

async function examineServer({ context, meter }: DoctorOptions, preparation: Preparation, found: Found): Promise<void> {
  const { checks } = found;
  const { wish, directory } = preparation;
  const run = createRun({ target: preparation.target, signal: context.signal, meter });
  await using session = await run.open('survey');
  const version = session.parameterStatus.server_version ?? '';
  found.target = {
    host: session.pinned.host,
    port: session.pinned.port,
    database: session.database,
    admin_role: session.user,
    server_version: version,
  };
  checks.push(check('reachable', 'ok', `${session.where} answers as ${printable(session.user)}`));
  checks.push(versionCheck(session.serverVersionNum, version));
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
  const sight = await observe(session, { run, wish, directory, jobs: () => 3, onProgress: context.onProgress });
  const { server, admin } = sight.seen;
  found.target = targetOf(session.pinned, admin, server);
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
