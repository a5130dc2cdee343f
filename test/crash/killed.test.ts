// Apply and rotation, killed before each file system call on the DSN files, and before and after each network write.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GroundHandle, kindsOf, majorsFor, startGround } from './grounds.ts';
import { type Binary, installBinary, type Point } from './killed-run.ts';
import { createLanes } from './lanes.ts';
import { readExtent } from './sample.ts';
import { begin, type Harming, hurtCommand, type Scenario } from './scenario.ts';
import { sweep } from './sweep.ts';

const extent = readExtent(process.env);
const lanes = 3;
const timeout = extent.isWhole ? 3_600_000 : 180_000;

// A sample keeps `npm test` short; the whole sweep takes every point of every line.
const scenarios: readonly (Scenario & { readonly sampleSize: number })[] = [
  { kind: 'superuser', command: 'apply', sampleSize: 8 },
  { kind: 'superuser', command: 'rotate', sampleSize: 5 },
  { kind: 'plain admin', command: 'apply', sampleSize: 8 },
  { kind: 'plain admin', command: 'rotate', sampleSize: 5 },
  { kind: 'plain admin', command: 'rotate, then apply', sampleSize: 5 },
  { kind: 'plain admin, service host unreachable', command: 'apply', sampleSize: 3 },
  { kind: 'plain admin, service host unreachable', command: 'rotate', sampleSize: 3 },
  { kind: 'plain admin, trust', command: 'apply', sampleSize: 4 },
  { kind: 'plain admin, trust', command: 'rotate', sampleSize: 4 },
];
let binary: Binary;
beforeAll(async () => {
  binary = await installBinary();
});
afterAll(() => binary[Symbol.dispose]());

for (const major of majorsFor(extent)) {
  describe.each(kindsOf(scenarios))(`PostgreSQL ${major}, %s`, (kind) => {
    let handle: GroundHandle;
    beforeAll(async () => {
      handle = await startGround(kind, major);
    });
    afterAll(() => handle[Symbol.asyncDispose]());

    test.each(scenarios.filter((scenario) => scenario.kind === kind))(
      '$command, killed at any point: the next run converges',
      { timeout },
      async (scenario) => {
        await using trials = createLanes(scenario, handle, 'kill');
        const points = await pointsOf(scenario, handle);
        const { tried, hurt, failures } = await sweep({
          title: `killed: PostgreSQL ${major}, ${kind}, ${scenario.command}`,
          points: points.map((_, index) => index + 1),
          sampleSize: scenario.sampleSize,
          extent,
          lanes,
          tryPoint: (killAt, lane) => trials.tryIn(lane, killing(killAt)),
        });
        expect(failures).toEqual([]);
        expect(hurt).toBeGreaterThan(tried * 0.8);
      },
    );
  });
}

/** Counts the points of a run that nobody kills. */
async function pointsOf(scenario: Scenario, handle: GroundHandle): Promise<readonly Point[]> {
  using deployment = await begin(scenario, handle, 'count');
  const { points } = await binary.run(deployment, hurtCommand(scenario, deployment));
  await deployment.drop();
  // Were the hook blind for one of these, nothing would be tested there.
  const kinds = points.map(({ at }) => at.replace(/^(before \w+) .*\.dsn.*$/, '$1'));
  const expected = ['unlinkSync', 'openSync', 'writeSync', 'fsyncSync', 'closeSync'].map((name) => `before ${name}`);
  const renames = scenario.kind === 'plain admin, trust' ? [] : ['before renameSync'];
  expect(kinds).toEqual(expect.arrayContaining([...expected, ...renames, 'before a write', 'after a write']));
  return points;
}

function killing(killAt: number): Harming {
  return async (deployment, argv) => {
    const { isKilled, exit, output, points } = await binary.run(deployment, argv, killAt);
    const isEnded = exit === 0 || deployment.ground.loginHost !== deployment.ground.server.host;
    return {
      what: `killed at point ${killAt}, ${points.at(-1)?.at ?? 'never'}`,
      isHurt: isKilled,
      problems: isKilled || isEnded ? [] : [`not killed, exit ${exit}: ${output}`],
    };
  };
}
