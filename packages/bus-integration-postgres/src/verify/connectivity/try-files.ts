// Logs in with every DSN file that is to be tried.
import type { FilePair } from 'bus-integration-database';
import { endpointOf } from '../../conninfo/dsn-endpoint.ts';
import { manifestOf } from '../../desired/rules.ts';
import { eachInParallel } from '../../run/parallel.ts';
import type { ConnectivityOptions } from './connectivity-options.ts';
import type { LoginFindings } from './login-answer.ts';
import { hasNoRoom, loginCheck } from './login-faults.ts';
import { manifestLogins } from './manifest-login.ts';
import { readServiceTarget, tryLogin } from './service-login.ts';

/** As a connection too many is tried again where others are at work, and then with pauses. */
const mostTries = 4;

/** Each file, several at once; a login that finds no room is tried again. */
export async function tryFiles(
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
