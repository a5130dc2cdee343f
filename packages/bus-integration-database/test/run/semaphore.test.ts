import { expect, test } from 'vitest';
import { createQueue, createSemaphore } from '../../src/run/semaphore.ts';

test('lets in so many at once, the others in the order in which they came, past works that fail too', async () => {
  const semaphore = createSemaphore(2);
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
  const passed = Array.from({ length: 9 }, (_, index) => semaphore.run(work(index)));
  expect(semaphore.waiting).toBe(7);
  const results = await Promise.allSettled(passed);
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(begun.map((index) => index % 3 !== 0));
  expect([begun, most, semaphore.waiting]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], 2, 0]);
  expect(await semaphore.run(work(1))).toBe(1);
});

/** A work that ends when it is told to. */
function heldWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

const settledBy = (promise: Promise<unknown>) => {
  const seen = { isSettled: false };
  promise.then(
    () => (seen.isSettled = true),
    () => (seen.isSettled = true),
  );
  return seen;
};
const tick = () => new Promise((done) => setImmediate(done));

test('who is told to stop while waiting leaves the queue, and keeps nobody else', async () => {
  const semaphore = createSemaphore(1);
  const { work, end } = heldWork();
  const first = semaphore.run(work);
  const stopping = new AbortController();
  const second = semaphore.run(async () => 'second', stopping.signal);
  const third = semaphore.run(async () => 'third');
  stopping.abort(new Error('stopped'));
  await expect(second).rejects.toThrow('stopped');
  expect(semaphore.waiting).toBe(1);
  end();
  await first;
  expect(await third).toBe('third');
});

test('there is room while fewer run than may, and it is idle when none does', async () => {
  const semaphore = createSemaphore(2);
  const [one, other] = [heldWork(), heldWork()];
  await semaphore.idle();
  void semaphore.run(one.work);
  await semaphore.room();
  void semaphore.run(other.work);
  const [room, idle] = [settledBy(semaphore.room()), settledBy(semaphore.idle())];
  await tick();
  expect([room.isSettled, idle.isSettled]).toEqual([false, false]);
  other.end();
  await tick();
  expect([room.isSettled, idle.isSettled]).toEqual([true, false]);
  one.end();
  await tick();
  expect(idle.isSettled).toBe(true);
});

test('a queue takes more in until what waits weighs too much', async () => {
  const queue = createQueue(1, 3);
  const works = Array.from({ length: 3 }, heldWork);
  const [first, second, third] = works.map(({ work }, index) => settledBy(queue.add(work, index === 2 ? 2 : 1)));
  await tick();
  expect([first?.isSettled, second?.isSettled, third?.isSettled]).toEqual([true, true, false]);
  works[0]?.end();
  await tick();
  // The second runs, and the third still waits to be begun.
  expect(third?.isSettled).toBe(false);
  works[1]?.end();
  await tick();
  expect(third?.isSettled).toBe(true);
  const idle = settledBy(queue.idle());
  await tick();
  expect(idle.isSettled).toBe(false);
  works[2]?.end();
  await tick();
  expect(idle.isSettled).toBe(true);
});
