// No single fault of a deployment passes for health: each is made on a real server, told by verify (or by plan or
// status, where services still work), undone, and gone. A sample of them, or with FAULTS=all every one.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { readExtent, sampleOf } from '../crash/sample.ts';
import { faults } from './faults.ts';
import { judgeFault } from './judge.ts';
import { manifestAttacks } from './manifest-attacks.ts';
import { manifestFaults } from './manifest-faults.ts';
import { makeManifestStage } from './manifest-stage.ts';
import { makeStage, type Stage } from './stage.ts';

const { FAULTS: points = 'sample', FAULTS_SEED: seed } = process.env;
const extent = readExtent({ CRASH_POINTS: points, ...(seed !== undefined && { CRASH_SEED: seed }) });

const declarations = {
  lists: { make: makeStage, all: faults },
  'a manifest': { make: makeManifestStage, all: [...manifestFaults, ...manifestAttacks] },
};

describe.each([
  ['lists', 'superuser', 15],
  ['lists', 'plain', 18],
  ['a manifest', 'superuser', 15],
  ['a manifest', 'plain', 18],
] as const)('of %s, as %s, PostgreSQL %i', (declaration, admin, major) => {
  const { make, all } = declarations[declaration];
  let stage: Stage;
  beforeAll(async () => {
    stage = await make(admin, major);
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const possible = all.filter(({ since = 0 }) => since <= major);
  const chosen = sampleOf(possible, 4, extent, admin);
  console.log(
    `faults: ${chosen.length} of ${possible.length} of ${declaration} as ${admin}, FAULTS_SEED=${extent.seed}`,
  );
  test.each(chosen.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_, fault) => await judgeFault(fault, stage),
  );
});
