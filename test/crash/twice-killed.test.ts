// A rotation that is killed between two renames, and killed again: it goes on with the password that it began with.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentsOf, problemsAtAnyInstant, problemsWhenConverged, told } from './aftermath.ts';
import { type GroundHandle, startGround } from './grounds.ts';
import { installBinary } from './killed-run.ts';
import { begin, hurtCommand } from './scenario.ts';

const kinds = ['superuser', 'plain admin'] as const;
const binary = await installBinary();
const handles = new Map<string, GroundHandle>();
beforeAll(async () => {
  for (const kind of kinds) handles.set(kind, await startGround(kind, 18));
});
afterAll(async () => {
  for (const handle of handles.values()) await handle[Symbol.asyncDispose]();
  binary[Symbol.dispose]();
});

test.each(kinds)('%s: never a third password', async (kind) => {
  const scenario = { kind, command: 'rotate' } as const;
  using deployment = await begin(scenario, handles.get(kind) as GroundHandle, 'twice');
  const [first, second] = deployment.databases.map((database) => `${database}.dsn`) as [string, string];
  const argv = hurtCommand(scenario, deployment);
  const original = contentsOf(deployment);

  const between = await binary.run(deployment, argv, `before renameSync ${second}.staged`);
  expect(between.isKilled).toBe(true);
  expect(await problemsAtAnyInstant(deployment, original)).toEqual([]);
  const rotated = contentsOf(deployment);
  expect(rotated.get(first)).not.toBe(original.get(first));
  expect(rotated.get(second)).toBe(original.get(second));

  const again = await binary.run(deployment, argv, 'before fsyncSync .');
  expect(again.isKilled).toBe(true);
  expect(await problemsAtAnyInstant(deployment, rotated)).toEqual([]);

  const answer = await deployment.run(['apply']);
  expect(answer.exit, told(answer)).toBe(0);
  expect(await problemsWhenConverged(deployment)).toEqual([]);
  expect(contentsOf(deployment).get(first)).toBe(rotated.get(first));
});
