// Whether services can do what they must, and nothing else: one login for each DSN file; once for each role what it may
// in the whole cluster, and how the server would ask for its password where no login showed it. Nothing stays behind.
import { type Check, type DesiredNames, type FilePair, printable, readPairs } from 'bus-integration-database';
import { isSameServer } from '../../connection/session-place.ts';
import { demandedMode, endpointOf } from '../../conninfo/dsn-endpoint.ts';
import { manifestOf } from '../../desired/rules.ts';
import { sharingChecks } from '../../plan/sharing.ts';
import { eachInParallel } from '../../run/parallel.ts';
import type { MarkedSchema } from '../../sql/leftovers-query.ts';
import type { SeenInside } from '../listener/database-sweep.ts';
import type { ConnectivityOptions } from './connectivity-options.ts';
import type { ServiceFacts } from './facts.ts';
import type { LoginFindings } from './login-answer.ts';
import {
  undeclaredLogins,
  undeclaredMembers,
  undeclaredParameters,
  undeclaredPowers,
  unseenChecks,
} from './manifest-views.ts';
import { exposedChecks } from './objects/exposed.ts';
import { type LoginFiles, leftFileChecks, loginFiles, otherFileChecks } from './other-files.ts';
import { poolerCheck } from './pooler-login.ts';
import { type Entrance, probeAll, tryWrongPassword } from './probe.ts';
import { roleChecks } from './role.ts';
import { sharersIn } from './sharers.ts';
import { tryFiles } from './try-files.ts';

export interface Connectivity {
  readonly checks: readonly Check[];
  /** What the listener policy wants to know of databases, where services logged in to the very address of the admin's. */
  readonly seenInside: SeenInside;
  /** By database, where a service logged in: schemas that carry the deployment's mark. */
  readonly markedSchemas: ReadonlyMap<string, readonly MarkedSchema[]>;
}

export async function checkConnectivity(options: ConnectivityOptions): Promise<Connectivity> {
  const files = loginFiles(readPairs(options.directory, options.preparation.intent.desired));
  const { tried: pairs } = files;
  const found = await tryFiles(pairs, options);
  const roles = [...new Set(pairs.map(({ role }) => role))];
  const checks = new Map<string, readonly Check[]>();
  const { declared } = options.preparation.intent;
  const ownOf = databasesOf(roles, declared);
  const { signal } = options.run;
  await eachInParallel(roles, { jobs: options.jobs, signal }, async (role) => {
    const files = pairs.filter((pair) => pair.role === role);
    const doing = `asking how role ${printable(role)} would log in`;
    checks.set(
      role,
      await options.run.waiting(doing, () => checkRole(role, files, ownOf.get(role) ?? new Set(), found, options)),
    );
  });
  const { desired } = options.preparation.intent;
  const manifest = manifestOf(desired);
  const others = await checkOthers(files, options);
  const looked = [...found.values()].flatMap((one) => one.looked ?? []);
  return {
    checks: [
      ...withUndeclaredLast(pairs.flatMap((pair) => found.get(pair)?.checks ?? [])),
      ...unseenChecks(manifest, desired.databases.keys(), looked, options.isNegative),
      ...others,
      ...leftFileChecks([...pairs, ...files.others.map(({ pair }) => pair)]),
      ...onceEach(roles.flatMap((role) => checks.get(role) ?? [])),
      ...(options.isNegative ? sharingChecks(sharersIn(found)) : []),
      ...(options.isNegative ? undeclaredLogins(await options.declared, manifest) : []),
      ...(options.isNegative ? exposedChecks(undeclaredMembers(await options.declared, manifest), declared.roles) : []),
    ],
    seenInside: seenInsideOf(found, options.session),
    markedSchemas: new Map(
      [...found].flatMap(([{ database }, { facts }]) =>
        facts === undefined ? [] : [[database, facts.markedSchemas] as const],
      ),
    ),
  };
}

async function checkOthers(files: LoginFiles, options: ConnectivityOptions): Promise<Check[]> {
  const isAny = files.others.length > 0 || files.tried.some(({ output }) => output.settings?.pooler !== undefined);
  if (!isAny) return [];
  const { run, directory, preparation, session, systemIdentifier } = options;
  const trial = {
    directory,
    endpoint: endpointOf(preparation.intent.service, await options.reached),
    declared: await options.declared.catch(() => undefined),
    admin: session.where,
    systemIdentifier: systemIdentifier.catch(() => undefined),
    cache: run.cache,
    meter: run.meter,
    signal: run.signal,
  };
  const tryPooler = (pair: FilePair) => run.waiting(`trying ${pair.path}`, () => poolerCheck(pair, trial));
  return otherFileChecks(files, trial.endpoint, tryPooler, options.jobs, run.signal);
}

/** What several roles have by the same group is told once. */
function onceEach(checks: readonly Check[]): Check[] {
  return [...new Map(checks.map((check) => [JSON.stringify([check.id, check.target, check.seen]), check])).values()];
}

/** What somebody passed on has to be taken before what it rests on. */
function withUndeclaredLast(checks: readonly Check[]): Check[] {
  const isLast = ({ id }: Check) => id === 'undeclared-access';
  return [...checks.filter((check) => !isLast(check)), ...checks.filter(isLast)];
}

/** By role the databases that it is declared for, whether or not they are asked about. */
function databasesOf(roles: readonly string[], { databases }: DesiredNames): Map<string, Set<string>> {
  const own = new Map(roles.map((role) => [role, new Set<string>()]));
  for (const [name, { logins }] of databases) for (const role of logins) own.get(role)?.add(name);
  return own;
}

function seenInsideOf(found: ReadonlyMap<FilePair, LoginFindings>, admin: Entrance): SeenInside {
  return new Map(
    [...found].flatMap(([{ database }, { login, facts }]): (readonly [string, ServiceFacts['writableSchemas']])[] => {
      const isThere = login !== undefined && isSameServer(login.pinned, admin.pinned);
      return facts !== undefined && isThere ? [[database, facts.writableSchemas]] : [];
    }),
  );
}

async function checkRole(
  role: string,
  files: readonly FilePair[],
  own: ReadonlySet<string>,
  found: ReadonlyMap<FilePair, LoginFindings>,
  options: ConnectivityOptions,
): Promise<Check[]> {
  const seen = files.flatMap((pair) => found.get(pair) ?? []);
  const looked = seen.find(({ facts }) => facts?.powers != null);
  const places = seen.flatMap(({ facts }) => facts ?? []);
  const declared = await options.declared.catch(() => undefined);
  const { declared: names, service } = options.preparation.intent;
  const manifest = manifestOf(options.preparation.intent.desired);
  const checks =
    looked === undefined
      ? []
      : roleChecks(
          role,
          { own, declared: names.databases, places, admin: await options.adminRole },
          names.deploymentId,
          undeclaredPowers(looked, role, manifest),
          undeclaredParameters(declared, manifest),
        );
  const pair = files.find((file) => found.get(file)?.target !== undefined);
  const target = pair && found.get(pair)?.target;
  if (pair === undefined || target === undefined) return checks;
  const demanded = demandedMode(service);
  const probing = { role, database: pair.database, target, run: options.run, policy: options.policy, demanded };
  const logins = seen.flatMap(({ login }) => login ?? []);
  if (options.isNegative) checks.push(...(await probeAll(probing, options.session, logins)));
  if (options.triesWrongPassword) checks.push(await tryWrongPassword(probing));
  return checks;
}
