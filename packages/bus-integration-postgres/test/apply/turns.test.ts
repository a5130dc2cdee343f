import { pause } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { createTurns } from '../../src/apply/turns.ts';

const { signal } = new AbortController();

test('work that joins a role waits for other work that does, in whatever order they name them; other work goes on', async () => {
  const inTurn = createTurns();
  const events: string[] = [];
  const work = (name: string, roles: readonly string[], ms: number) =>
    inTurn(roles, signal, async () => {
      events.push(`${name} begins`);
      await pause(ms, signal);
      events.push(`${name} ends`);
    });
  await Promise.all([
    work('first', ['a', 'b'], 30),
    work('second', ['b', 'a'], 1),
    work('free', ['c'], 1),
    work('none', [], 1),
  ]);
  expect(events.filter((event) => /first|second/.test(event))).toEqual([
    'first begins',
    'first ends',
    'second begins',
    'second ends',
  ]);
  expect(events.indexOf('free ends')).toBeLessThan(events.indexOf('first ends'));
  expect(events.indexOf('none ends')).toBeLessThan(events.indexOf('first ends'));
});

test('work that failed hands its turn on; who is interrupted while waiting begins nothing', async () => {
  const inTurn = createTurns();
  const interruption = new AbortController();
  const failing = inTurn(['a'], signal, async () => {
    await pause(5, signal);
    throw new Error('no');
  });
  const waiting = inTurn(['a'], interruption.signal, async () => 'begun');
  interruption.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  await expect(failing).rejects.toThrow('no');
  expect(await inTurn(['a'], signal, async () => 'next')).toBe('next');
});
