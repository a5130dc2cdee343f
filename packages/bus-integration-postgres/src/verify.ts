// Verify: logs in with each DSN file as a service would, from here, and tries for real what it must and must not do.
// Changes nothing that stays.
import { randomBytes } from 'node:crypto';
import {
  type Check,
  loginsOf,
  OperationError,
  printable,
  type Response,
  readSecretFile,
  type VerifyRequest,
} from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import { connect } from './connect.ts';
import { resolveDsn } from './conninfo.ts';
import { parseDsn } from './dsn.ts';
import type { DsnDirectory } from './dsn-directory.ts';
import { readPairs } from './dsn-file.ts';
import type { FilePair } from './dsn-pair.ts';
import { markOf } from './mark.ts';
import { eachInParallel } from './parallel.ts';
import type { Preparation } from './preparation.ts';
import { base, targetOf } from './respond.ts';
import type { Run } from './run.ts';
import { shown } from './shown.ts';
import { verifyScript } from './sql/verify.ts';
import { identifier } from './sql.ts';
import { sqlstateOf, toOperationError } from './sqlstate.ts';

export interface VerifyOptions {
  readonly preparation: Preparation;
  readonly run: Run;
  readonly checks: VerifyRequest['checks'];
  readonly jobs: (freeConnections: number) => number;
}

export async function verify({ preparation, run, checks, jobs }: VerifyOptions): Promise<Response> {
  const startedAt = performance.now();
  const { wish, directory, warnings } = preparation;
  await using session = await run.open('survey');
  const cluster = await readCluster(session, { deploymentId: wish.deploymentId, roles: [], databases: [] });
  const { server } = cluster;
  const connectivity: Check[] = [];
  if (checks.includes('connectivity') && directory !== undefined) {
    const pairs = readPairs(directory, loginsOf(wish.declaration));
    const found = new Map<FilePair, readonly Check[]>();
    const free = server.maxConnections - server.reservedConnections - server.usedConnections;
    await eachInParallel(pairs, { jobs: jobs(free), signal: run.signal }, async (pair) => {
      found.set(pair, await checkLogin(pair, preparation, directory, run));
    });
    connectivity.push(...mergeInfo(pairs.flatMap((pair) => found.get(pair) ?? [])));
  }
  const listener_policy: Check[] = checks.includes('listener-policy')
    ? [
        {
          id: 'listener-policy',
          kind: 'listener-policy',
          result: 'unknown',
          seen: 'this version does not judge who can reach the server',
          remedy: 'review listen_addresses and pg_hba.conf by hand',
        },
      ]
    : [];
  const all = [...connectivity, ...listener_policy];
  const isOk = all.every(({ result }) => result !== 'fail');
  return {
    ok: isOk,
    ...base(wish, [], startedAt),
    complete: all.every(({ result }) => result !== 'unknown'),
    target: targetOf(session.pinned, cluster.admin, server),
    diagnostics: warnings,
    connectivity,
    listener_policy,
  };
}

async function checkLogin(pair: FilePair, { wish }: Preparation, directory: DsnDirectory, run: Run): Promise<Check[]> {
  const { database, role, path } = pair;
  const target = `${printable(role)}@${printable(database)}`;
  const fail = (seen: string, remedy: string): Check[] => [
    { id: 'service-login', kind: 'connectivity', result: 'fail', target, seen, remedy },
  ];
  if (pair.live.state === 'absent') return fail(`${path} is missing`, 'bus operator database apply');
  if (pair.live.state === 'broken') return fail(`${path}: ${pair.live.reason}`, 'bus operator database plan');
  try {
    // What the service has is the file: nothing of the operator's environment may help it.
    const { secret } = readSecretFile(`${directory.path}/${pair.file}`, { uid: directory.owner?.uid ?? directory.uid });
    const dsn = await resolveDsn(parseDsn(secret.reveal()), {
      env: {},
      homeDirectory: '/nonexistent',
      osUser: '',
      cwd: '/',
    });
    await using session = await connect(dsn, {
      applicationName: 'bus operator database verify',
      settings: { search_path: '', statement_timeout: '30s', lock_timeout: '5s' },
      timeoutMs: 15_000,
      queryTimeoutMs: 35_000,
      signal: run.signal,
    });
    const probe = `bus_verify_${randomBytes(6).toString('hex')}`;
    const results = await session.script(verifyScript(wish.declaration.schemas, probe), { doing: `trying ${path}` });
    return judge(
      pair,
      wish.declaration.schemas,
      wish.deploymentId,
      results.filter((rows) => rows.length > 0),
      target,
    );
  } catch (error) {
    if (run.signal.aborted) throw error;
    const expected =
      error instanceof OperationError ? error : toOperationError(error, `${printable(role)} in ${shown(database)}`);
    if (sqlstateOf(error) === 'BUS01')
      return fail(`${shown(role)} ${serverText(error)}, which no service needs`, 'bus operator database plan');
    return fail(expected.message, expected.diagnostics[0]?.remedy ?? 'bus operator database plan');
  }
}

function judge(
  pair: FilePair,
  schemas: readonly string[],
  deploymentId: string,
  results: readonly Record<string, unknown>[][],
  target: string,
): Check[] {
  const { database, role } = pair;
  const identity = results[0]?.[0];
  const base = { kind: 'connectivity' as const, target };
  if (identity?.user !== role || identity.session !== role || identity.database !== database) {
    return [
      {
        ...base,
        id: 'service-login',
        result: 'fail',
        seen: `${pair.path} logs in as another role, or to another database`,
        remedy: 'bus operator database plan',
      },
    ];
  }
  if (identity.createsDatabases === true) {
    return [
      {
        ...base,
        id: 'service-login',
        result: 'fail',
        seen: `${shown(role)} may create databases, which no service needs`,
        remedy: 'bus operator database plan',
      },
    ];
  }
  const reads = results.slice(1, 1 + schemas.length);
  if (reads.length !== schemas.length) {
    return [
      {
        ...base,
        id: 'service-login',
        result: 'fail',
        seen: 'what was written could not be read back',
        remedy: 'bus operator database plan',
      },
    ];
  }
  const reachable = (results[1 + schemas.length] ?? []) as { name: string; marks: readonly string[] }[];
  const foreign = reachable.filter(({ marks }) => marks.length > 0 && !marks.includes(markOf(deploymentId)));
  const open = reachable.filter(({ name, marks }) => marks.length === 0 && name !== database);
  return [
    {
      ...base,
      id: 'service-login',
      result: 'ok',
      seen: `writes and reads in ${schemas.map(shown).join(', ')}; may not create roles or databases, nor read verifiers`,
    },
    ...foreign.map(
      ({ name }): Check => ({
        ...base,
        id: 'foreign-database',
        result: 'fail',
        seen: `${shown(role)} can connect to ${shown(name)}, which belongs to another deployment`,
        remedy: `its owner runs: REVOKE CONNECT ON DATABASE ${identifier(name)} FROM PUBLIC, ${identifier(role)};`,
      }),
    ),
    ...(open.length === 0
      ? []
      : [
          {
            ...base,
            id: 'public-connect',
            result: 'info' as const,
            target: printable(role),
            seen: `PUBLIC may CONNECT to ${open.map(({ name }) => shown(name)).join(', ')}`,
          },
        ]),
  ];
}

/** What holds for every database alike is told once. */
function mergeInfo(checks: readonly Check[]): Check[] {
  const unique = new Map(checks.map((check) => [`${check.id} ${check.result} ${check.target} ${check.seen}`, check]));
  return [...unique.values()];
}

function serverText(error: unknown): string {
  return error instanceof Error ? printable(error.message) : '';
}
