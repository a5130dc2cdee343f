// Random starting clusters and declarations on live servers. `PROPERTY_RUNS=200` runs all, otherwise a seeded sample;
// `PROPERTY_SEED=n` begins elsewhere, and with `PROPERTY_RUNS=1` repeats one case.
import { afterAll, describe, expect, test } from 'vitest';
import { randomCase } from './property/random-case.ts';
import { runCase } from './property/run-case.ts';

const all = 200;
const sample = 7;
/** Of which one ends refused. */
const sampledSeed = 19;
const runs = Number(process.env.PROPERTY_RUNS ?? sample);
const firstSeed = Number(process.env.PROPERTY_SEED ?? (process.env.PROPERTY_RUNS === undefined ? sampledSeed : 1));
const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);
const endings = new Map<string, number>();

console.log(`property: ${runs} of ${all} random starting states, seeds ${firstSeed} to ${firstSeed + runs - 1}`);

describe('a random cluster converges, or is refused with nothing changed', () => {
  test.each(seeds)('seed %i', { timeout: 120_000 }, async (seed) => {
    const random = randomCase(seed);
    try {
      const ending = await runCase(random);
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    } catch (error) {
      console.error(
        `repeat: PROPERTY_SEED=${seed} PROPERTY_RUNS=1 npx vitest run test/property\n${JSON.stringify(random, describeValue, 1)}`,
      );
      throw error;
    }
  });
});

afterAll(() => {
  const told = [...endings].sort(([, one], [, other]) => other - one).map(([ending, count]) => `  ${count} ${ending}`);
  console.log(`property: ${runs} cases ended\n${told.join('\n')}`);
  // Random cases that are nearly all refused would prove little.
  if (runs >= sample) expect(endings.get('converged') ?? 0).toBeGreaterThan(runs / 3);
});

function describeValue(_: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value;
}
