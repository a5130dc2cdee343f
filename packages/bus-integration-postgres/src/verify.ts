// Verify: what services can and can't do, tried with their own DSN files, and who may reach the server. Changes nothing
// that stays.
import type { Check, Configuration, Response, VerifyRequest } from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import { checkConnectivity } from './connectivity/connectivity.ts';
import { judgeListener } from './listener/listener.ts';
import { policyOf } from './listener/policy.ts';
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
  // The services' logins and the admin's reading go side by side; only the logins wait for each other.
  const [connectivity, listener_policy] = await bothOf(
    checks.includes('connectivity') && directory !== undefined
      ? checkConnectivity({
          preparation,
          directory,
          run,
          session,
          jobs: jobs(free - 1),
          policy: policyOf(configuration.declared, wish.endpoint.sslmode),
          isNegative: request.negative !== false,
          triesWrongPassword: request.probes?.includes('wrong-password') === true,
        })
      : [],
    checks.includes('listener-policy') ? judgeListener({ session, run, preparation, configuration, jobs: 1 }) : [],
  );
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

type Checks = readonly Check[] | Promise<readonly Check[]>;

/** Waits for both also when one fails: the session that they share must not be closed under the other. */
async function bothOf(one: Checks, other: Checks): Promise<[readonly Check[], readonly Check[]]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
