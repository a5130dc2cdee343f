// Whether services can do what they must, and nothing else: one login for each DSN file; once for each role what it may
// in the whole cluster, and how the server would ask for its password where no login showed it. Nothing stays behind.
import {
  type Check,
  type Context,
  type DesiredNames,
  type FilePair,
  type OutputDirectory,
  printable,
  readPairs,
} from 'bus-integration-database';
import { isSameServer } from '../../connection/session-place.ts';
import { demandedMode, endpointOf, type Reached } from '../../conninfo/dsn-endpoint.ts';
import { manifestOf } from '../../desired/rules.ts';
import { sharingChecks } from '../../plan/sharing.ts';
import { eachInParallel } from '../../run/parallel.ts';
import type { Run } from '../../run/run.ts';
import type { MarkedSchema } from '../../sql/leftovers-query.ts';
import type { Preparation } from '../../survey/preparation.ts';
import type { SeenInside } from '../listener/database-sweep.ts';
import type { Policy } from '../listener/policy/policy.ts';
import type { ServiceFacts } from './facts.ts';
import type { LoginFindings } from './login-answer.ts';
import { hasNoRoom, loginCheck } from './login-faults.ts';
import { manifestLogins } from './manifest-login.ts';
import {
  undeclaredLogins,
  undeclaredMembers,
  undeclaredParameters,
  undeclaredPowers,
  unseenChecks,
} from './manifest-views.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { exposedChecks } from './objects/exposed.ts';
import { type LoginFiles, leftFileChecks, loginFiles, otherFileChecks } from './other-files.ts';
import { poolerCheck } from './pooler-login.ts';
import { type Entrance, probeAll, tryWrongPassword } from './probe.ts';
import { roleChecks } from './role.ts';
import { readServiceTarget, tryLogin } from './service-login.ts';
import { sharersIn } from './sharers.ts';

export interface ConnectivityOptions {
  readonly preparation: Preparation;
  /** How the admin reached the server, and as which role. */
  readonly reached: Promise<Reached>;
  readonly adminRole: Promise<string>;
  /** The cluster's; undefined where the admin may not read it. */
  readonly systemIdentifier: Promise<string | undefined>;
  readonly directory: OutputDirectory;
  readonly run: Run;
  /** The admin's: what it knows of the server need not be asked again. */
  readonly session: Entrance & { readonly where: string };
  /** What the admin sees of declared roles and databases. */
  readonly declared: Promise<DeclaredObjects>;
  /** How many logins at once; the first one doesn't wait for the number. */
  readonly jobs: number | Promise<number>;
  readonly onProgress: Context['onProgress'];
  readonly policy: Policy;
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Whether a wrong password is really tried, which the server logs. */
  readonly triesWrongPassword: boolean;
}

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
      ...roles.flatMap((role) => checks.get(role) ?? []),
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

/** As a connection too many is tried again where others are at work, and then with pauses. */
const mostTries = 4;

async function tryFiles(
  pairs: readonly FilePair[],
  options: ConnectivityOptions,
): Promise<Map<FilePair, LoginFindings>> {
  const { run, preparation, directory } = options;
  const { desired, declared: names, service } = preparation.intent;
  const { pinned, tls } = options.session;
  // What is known before the server has answered; which files of TLS a DSN file may name depends on no more.
  const early = endpointOf(service, { ...pinned, isEncrypted: tls !== null, hasSsl: true });
  const exact = options.reached.then((reached) => endpointOf(service, reached)).catch(() => early);
  // Where it can't be read the verb itself fails.
  const adminRole = options.adminRole.catch(() => '');
  const found = new Map<FilePair, LoginFindings>(
    pairs.map((pair) => [
      pair,
      {
        checks: [
          loginCheck(
            pair,
            'fail',
            'could not log in: the server takes no more logins',
            'end sessions that are idle, or raise max_connections',
          ),
        ],
      },
    ]),
  );
  const lookedAt = new Set<string>();
  const databasesLookedAt = new Set<string>();
  const firstWith = (seen: Set<string>, name: string) => () => {
    const isFirst = !seen.has(name);
    seen.add(name);
    return isFirst;
  };
  const loginOf = manifestLogins(manifestOf(desired), pairs);
  // The verb itself fails where it can't be read; here it only explains less.
  const declared = options.declared.catch(() => undefined);
  const systemIdentifier = options.systemIdentifier.catch(() => undefined);
  const tries = new Map<FilePair, number>();
  // Read before the first login, so that none of the later ones has to wait for its file.
  const targets = new Map(pairs.map((pair) => [pair, readServiceTarget(pair, directory, early)]));
  // Those whose turn never comes are nobody's.
  for (const target of targets.values()) target.catch(() => undefined);
  try {
    const onDone = (done: number) =>
      options.onProgress?.({ phase: 'logging in as services', done, total: pairs.length });
    await eachInParallel(
      pairs,
      { jobs: options.jobs, signal: run.signal, isWorthIt: hasNoRoom, onDone },
      async (pair) => {
        const target = await targets.get(pair);
        if (target === undefined) return;
        if ('id' in target) return void found.set(pair, { checks: [target] });
        const { isNegative } = options;
        const tried = (tries.get(pair) ?? 0) + 1;
        tries.set(pair, tried);
        const { signal, meter, cache } = run;
        const here = names.databases.get(pair.database);
        const login = loginOf(pair);
        const trial = {
          pair,
          target,
          schemas: login?.creates ?? [...(desired.databases.get(pair.database)?.schemas ?? [])],
          declaredSchemas: here?.schemas ?? new Set(),
          login,
          roles: [...(here?.logins ?? []), ...(login?.makers ?? [])],
          deploymentId: desired.deploymentId,
          adminRole,
          isNegative,
          looksAtRole: firstWith(lookedAt, pair.role),
          looksAtDatabase: firstWith(databasesLookedAt, pair.database),
          endpoint: exact,
          declared,
          admin: options.session.where,
          systemIdentifier,
          isLastTry: () => tried >= mostTries,
          cache,
          meter,
          signal,
        };
        const findings = await run.waiting(`trying ${pair.path}`, () => tryLogin(trial));
        found.set(pair, { target, ...findings });
      },
    );
  } catch (error) {
    // Those that found no room stand as failed; so do those behind them.
    if (run.signal.aborted || !hasNoRoom(error)) throw error;
  }
  return found;
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
          { own, declared: names.databases, places },
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
