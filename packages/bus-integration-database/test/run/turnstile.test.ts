import { expect, test } from 'vitest';
import { createTurnstile } from '../../src/run/turnstile.ts';

test('lets in so many at once, the others in the order in which they came, past works that fail too', async () => {
  const turnstile = createTurnstile(2);
  const begun: number[] = [];
  let inside = 0;
  let most = 0;
  const work = (index: number) => async () => {
    begun.push(index);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((done) => setImmediate(done));
    inside -= 1;
    if (index % 3 === 0) throw new Error(`${index}`);
    return index;
  };
  const passed = Array.from({ length: 9 }, (_, index) => turnstile.pass(work(index)));
  expect(turnstile.waiting).toBe(7);
  const results = await Promise.allSettled(passed);
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(begun.map((index) => index % 3 !== 0));
  expect([begun, most, turnstile.waiting]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], 2, 0]);
  expect(await turnstile.pass(work(1))).toBe(1);
});
