import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Response } from '../../src/contract/response.ts';
import { createAnswerMemory } from '../../src/worker/answer-memory.ts';

const roomy = { count: 10, bytes: 1e6, ageMs: 60_000 };
const envelope = { name: 'bus.database.apply.request', correlationId: 'a', payload: { databases: ['app'] } };
const well: Response = { ok: true, deployment_id: 'shop', provider: 'memory', actions: [], steps: [], diagnostics: [] };

function counting(responses: readonly Partial<Response>[]) {
  let runs = 0;
  const run = async (): Promise<Response> => {
    const response = responses[Math.min(runs, responses.length - 1)];
    runs += 1;
    await delay(1);
    return { ...well, ...response };
  };
  return { run, runs: () => runs };
}

test('what ended well is repeated, also while it is made', async () => {
  const memory = createAnswerMemory(roomy);
  const { run, runs } = counting([{}]);
  const answers = await Promise.all([1, 2, 3].map(() => memory.once(envelope, run)));
  expect(await memory.once(envelope, run)).toBe(answers[0]);
  expect(runs()).toBe(1);
});

test('what failed is run again', async () => {
  const memory = createAnswerMemory(roomy);
  const { run, runs } = counting([{ ok: false, error_class: 'unreachable' }, {}]);
  expect((await memory.once(envelope, run)).ok).toBe(false);
  expect((await memory.once(envelope, run)).ok).toBe(true);
  expect((await memory.once(envelope, run)).ok).toBe(true);
  expect(runs()).toBe(2);
  const throws = () => Promise.reject(new Error('defect'));
  await expect(memory.once({ ...envelope, correlationId: 'b' }, throws)).rejects.toThrow('defect');
  expect((await memory.once({ ...envelope, correlationId: 'b' }, run)).ok).toBe(true);
});

test('the same id with another time or payload is another request', async () => {
  const memory = createAnswerMemory(roomy);
  const { run, runs } = counting([{}]);
  await memory.once(envelope, run);
  await memory.once({ ...envelope, time: new Date(1_000) }, run);
  await memory.once({ ...envelope, time: new Date(2_000) }, run);
  await memory.once({ ...envelope, payload: {} }, run);
  expect(runs()).toBe(4);
});

test.each([
  ['its age', { ...roomy, ageMs: 0 }],
  ['its size', { ...roomy, bytes: 10 }],
  ['newer ones', { ...roomy, count: 1 }],
])('an answer is forgotten for %s', async (_, limits) => {
  const memory = createAnswerMemory(limits);
  const { run, runs } = counting([{}]);
  await memory.once(envelope, run);
  await memory.once({ ...envelope, correlationId: 'b' }, run);
  await memory.once(envelope, run);
  expect(runs()).toBe(3);
});
