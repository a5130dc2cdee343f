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
const timeout = extent.isWhole ? 3_600_000 : 180_000;
/** The whole run's limit where the server falls silent; how much longer a run may take to end in order. */
const [limitMs, graceMs] = [2_000, 8_000];

// A sample keeps `npm test` short; the whole sweep takes every point of every line.
const scenarios: readonly (Scenario & { readonly sampleSize: number })[] = [
  { kind: 'superuser', command: 'apply', sampleSize: 4 },
  { kind: 'superuser', command: 'rotate', sampleSize: 3 },
  { kind: 'plain admin', command: 'apply', sampleSize: 4 },
  { kind: 'plain admin', command: 'rotate', sampleSize: 3 },
  { kind: 'plain admin, service host unreachable', command: 'apply', sampleSize: 2 },
  { kind: 'plain admin, trust', command: 'rotate', sampleSize: 2 },
];
const harms: readonly { harm: Harm; directions: readonly Direction[]; lanes: number }[] = [
  { harm: 'cut', directions: ['to-server', 'to-client'], lanes: 3 },
  { harm: 'reset', directions: ['to-server', 'to-client'], lanes: 3 },
  // What is swallowed on its way to the client without the request having arrived is what `cut` does.
  { harm: 'drop-answer', directions: ['to-server'], lanes: 3 },
  // Most of the time nothing happens here.
  { harm: 'stall', directions: ['to-server', 'to-client'], lanes: 8 },
];

for (const major of majorsFor(extent)) {
  describe.each(kindsOf(scenarios))(`PostgreSQL ${major}, %s`, (kind) => {
    let handle: GroundHandle;
    beforeAll(async () => {
      handle = await startGround(kind, major);
    });
    afterAll(() => handle[Symbol.asyncDispose]());

    describe.each(scenarios.filter((scenario) => scenario.kind === kind))('$command', (scenario) => {
      test.each(harms)('$harm at any message: the next run converges', { timeout }, async ({ harm, directions, lanes }) => {
        await using trials = createLanes(scenario, handle, 'fault');
        const faults = await faultsOf(scenario, handle, harm, directions);
        const { tried, hurt, failures } = await sweep({
          title: `connection: PostgreSQL ${major}, ${kind}, ${scenario.command}, ${harm}`,
          points: faults,
          sampleSize: scenario.sampleSize,
          extent,
          lanes,
          tryPoint: (fault, lane) => trials.tryIn(lane, harming(fault)),
        });
        expect(failures).toEqual([]);
        expect(hurt).toBeGreaterThan(tried * 0.8);
      });
    });
  });
}

/** Counts the messages of a run that nobody disturbs. */
async function faultsOf(scenario: Scenario, handle: GroundHandle, harm: Harm, directions: readonly Direction[]): Promise<Fault[]> {
  using deployment = await begin(scenario, handle, 'count');
  await using proxy = await startFaultyProxy(handle.ground.server.port);
  await deployment.run(hurtCommand(scenario, deployment), through(proxy.port, handle.ground.adminDsn));
  await deployment.drop();
  expect(Math.min(...Object.values(proxy.counts))).toBeGreaterThan(30);
  return directions.flatMap((direction) =>
    Array.from({ length: proxy.counts[direction] }, (_, index) => ({ harm, direction, at: index + 1 })),
  );
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
    if (answer.elapsedMs > limitMs + graceMs) problems.push(`the hurt run took ${Math.round(answer.elapsedMs / 1000)} s to end`);
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
