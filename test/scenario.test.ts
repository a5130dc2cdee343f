// Every scenario on real servers: plan → apply → plan is empty → verify, or refused with nothing changed.
// `SCENARIOS=all` runs each on all its versions and with all its admins; otherwise a third of each file's, on one of them each.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readExtent, sampleOf } from './crash/sample.ts';
import { runScenario, type Variant } from './scenarios/run-scenario.ts';
import { type Admin, allMajors, type Scenario } from './scenarios/scenario.ts';

const folder = new URL('scenarios/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.scenario.ts'));
const modules = await Promise.all(
  files.map(
    (name) => import(new URL(name, folder).pathname) as Promise<{ scenario?: Scenario; scenarios?: Scenario[] }>,
  ),
);
const { SCENARIOS: points = 'sample', SCENARIOS_SEED: seed } = process.env;
const extent = readExtent({ CRASH_POINTS: points, ...(seed !== undefined && { CRASH_SEED: seed }) });
const groups = modules.map(({ scenario, scenarios: several = [] }) => (scenario ? [scenario] : several));
const scenarios = groups.flat();
const tried = groups.flatMap((group, index) =>
  sampleOf(group, Math.ceil(group.length / 3), extent, files[index] ?? ''),
);

function adminsOf({ desired }: Scenario): readonly Admin[] {
  return desired.manifest === undefined ? ['plain', 'superuser'] : ['plain', 'superuser', 'self-granting'];
}

function variantsOf(scenario: Scenario): readonly Variant[] {
  const { majors = allMajors, admins = adminsOf(scenario) } = scenario;
  return majors.flatMap((major) =>
    admins.filter((admin) => major >= 16 || admin !== 'self-granting').map((admin) => ({ scenario, major, admin })),
  );
}

const all = scenarios.flatMap(variantsOf);
const sampled = tried.map((scenario, index) => {
  const variants = variantsOf(scenario);
  // Steps of three reach every version and admin in turn, whatever their number is.
  return variants[(index * 3 + 8) % variants.length] as Variant;
});
const chosen = extent.isWhole ? all : sampled;
const spread = new Map<string, number>();
for (const { major, admin } of chosen) spread.set(`${major} ${admin}`, (spread.get(`${major} ${admin}`) ?? 0) + 1);
const told = [...spread].sort().map(([variant, count]) => `${variant} ${count}`);
console.log(
  `scenarios: ${chosen.length} of ${all.length} runs of ${scenarios.length} scenarios (SCENARIOS=all runs the rest): ${told.join(', ')}`,
);

test('every version and every kind of admin is tried', () => {
  expect([...new Set(chosen.map(({ major }) => major))].sort()).toEqual([...allMajors].sort());
  expect([...new Set(chosen.map(({ admin }) => admin))].sort()).toEqual(['plain', 'self-granting', 'superuser']);
});

describe.each(
  [...new Set(chosen.map(({ scenario }) => scenario))].map((scenario) => [scenario.name, scenario] as const),
)('%s', (_, scenario) => {
  test.each(chosen.filter((variant) => variant.scenario === scenario))(
    'PostgreSQL $major as $admin',
    async (variant) => {
      expect.hasAssertions();
      await runScenario(variant);
    },
  );
});
