// Streams of jobs over real sockets, to clients that read and to clients that don't.
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context, Response, Step } from 'bus-integration-database';
import { afterEach, expect, it, vi } from 'vitest';
import { streamJob } from '../../src/jobs/job-stream.ts';
import { createJobs, type Job } from '../../src/jobs/jobs.ts';

const about = { deployment_id: 'example-dev', provider: 'postgres' };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A job that is told what to do, and where its stream is to be had. */
async function start(stalledMs: number) {
  let context: Context | undefined;
  let end: (response: Response) => void = () => {};
  const job = createJobs({ retentionMs: 60_000 }).start(about, (given) => {
    context = given;
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  let closed = 0;
  const server = createServer((request, response) => {
    response.once('close', () => {
      closed += 1;
    });
    streamJob(job, response, { lastEventId: Number(request.headers['last-event-id'] ?? 0), headers: {}, stalledMs });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const step = (summary: string) =>
    context?.onStep?.({ action: 'create-role', target: 'x', risk: 'create', summary, state: 'applied' } as Step);
  return { job, url, step, end: (text: string) => end(responseOf(text)), closed: () => closed };
}

function responseOf(message: string): Response {
  const diagnostics = [{ code: 'x', severity: 'info', message }] as const;
  return { ok: true, ...about, actions: [], steps: [], diagnostics: [...diagnostics] };
}

/** A client that asks and then reads nothing. */
function stall(url: string): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, (answer) => {
      answer.pause();
      resolve();
    });
    request.on('error', () => {});
    ends.push(() => request.destroy());
  });
}

const numbersIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
const long = 'x'.repeat(32 * 1024 * 1024);

async function ended(job: Job, end: () => void) {
  end();
  await job.ended;
}

it('an answer of many megabytes arrives in whole, told while it is waited for or afterwards', async () => {
  const { job, url, step, end } = await start(5_000);
  // Its headers are there: it listens by then.
  const waiting = (await fetch(url)).text();
  for (let index = 1; index <= 3_000; index += 1) step('y'.repeat(1_000));
  await ended(job, () => end(long));
  const texts = [await waiting, await (await fetch(url)).text()];
  for (const text of texts) {
    expect(numbersIn(text)).toEqual(Array.from({ length: 3_001 }, (_, index) => index + 1));
    expect(text.endsWith('\n\n')).toBe(true);
    expect(text.length).toBeGreaterThan(long.length);
  }
});

it('clients that stop reading are let go, before and after the end, and no write follows the end', async () => {
  const faults: unknown[] = [];
  const note = (error: unknown) => faults.push(error);
  process.on('uncaughtException', note);
  try {
    const { job, url, step, end, closed } = await start(400);
    await stall(url);
    for (let index = 0; index < 20; index += 1) step('y'.repeat(1024 * 1024));
    await vi.waitFor(() => expect(closed()).toBe(1), { timeout: 10_000 });
    await stall(url);
    await ended(job, () => end(long));
    await stall(url);
    await vi.waitFor(() => expect(closed()).toBe(3), { timeout: 10_000 });
    expect(faults).toEqual([]);
  } finally {
    process.off('uncaughtException', note);
  }
});

it('a client that reads slowly keeps its place, and nobody waits for it', async () => {
  const stalledMs = 4_000;
  const { job, url, step, end } = await start(stalledMs);
  let sawFirst = () => {};
  const first = new Promise<void>((resolve) => {
    sawFirst = resolve;
  });
  const began = performance.now();
  const read = async (): Promise<string> => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));
    const chunks: string[] = [];
    for await (const chunk of answer.setEncoding('utf8')) {
      sawFirst();
      chunks.push(chunk);
      // Longer in all than it may take nothing, and never that long at once.
      if (performance.now() - began < 1.2 * stalledMs) await pause(50);
    }
    return chunks.join('');
  };
  let isRead = false;
  const reading = read().finally(() => {
    isRead = true;
  });
  step('y');
  await first;
  for (let index = 1; index < 40; index += 1) step('y'.repeat(256 * 1024));
  await ended(job, () => end('done'));
  expect(isRead).toBe(false);
  expect(numbersIn(await reading)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  expect(performance.now() - began).toBeGreaterThan(stalledMs);
});

it('a quiet job’s stream stays open past the time in which a stalled one is cut', async () => {
  const { job, url, end } = await start(200);
  const waiting = fetch(url).then((answer) => answer.text());
  await pause(1_000);
  await ended(job, () => end('done'));
  const text = await waiting;
  expect(numbersIn(text)).toEqual([1]);
  expect(text).toContain(': still there');
});

it('a job that took long is remembered from its end on, whatever others ended meanwhile', async () => {
  let now = 0;
  const jobs = createJobs({ retentionMs: 60_000, now: () => now });
  const response: Response = { ok: true, ...about, actions: [], steps: [], diagnostics: [] };
  let end = (_: Response): void => {};
  const long = jobs.start(
    about,
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  for (let index = 0; index < 250; index += 1) {
    now += 1;
    await jobs.start(about, async () => response).ended;
  }
  now += 1;
  end(response);
  await long.ended;
  expect(jobs.get(long.id)?.response).toEqual(response);
});
