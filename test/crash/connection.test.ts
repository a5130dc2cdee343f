// Apply and rotation over a connection that is cut, reset, stalled, or loses an answer, at each message of the protocol.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { told } from './aftermath.ts';
import { type Fault, type Harm, startFaultyProxy } from './faulty-proxy.ts';
import { type GroundHandle, kindsOf, majorsFor, startGround } from './grounds.ts';
import { createLanes } from './lanes.ts';
import type { Direction } from './messages.ts';
import { readExtent } from './sample.ts';
import { begin, type Harming, hurtCommand, type Scenario } from './scenario.ts';
import { sweep } from './sweep.ts';

const extent = readExtent(process.env);
const timeout = extent.isWhole ? 7_200_000 : 180_000;
/** The whole run's limit where the server falls silent; how much longer any run may take to end in order. */
const [limitMs, graceMs] = [3_000, 8_000];
/** Many, since a run on a silent connection does nothing but wait; as many as one process may listen for signals. */
const lanes = 8;

// A sample keeps `npm test` short; the whole sweep takes every point of every line.
const scenarios: readonly (Scenario & { readonly sampleSize: number })[] = [
  { kind: 'superuser', command: 'apply', sampleSize: 14 },
  { kind: 'superuser', command: 'rotate', sampleSize: 12 },
  { kind: 'plain admin', command: 'apply', sampleSize: 14 },
  { kind: 'plain admin', command: 'rotate', sampleSize: 12 },
  { kind: 'plain admin, service host unreachable', command: 'apply', sampleSize: 8 },
  { kind: 'plain admin, trust', command: 'rotate', sampleSize: 8 },
];
const harms: readonly (readonly [Harm, readonly Direction[]])[] = [
  ['cut', ['to-server', 'to-client']],
  ['reset', ['to-server', 'to-client']],
  ['stall', ['to-server', 'to-client']],
  // An answer that is lost while its request was lost too is what `cut` does.
  ['drop-answer', ['to-server']],
];

for (const major of majorsFor(extent)) {
  describe.each(kindsOf(scenarios))(`PostgreSQL ${major}, %s`, (kind) => {
    let handle: GroundHandle;
    beforeAll(async () => {
      handle = await startGround(kind, major);
    });
    afterAll(() => handle[Symbol.asyncDispose]());

    test.each(scenarios.filter((scenario) => scenario.kind === kind))(
      '$command, the connection harmed at any message: the next run converges',
      { timeout },
      async (scenario) => {
        await using trials = createLanes(scenario, handle, 'fault');
        const { tried, hurt, failures } = await sweep({
          title: `connection: PostgreSQL ${major}, ${kind}, ${scenario.command}`,
          points: await faultsOf(scenario, handle),
          sampleSize: scenario.sampleSize,
          extent,
          lanes,
          tryPoint: (fault, lane) => trials.tryIn(lane, harming(fault)),
        });
        expect(failures).toEqual([]);
        expect(hurt).toBeGreaterThan(tried * 0.8);
      },
    );
  });
}

/** Counts the messages of a run that nobody disturbs; every harm at each of them, in the order of the run. */
async function faultsOf(scenario: Scenario, handle: GroundHandle): Promise<Fault[]> {
  using deployment = await begin(scenario, handle, 'count');
  await using proxy = await startFaultyProxy(handle.ground.server.port);
  await deployment.run(hurtCommand(scenario, deployment), through(proxy.port, handle.ground.adminDsn));
  await deployment.drop();
  expect(Math.min(...Object.values(proxy.counts))).toBeGreaterThan(30);
  return harms
    .flatMap(([harm, directions]) =>
      directions.flatMap((direction) =>
        Array.from({ length: proxy.counts[direction] }, (_, index) => ({ harm, direction, at: index + 1 })),
      ),
    )
    .sort((one, other) => one.at / proxy.counts[one.direction] - other.at / proxy.counts[other.direction]);
}

function harming(fault: Fault): Harming {
  return async (deployment, argv) => {
    await using proxy = await startFaultyProxy(deployment.ground.server.port, fault);
    const timed = fault.harm === 'stall' ? [...argv, '--timeout', `${limitMs}ms`] : argv;
    const answer = await deployment.run(timed, through(proxy.port, deployment.ground.adminDsn));
    const problems: string[] = [];
    if (![0, 1].includes(answer.exit) || answer.response.error_class === 'internal') {
      problems.push(`the hurt run ended with exit ${answer.exit}: ${told(answer)}`);
    }
    if (answer.elapsedMs > limitMs + graceMs)
      problems.push(`the hurt run took ${Math.round(answer.elapsedMs / 1000)} s to end`);
    return {
      what: `${fault.harm} ${fault.direction} at message ${fault.at} (${proxy.struckAt() ?? 'never'})`,
      isHurt: proxy.struckAt() !== undefined,
      problems,
    };
  };
}

function through(port: number, adminDsn: string): string {
  const dsn = new URL(adminDsn);
  dsn.port = String(port);
  return dsn.href;
}
