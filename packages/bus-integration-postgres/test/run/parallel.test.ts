import { pause } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { eachInParallel, withRetry } from '../../src/run/parallel.ts';

const signal = new AbortController().signal;
const serverError = (code: string, message = 'no') => Object.assign(new Error(message), { code });

describe('eachInParallel', () => {
  test.each([
    [10, 3, 3],
    [2, 8, 2],
    [0, 4, 0],
  ])('%i items, %i at once: at most %i run, all are done', async (count, jobs, most) => {
    let running = 0;
    let peak = 0;
    const done: number[] = [];
    const steps: number[] = [];
    const options = { jobs, signal, onDone: (number: number) => steps.push(number) };
    await eachInParallel([...Array(count).keys()], options, async (item) => {
      running += 1;
      peak = Math.max(peak, running);
      await pause(1, signal);
      running -= 1;
      done.push(item);
    });
    expect(peak).toBe(most);
    expect(done.sort((one, other) => one - other)).toEqual([...Array(count).keys()]);
    expect(steps).toEqual(done.map((_, index) => index + 1));
  });

  test('the first failure is thrown when what runs has ended, and nothing is started after it', async () => {
    const events: string[] = [];
    const work = async (item: string) => {
      events.push(`begin ${item}`);
      await pause(item === 'slow' ? 10 : 1, signal);
      if (item === 'bad') throw new Error('bad');
      events.push(`end ${item}`);
    };
    await expect(eachInParallel(['slow', 'bad', 'never'], { jobs: 2, signal }, work)).rejects.toThrow('bad');
    expect(events).toEqual(['begin slow', 'begin bad', 'end slow']);
  });

  test('too many connections for all at the same moment: each is begun again', async () => {
    const tries = new Map<number, number>();
    await eachInParallel([1, 2], { jobs: 2, signal }, async (item) => {
      tries.set(item, (tries.get(item) ?? 0) + 1);
      await pause(5, signal);
      if (tries.get(item) === 1) throw serverError('53300');
    });
    expect([...tries]).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test('too many connections (53300): fewer at once, and nothing is left out', async () => {
    let open = 0;
    const done: number[] = [];
    await eachInParallel([...Array(12).keys()], { jobs: 6, signal }, async (item) => {
      if (open >= 2) throw serverError('53300');
      open += 1;
      await pause(1, signal);
      open -= 1;
      done.push(item);
    });
    expect(done.sort((one, other) => one - other)).toEqual([...Array(12).keys()]);
  });

  test('while the number is not known, one after the other', async () => {
    const events: string[] = [];
    const known = pause(20, signal).then(() => {
      events.push('known');
      return 3;
    });
    let running = 0;
    await eachInParallel([...Array(40).keys()], { jobs: known, signal }, async () => {
      running += 1;
      events.push(`${running}`);
      await pause(1, signal);
      running -= 1;
    });
    const [before, after] = [events.slice(0, events.indexOf('known')), events.slice(events.indexOf('known') + 1)];
    expect(new Set(before)).toEqual(new Set(['1']));
    expect(Math.max(...after.map(Number))).toBe(3);
    expect(before.length + after.length).toBe(40);
  });

  test('where the number can not be had, what runs is waited for and the rest is not begun', async () => {
    const events: string[] = [];
    const run = eachInParallel(
      ['first', 'never'],
      { jobs: Promise.reject(new Error('lost')), signal },
      async (item) => {
        events.push(`begin ${item}`);
        await pause(5, signal);
        events.push(`end ${item}`);
      },
    );
    await expect(run).rejects.toThrow('lost');
    expect(events).toEqual(['begin first', 'end first']);
  });

  test("an interruption stops further starts and is thrown as the signal's reason", async () => {
    const controller = new AbortController();
    const done: number[] = [];
    const run = eachInParallel([1, 2, 3, 4], { jobs: 1, signal: controller.signal }, async (item) => {
      if (item === 2) controller.abort(new Error('SIGINT'));
      done.push(item);
    });
    await expect(run).rejects.toThrow('SIGINT');
    expect(done).toEqual([1, 2]);
  });
});

describe('withRetry', () => {
  test.each([
    ['40001', 'no', true],
    ['40P01', 'no', true],
    ['55006', 'no', true],
    ['55P03', 'no', true],
    ['53300', 'no', true],
    ['57P03', 'no', true],
    ['XX000', 'tuple concurrently updated', true],
    ['XX000', 'something else', false],
    ['42501', 'no', false],
    ['42P04', 'no', false],
  ])('%s "%s": tried again %s', async (code, message, isRetried) => {
    let tries = 0;
    const run = withRetry(async () => {
      tries += 1;
      if (tries < 3) throw serverError(code, message);
      return 'done';
    }, signal);
    if (isRetried) await expect(run).resolves.toBe('done');
    else await expect(run).rejects.toThrow(message);
    expect(tries).toBe(isRetried ? 3 : 1);
  });

  test('is bounded', async () => {
    let tries = 0;
    const aborting = new AbortController();
    const run = withRetry(async () => {
      tries += 1;
      // The later waits are long: an interruption ends them.
      if (tries === 3) setTimeout(() => aborting.abort(), 1);
      throw serverError('40001');
    }, aborting.signal);
    await expect(run).rejects.toMatchObject({ code: '40001' });
    expect(tries).toBe(4);
  });
});

test('a pause ends at once when it is interrupted, before it begins or during it', async () => {
  const begun = performance.now();
  await pause(60_000, AbortSignal.abort());
  await pause(60_000, AbortSignal.timeout(5));
  expect(performance.now() - begun).toBeLessThan(5_000);
});
