// Verify: what services can and can't do, tried with their own DSN files, and who may reach the server. Changes nothing
// that stays.
import type { Check, ListenerPolicy, Response, VerifyRequest } from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import { checkConnectivity } from './connectivity.ts';
import type { Preparation } from './preparation.ts';
import { base, targetOf } from './respond.ts';
import type { Run } from './run.ts';

export interface VerifyOptions {
  readonly preparation: Preparation;
  readonly run: Run;
  readonly request: VerifyRequest;
  readonly policy: ListenerPolicy | undefined;
  readonly jobs: (freeConnections: number) => number;
}

export async function verify({ preparation, run, request, policy, jobs }: VerifyOptions): Promise<Response> {
  const startedAt = performance.now();
  const { checks } = request;
  const { wish, directory, warnings } = preparation;
  await using session = await run.open('survey');
  const cluster = await readCluster(session, { deploymentId: wish.deploymentId, roles: [], databases: [] });
  const { server } = cluster;
  const connectivity: Check[] = [];
  if (checks.includes('connectivity') && directory !== undefined) {
    const free = server.maxConnections - server.reservedConnections - server.usedConnections;
    const found = await checkConnectivity({
      preparation,
      directory,
      run,
      session,
      jobs: jobs(free),
      policy,
      isNegative: request.negative !== false,
      triesWrongPassword: request.probes?.includes('wrong-password') === true,
    });
    connectivity.push(...found);
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
