// Verify: what services can and can't do, tried with their own DSN files, and who may reach the server. Changes nothing
// that stays.
import type { Check, Configuration, Response, VerifyRequest } from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import { checkConnectivity } from './connectivity.ts';
import { judgeListener } from './listener.ts';
import type { Preparation } from './preparation.ts';
import { base, targetOf } from './respond.ts';
import type { Run } from './run.ts';

export interface VerifyOptions {
  readonly preparation: Preparation;
  readonly run: Run;
  readonly request: VerifyRequest;
  readonly configuration: Configuration;
  readonly jobs: (freeConnections: number) => number;
}

export async function verify({ preparation, run, request, configuration, jobs }: VerifyOptions): Promise<Response> {
  const startedAt = performance.now();
  const { checks } = request;
  const { wish, directory, warnings } = preparation;
  await using session = await run.open('survey');
  const cluster = await readCluster(session, { deploymentId: wish.deploymentId, roles: [], databases: [] });
  const { server } = cluster;
  const free = server.maxConnections - server.reservedConnections - server.usedConnections;
  const connectivity: Check[] = [];
  if (checks.includes('connectivity') && directory !== undefined) {
    const found = await checkConnectivity({
      preparation,
      directory,
      run,
      session,
      jobs: jobs(free),
      policy: configuration.declared.listenerPolicy,
      isNegative: request.negative !== false,
      triesWrongPassword: request.probes?.includes('wrong-password') === true,
    });
    connectivity.push(...found);
  }
  const listener_policy: Check[] = checks.includes('listener-policy')
    ? await judgeListener({ session, run, preparation, configuration, jobs: jobs(free) })
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
