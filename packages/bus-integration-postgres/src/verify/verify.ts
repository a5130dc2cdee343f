// Verify: what services can and can't do, tried with their own DSN files, and who may reach the server. Changes nothing
// that stays.
import {
  advise,
  type Check,
  type Configuration,
  type Context,
  type DesiredNames,
  type Response,
  type VerifyRequest,
} from 'bus-integration-database';
import { demandedMode } from '../conninfo/dsn-endpoint.ts';
import { readServer } from '../observe/catalog.ts';
import { poolerFindings } from '../plan/pooled.ts';
import { base, targetOf } from '../plan/respond.ts';
import { freeConnections } from '../run/jobs.ts';
import type { Run } from '../run/run.ts';
import { leftoverWarnings } from '../survey/leftover-warnings.ts';
import { leftoversOf, readAnyRemains } from '../survey/leftovers.ts';
import { type Preparation, partOfConfigured } from '../survey/preparation.ts';
import { straysOf } from '../survey/stray-files.ts';
import { type Connectivity, checkConnectivity } from './connectivity/connectivity.ts';
import { readDeclaredObjects } from './connectivity/objects/declared-objects.ts';
import { judgeListener, type ListenerSight } from './listener/listener.ts';
import { policyOf } from './listener/policy/policy.ts';

export interface VerifyOptions {
  readonly preparation: Preparation;
  readonly run: Run;
  readonly request: VerifyRequest;
  readonly configuration: Configuration;
  readonly jobs: (freeConnections: number) => number;
  readonly onProgress: Context['onProgress'];
  /** Told what the listener policy is judged by. */
  readonly onSeen?: ((seen: ListenerSight) => void) | undefined;
}

export async function verify({
  preparation,
  run,
  request,
  configuration,
  jobs,
  onProgress,
  onSeen,
}: VerifyOptions): Promise<Response> {
  const startedAt = performance.now();
  const { checks } = request;
  const { intent, directory, warnings } = preparation;
  await using session = await run.open('survey');
  const surveying = readServer(session);
  const triesServices = checks.includes('connectivity') && directory !== undefined;
  // After it, as how many services may log in at once depends on it alone.
  const declared = triesServices
    ? surveying.then(() => readDeclaredObjects(session, intent.desired, intent.declared))
    : undefined;
  const reading = surveying.then(() => readAnyRemains(session, intent, straysOf(preparation)));
  const atOnce = surveying.then(({ server }) => jobs(freeConnections(server)));
  const connecting: Promise<Connectivity> =
    triesServices && declared !== undefined
      ? checkConnectivity({
          declared,
          reached: surveying.then(({ reached }) => reached),
          systemIdentifier: surveying.then(({ server }) => server.systemIdentifier),
          adminRole: surveying.then(({ admin }) => admin.name),
          preparation,
          directory,
          run,
          session,
          jobs: atOnce,
          onProgress,
          policy: policyOf(intent.desired.listener, demandedMode(intent.service)),
          isNegative: request.negative !== false,
          triesWrongPassword: request.probes?.includes('wrong-password') === true,
        })
      : Promise.resolve({ checks: [], seenInside: new Map(), markedSchemas: new Map() });
  // The admin reads while the services log in, and looks only where none of them did.
  const seenInside = connecting.then((connected) => connected.seenInside);
  // What still comes needs the session's facts only: it takes leave while the services are at work.
  const onRead = () => void Promise.allSettled([declared, reading]).then(() => session.close());
  const judging = surveying.then(() => {
    if (checks.includes('listener-policy'))
      return judgeListener({ session, run, preparation, configuration, onRead, seenInside, jobs: atOnce, onSeen });
    onRead();
    return [];
  });
  // The session that they share must not be closed under one of them when another fails.
  await Promise.allSettled([surveying, declared, reading, atOnce, connecting, seenInside, judging]);
  const { admin, server, reached } = await surveying;
  const remains = await reading;
  const { checks: tried, markedSchemas } = await connecting;
  const connectivity = [...(checks.includes('connectivity') ? untried(intent.desired) : []), ...tried];
  const listener_policy = await judging;
  const all = [...connectivity, ...listener_policy];
  const isOk = all.every(({ result }) => result !== 'fail');
  return {
    ok: isOk,
    ...base(intent, [], startedAt),
    complete: all.every(({ result }) => result !== 'unknown'),
    target: targetOf(session.pinned, admin, server),
    diagnostics: [
      ...poolerFindings(server),
      ...leftoverWarnings(remains, preparation),
      ...warnings,
      ...partOfConfigured(intent.desired, configuration.desired),
    ],
    connectivity,
    listener_policy,
    leftovers: leftoversOf({ intent, remains, markedSchemas, directory, reached, server, admin }),
  };
}

/** Without a login nothing is tried, which is no reason to say that all is well. */
function untried({ outputs, databases, roles }: DesiredNames): Check[] {
  if (outputs.size > 0) return [];
  const lacking = [...(databases.size === 0 ? ['database'] : []), ...(roles.size === 0 ? ['role'] : [])];
  const [why, remedy] =
    lacking.length > 0
      ? [
          `no ${lacking.join(' and no ')} is declared, and a login needs both`,
          'name databases and the roles that log in to them',
        ]
      : ['no output file is declared, and only those hold passwords', 'declare outputs for the logins to be tried'];
  const seen = `no service was tried: ${why}`;
  return [{ id: 'service-login', kind: 'connectivity', result: 'unknown', seen, ...advise(remedy) }];
}
