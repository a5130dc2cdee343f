// Every scenario on real servers: plan → apply → plan is empty → verify, or refused with nothing changed.
// `SCENARIOS=all` runs each on all its versions and with both admins, otherwise on one of them.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScenario } from './scenarios/run-scenario.ts';
import { type Admin, allMajors, type Scenario } from './scenarios/scenario.ts';

const folder = new URL('scenarios/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.scenario.ts'));
const modules = await Promise.all(
  files.map(
    (name) => import(new URL(name, folder).pathname) as Promise<{ scenario?: Scenario; scenarios?: Scenario[] }>,
  ),
);
const scenarios = modules.flatMap(({ scenario, scenarios: several = [] }) => scenario ?? several);

function adminsOf({ desired }: Scenario): readonly Admin[] {
  return desired.manifest === undefined ? ['plain', 'superuser'] : ['plain', 'superuser', 'self-granting'];
}

const all = scenarios.flatMap((scenario, index) => {
  const { majors = allMajors, admins = adminsOf(scenario) } = scenario;
  const variants = majors.flatMap((major) =>
    admins.filter((admin) => major >= 16 || admin !== 'self-granting').map((admin) => ({ scenario, major, admin })),
  );
  // Steps of three reach every version and admin in turn, whatever their number is.
  const sampled = (index * 3 + 8) % variants.length;
  return variants.map((variant, position) => ({ ...variant, isSampled: position === sampled }));
});
const chosen = process.env.SCENARIOS === 'all' ? all : all.filter(({ isSampled }) => isSampled);
const spread = new Map<string, number>();
for (const { major, admin } of chosen) spread.set(`${major} ${admin}`, (spread.get(`${major} ${admin}`) ?? 0) + 1);
const told = [...spread].sort().map(([variant, count]) => `${variant} ${count}`);
console.log(
  `scenarios: ${chosen.length} of ${all.length} runs of ${scenarios.length} scenarios (SCENARIOS=all runs the rest): ${told.join(', ')}`,
);

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  test.each(chosen.filter((variant) => variant.scenario === scenario))(
    'PostgreSQL $major as $admin',
    async (variant) => {
      expect.hasAssertions();
      await runScenario(variant);
    },
  );
});
