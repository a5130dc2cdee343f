// One fault made, told, undone, and gone.
import { expect } from 'vitest';
import type { Act, Fault } from './faults.ts';
import { everything, planned, type Stage, told } from './stage.ts';

export async function judgeFault(fault: Fault, stage: Stage): Promise<void> {
  await act(fault.make, stage);
  try {
    const answer = await stage.deployment.verify(everything);
    const verified = told(answer);
    const lines = fault.by === undefined ? verified : planned(await stage.deployment[fault.by]());
    // What another verb tells, verify ends as it began.
    expect(answer.error_class).not.toBe('internal');
    if (fault.by !== undefined) expect(verified.filter((line) => !stage.usual.has(line))).toEqual([]);
    expect(lines.filter((line) => !stage.usual.has(line)).join('\n')).toMatch(fault.expected);
    // SQL is for somebody else to run: as which role, and where.
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
}

async function act(acts: Fault['make'], stage: Stage): Promise<void> {
  if (typeof acts === 'function') return await acts(stage);
  for (const { sql, in: database = 'postgres' } of acts as readonly Act[]) await stage.server.query(sql, { database });
}
