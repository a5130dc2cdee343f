// Apply and rotation over a connection that is cut, reset, stalled, or loses an answer, at each message of the protocol.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { told } from './aftermath.ts';
import { type Fault, type Harm, startFaultyProxy } from './faulty-proxy.ts';
import { type GroundHandle, isUnprovable, kindsOf, majorsFor, startGround } from './grounds.ts';
import { createLanes } from './lanes.ts';
import type { Direction } from './messages.ts';
import { readExtent } from './sample.ts';
import { begin, type Harming, hurtCommand, type Scenario } from './scenario.ts';
import { sweep } from './sweep.ts';

const extent = readExtent(process.env);
const timeout = extent.isWhole ? 7_200_000 : 180_000;
/** The whole run's limit where the server falls silent, longer at each attempt; how long any run may take to end after it. */
const [firstLimitMs, graceMs] = [2_000, 12_000];
/** Many, since a run on a silent connection does nothing but wait. */
const [lanes, blackHoleLanes] = [8, 24];
// Each run of the command line listens for signals.
process.setMaxListeners(2 * blackHoleLanes);

// A sample keeps `npm test` short; the whole sweep takes every point of every line.
const scenarios: readonly FaultScenario[] = [
  { kind: 'superuser', command: 'apply', sampleSize: 3 },
  { kind: 'superuser', command: 'rotate', sampleSize: 3 },
  { kind: 'plain admin', command: 'apply', sampleSize: 4 },
  { kind: 'plain admin', command: 'rotate', sampleSize: 3 },
  { kind: 'plain admin, service host unreachable', command: 'apply', sampleSize: 2 },
  { kind: 'plain admin, service host unreachable', command: 'rotate', sampleSize: 2 },
  { kind: 'plain admin, trust', command: 'apply', sampleSize: 2 },
  { kind: 'plain admin, trust', command: 'rotate', sampleSize: 2 },
];

interface FaultScenario extends Scenario {
  readonly sampleSize: number;
}

/** What each harm is done to. An answer that is lost while its request was lost too is what `cut` does. */
const harms: readonly (readonly [Harm, readonly Direction[]])[] = [
  ['cut', ['to-server', 'to-client']],
  ['reset', ['to-server', 'to-client']],
  ['stall', ['to-server', 'to-client']],
  ['drop-answer', ['to-server']],
  ['down', ['to-server', 'to-client']],
];
/** Only by its own idle limit does the server notice, so each point takes a minute: the whole sweep alone does that. */
const blackHoles: typeof harms = [['black-hole', ['to-server']]];

for (const major of majorsFor(extent)) {
  describe.each(kindsOf(scenarios))(`PostgreSQL ${major}, %s`, (kind) => {
    let handle: GroundHandle;
    beforeAll(async () => {
      handle = await startGround(kind, major);
    });
    afterAll(() => handle?.[Symbol.asyncDispose]());

    const harmed = (what: string, chosen: typeof harms, lanes: number) => async (scenario: FaultScenario) => {
      await using trials = createLanes(scenario, handle, what);
      const startedAt = performance.now();
      const { tried, hurt, failures } = await sweep({
        title: `connection ${what}: PostgreSQL ${major}, ${kind}, ${scenario.command}`,
        points: await faultsOf(scenario, handle, chosen),
        sampleSize: scenario.sampleSize,
        extent,
        lanes,
        tryPoint: (fault, lane, attempt) => trials.tryIn(lane, harming(fault, firstLimitMs * 3 ** (attempt - 1))),
      });
      expect(failures).toEqual([]);
      // Some runs end before their point, of a small sample one.
      expect(tried - hurt).toBeLessThanOrEqual(Math.max(1, tried * 0.2));
      expect(hurt).toBeGreaterThan(0);
      // Else the server was told after all.
      if (chosen === blackHoles) expect(performance.now() - startedAt).toBeGreaterThan(45_000);
    };
    const own = scenarios.filter((scenario) => scenario.kind === kind);

    test.each(own)(
      '$command, harmed at any message: the next run converges',
      { timeout },
      harmed('harmed', harms, lanes),
    );

    test.skipIf(!extent.isWhole).each(own.filter(({ kind: one }) => one === 'plain admin'))(
      '$command, swallowed by a black hole: the next run waits and converges',
      { timeout },
      harmed('swallowed', blackHoles, blackHoleLanes),
    );
  });
}
if (!extent.isWhole) console.log('black holes are left to CRASH_POINTS=all: each point takes a minute');

/** Counts the messages of a run that nobody disturbs; every chosen harm at each of them, in the order of the run. */
async function faultsOf(scenario: Scenario, handle: GroundHandle, chosen: typeof harms): Promise<Fault[]> {
  using deployment = await begin(scenario, handle, 'count');
  await using proxy = await startFaultyProxy(handle.ground.server.port);
  await deployment.run(hurtCommand(scenario, deployment), through(proxy.port, handle.ground.adminDsn));
  await deployment.drop();
  // A run that is refused only reads.
  expect(Math.min(...Object.values(proxy.counts))).toBeGreaterThan(isUnprovable(handle.ground) ? 5 : 30);
  return chosen
    .flatMap(([harm, directions]) =>
      directions.flatMap((direction) =>
        Array.from({ length: proxy.counts[direction] }, (_, index) => ({ harm, direction, at: index + 1 })),
      ),
    )
    .sort((one, other) => one.at / proxy.counts[one.direction] - other.at / proxy.counts[other.direction]);
}

function harming(fault: Fault, limitMs: number): Harming {
  return async (deployment, argv) => {
    const proxy = await startFaultyProxy(deployment.ground.server.port, fault);
    const isSilent = fault.harm === 'stall' || fault.harm === 'black-hole';
    const timed = isSilent ? [...argv, '--timeout', `${limitMs}ms`] : argv;
    const answer = await deployment.run(timed, through(proxy.port, deployment.ground.adminDsn));
    const problems: string[] = [];
    // The harm may come too late to keep a run from what it answers undisturbed: done, or refused.
    const undisturbed = isUnprovable(deployment.ground) ? 4 : 0;
    if (![undisturbed, 1].includes(answer.exit) || answer.response.error_class === 'internal') {
      problems.push(`the hurt run ended with exit ${answer.exit}: ${told(answer)}`);
    }
    if (answer.elapsedMs > limitMs + graceMs)
      problems.push(`the hurt run took ${Math.round(answer.elapsedMs / 1000)} s to end`);
    return {
      what: `${fault.harm} ${fault.direction} at message ${fault.at} (${proxy.struckAt() ?? 'never'})`,
      isHurt: proxy.struckAt() !== undefined,
      problems,
      answer,
      // A black hole that ended would tell the server that its clients are gone.
      end: async () => await proxy[Symbol.asyncDispose](),
    };
  };
}

function through(port: number, adminDsn: string): string {
  const dsn = new URL(adminDsn);
  dsn.port = String(port);
  return dsn.href;
}
