// No single fault of a deployment passes for health: each is made on a real server, told by verify (or by plan or
// status, where services still work), undone, and gone. A sample of them, or with FAULTS=all every one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExtent, sampleOf } from '../crash/sample.ts';
import { type Act, type Fault, faults } from './faults.ts';
import { everything, makeStage, planned, type Stage, told } from './stage.ts';

const { FAULTS: points = 'sample', FAULTS_SEED: seed } = process.env;
const extent = readExtent({ CRASH_POINTS: points, ...(seed !== undefined && { CRASH_SEED: seed }) });

describe.each([
  ['superuser', 15],
  ['plain', 18],
] as const)('as %s, PostgreSQL %i', (admin, major) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await makeStage(admin, major);
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const possible = faults.filter(({ since = 0 }) => since <= major);
  const chosen = sampleOf(possible, 10, extent, admin);
  console.log(`faults: ${chosen.length} of ${possible.length} as ${admin}, FAULTS_SEED=${extent.seed}`);
  test.each(chosen.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_, fault) => {
      await act(fault.make, stage);
      try {
        const answer = await stage.deployment.verify(everything);
        const verified = told(answer);
        const lines = fault.by === undefined ? verified : planned(await stage.deployment[fault.by]());
        // What another verb tells, verify ends as it began.
        expect(answer.error_class).not.toBe('internal');
        if (fault.by !== undefined) expect(verified.filter((line) => !stage.usual.has(line))).toEqual([]);
        expect(lines.filter((line) => !stage.usual.has(line)).join('\n')).toMatch(fault.expected);
        // SQL is for somebody else to run: as whom, and where.
        for (const line of lines.filter((text) => /next: .*\b(ALTER|GRANT|REVOKE|DROP|SELECT) /.test(text)))
          expect(line).toMatch(/next: .*(\bruns, in |, as a superuser in any database: )/);
        if (fault.expected.source.startsWith('fail')) expect(answer.ok).toBe(false);
        // Whatever is wrong, a plan is answered.
        const plan = await stage.deployment.plan();
        expect(plan.error_class).not.toBe('internal');
        if (fault.plan !== undefined) expect(planned(plan).join('\n')).toMatch(fault.plan);
      } finally {
        await act(fault.undo, stage);
      }
      const after = await stage.deployment.verify(everything);
      expect(told(after).filter((line) => !stage.usual.has(line))).toEqual([]);
      expect(after.ok).toBe(true);
    },
    60_000,
  );
});

async function act(acts: Fault['make'], stage: Stage): Promise<void> {
  if (typeof acts === 'function') return await acts(stage);
  for (const { sql, in: database = 'postgres' } of acts as readonly Act[]) await stage.server.query(sql, { database });
}
