// Apply and rotation, killed before each file system call on the DSN files, and before and after each network write.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, problemsAtAnyInstant } from './aftermath.ts';
import { type GroundHandle, kindsOf, majorsFor, startGround } from './grounds.ts';
import { installBinary, type Point } from './killed-run.ts';
import { createLanes } from './lanes.ts';
import { readExtent } from './sample.ts';
import { begin, type Harming, hurtCommand, type Scenario } from './scenario.ts';
import { sweep } from './sweep.ts';

const extent = readExtent(process.env);
const lanes = 3;
const timeout = extent.isWhole ? 3_600_000 : 180_000;

// A sample keeps `npm test` short; the whole sweep takes every point of every line.
const scenarios: readonly KillScenario[] = [
  { kind: 'superuser', command: 'apply', kills: 1, sampleSize: 3 },
  { kind: 'superuser', command: 'rotate', kills: 1, sampleSize: 2 },
  { kind: 'superuser', command: 'rotate', kills: 2, sampleSize: 1 },
  { kind: 'plain admin', command: 'apply', kills: 1, sampleSize: 3 },
  { kind: 'plain admin', command: 'apply', kills: 2, sampleSize: 1 },
  { kind: 'plain admin', command: 'rotate', kills: 1, sampleSize: 2 },
  { kind: 'plain admin', command: 'rotate', kills: 2, sampleSize: 2 },
  { kind: 'plain admin', command: 'rotate, then apply', kills: 1, sampleSize: 2 },
  { kind: 'plain admin', command: 'apply', isByManifest: true, kills: 1, sampleSize: 2 },
  { kind: 'plain admin', command: 'apply', isByManifest: true, kills: 2, sampleSize: 1 },
  { kind: 'plain admin', command: 'rotate', isByManifest: true, kills: 1, sampleSize: 2 },
  { kind: 'plain admin', command: 'rotate, then apply', isByManifest: true, kills: 2, sampleSize: 2 },
  { kind: 'plain admin, service host unreachable', command: 'apply', kills: 1, sampleSize: 1 },
  { kind: 'plain admin, service host unreachable', command: 'rotate', kills: 1, sampleSize: 1 },
];

interface KillScenario extends Scenario {
  readonly kills: 1 | 2;
  readonly sampleSize: number;
}

const binary = await installBinary();
afterAll(() => binary[Symbol.dispose]());

for (const major of majorsFor(extent)) {
  describe.each(kindsOf(scenarios))(`PostgreSQL ${major}, %s`, (kind) => {
    let handle: GroundHandle;
    beforeAll(async () => {
      handle = await startGround(kind, major);
    });
    afterAll(() => handle?.[Symbol.asyncDispose]());

    test.each(scenarios.filter((scenario) => scenario.kind === kind))(
      '$command, killed at any point, times $kills: the next run converges',
      { timeout },
      async (scenario) => {
        await using trials = createLanes(scenario, handle, 'kill');
        const points = await pointsOf(scenario, handle);
        const { tried, hurt, failures } = await sweep({
          title: `killed: PostgreSQL ${major}, ${kind}, ${scenario.command}${scenario.isByManifest ? ' by manifest' : ''}, times ${scenario.kills}`,
          points: killsOf(scenario, points),
          sampleSize: scenario.sampleSize,
          extent,
          lanes,
          tryPoint: (kills, lane) => trials.tryIn(lane, killing(kills)),
        });
        expect(failures).toEqual([]);
        // Some runs end before their point, of a small sample one.
        expect(tried - hurt).toBeLessThanOrEqual(Math.max(1, tried * 0.2));
        expect(hurt).toBeGreaterThan(0);
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
  const expected = ['openSync', 'writeSync', 'fsyncSync', 'closeSync'].map((name) => `before ${name}`);
  expect(kinds).toEqual(expect.arrayContaining([...expected, 'before renameSync', 'before a write', 'after a write']));
  return points;
}

/** Every point once; where the run that follows is killed too, that at a point which the seed chooses. */
function killsOf({ kills }: KillScenario, points: readonly Point[]): readonly (readonly number[])[] {
  return points.map((_, index) => {
    const second = 1 + ((extent.seed + 7919 * (index + 1)) % points.length);
    return kills === 1 ? [index + 1] : [index + 1, second];
  });
}

/** Kills one run after the other; what must hold at any instant is looked at after each but the last. */
function killing(kills: readonly number[]): Harming {
  return async (deployment, argv) => {
    let before = contentsOf(deployment);
    const problems: string[] = [];
    const whats: string[] = [];
    let isHurt = true;
    for (const [index, killAt] of kills.entries()) {
      if (index > 0) {
        problems.push(...(await problemsAtAnyInstant(deployment, before)));
        before = contentsOf(deployment);
      }
      const { isKilled, exit, output, points } = await binary.run(deployment, argv, killAt);
      whats.push(`killed at point ${killAt}, ${isKilled ? points.at(-1)?.at : 'never'}`);
      // A run that follows a killed one has less to do, so it may end before.
      if (index === 0) isHurt = isKilled;
      if (!isKilled && exit !== 0) problems.push(`not killed, exit ${exit}: ${output}`);
    }
    return { what: whats.join('; then '), isHurt, problems, before };
  };
}
