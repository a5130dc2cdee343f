import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSavedPlan } from '../../src/output/saved-plan.ts';
import { planText } from '../../src/render/text-plan.ts';
import { firstPlan, viewOf } from '../examples.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'saved-plan-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const read = (content: string, deploymentId = 'example-dev') => {
  const path = join(directory, 'plan.json');
  writeFileSync(path, content);
  return readSavedPlan(path, './plan.json', deploymentId);
};

describe('readSavedPlan', () => {
  it('reads back what was saved', async () => {
    expect(await read(JSON.stringify(firstPlan, null, 2))).toEqual(firstPlan);
  });

  it('IN-51 refuses an edited plan', async () => {
    const steps = firstPlan.steps.map((step) =>
      step.action === 'create-role' ? { ...step, target: 'postgres' } : step,
    );
    await expect(read(JSON.stringify({ ...firstPlan, steps }))).rejects.toMatchObject({
      errorClass: 'stale-plan',
      message: 'plan ./plan.json was edited after it was saved: its identity does not fit its steps',
    });
    await expect(read(JSON.stringify({ ...firstPlan, steps: [] }))).rejects.toMatchObject({ errorClass: 'stale-plan' });
  });

  it('IN-53 refuses the plan of another deployment', async () => {
    await expect(read(JSON.stringify(firstPlan), 'other')).rejects.toMatchObject({
      errorClass: 'stale-plan',
      message: 'plan ./plan.json is for deployment example-dev, this is other',
    });
  });

  it('IN-55 knows the text form', async () => {
    await expect(read(`${planText(firstPlan, viewOf()).join('\n')}\n`)).rejects.toMatchObject({
      errorClass: 'invalid-request',
      message: 'plan ./plan.json is the text form',
      diagnostics: [expect.objectContaining({ remedy: 'bus operator database plan --save new-plan.json' })],
    });
  });

  it.each([
    ['', 'is not JSON'],
    ['null', 'holds no plan'],
    ['[]', 'holds no plan'],
    ['{"ok":true,"plan_id":"x","deployment_id":"y","target":null,"steps":[]}', 'holds no plan'],
    ['{"ok":true,"plan_id":"x","deployment_id":"y","target":{},"steps":[null]}', 'holds no plan'],
    [JSON.stringify({ ...firstPlan, ok: false }), 'holds a plan that was refused'],
  ])('refuses %j', async (content, why) => {
    await expect(read(content)).rejects.toMatchObject({ errorClass: 'invalid-request' });
    await expect(read(content)).rejects.toThrow(`plan ./plan.json ${why}`);
  });

  it('refuses what is absent, too large or no file', async () => {
    const path = (name: string) => join(directory, name);
    await expect(readSavedPlan(path('absent'), 'absent', 'x')).rejects.toThrow('plan absent does not exist');
    await expect(readSavedPlan(directory, './d', 'x')).rejects.toThrow('plan ./d is not a regular file');
    writeFileSync(path('huge'), '');
    truncateSync(path('huge'), 65 * 1024 * 1024);
    await expect(readSavedPlan(path('huge'), 'huge', 'x')).rejects.toThrow('plan huge is larger than 64 MiB');
    execFileSync('mkfifo', [path('pipe')]);
    await expect(readSavedPlan(path('pipe'), 'pipe', 'x')).rejects.toThrow('plan pipe is not a regular file');
  });
});
