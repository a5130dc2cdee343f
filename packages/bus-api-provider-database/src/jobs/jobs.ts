// Applies that were asked for: each runs on after its request was answered, and is remembered for a while. In memory
// only; what is forgotten at a restart is the record, never the work, which the server itself shows.
import { randomUUID } from 'node:crypto';
import type { Context, Progress, Response, Step } from 'bus-integration-database';

/** What a stream of a job tells, in order; each has a number. */
export type JobEvent =
  | { readonly id: number; readonly event: 'progress'; readonly data: Progress }
  | {
      readonly id: number;
      readonly event: 'step';
      readonly data: Pick<Step, 'action' | 'target' | 'risk' | 'summary' | 'state'>;
    }
  | { readonly id: number; readonly event: 'end'; readonly data: Response };

export interface Job {
  readonly id: string;
  readonly deploymentId: string;
  readonly provider: string;
  readonly createdAt: Date;
  readonly endedAt: Date | undefined;
  readonly progress: Progress | undefined;
  readonly response: Response | undefined;
  /** Settles, never rejects, with the answer. */
  readonly ended: Promise<Response>;
  /** What was told so far after that number: all steps, the last progress, the end. */
  since(id: number): readonly JobEvent[];
  /** Calls back at each event until the returned function is called. */
  listen(listener: (event: JobEvent) => void): () => void;
  /** Ends it in order: the statement in flight ends or is rolled back. */
  cancel(reason: unknown): void;
}

export interface Jobs {
  /** Milliseconds for which a job is remembered after its end. */
  readonly retentionMs: number;
  /** Begins `work`, which answers whatever happens and never rejects. */
  start(about: Pick<Response, 'deployment_id' | 'provider'>, work: (context: Context) => Promise<Response>): Job;
  get(id: string): Job | undefined;
  readonly running: number;
  /** How many of one deployment's run. */
  runningFor(deploymentId: string): number;
  cancelAll(reason: unknown): void;
  /** Resolves when no job runs any more. */
  settled(): Promise<void>;
}

/** Ended jobs beyond this many are forgotten, oldest first. */
const rememberedJobs = 200;

/**
 * An empty record of jobs.
 *
 * @example
 * const job = createJobs({ retentionMs: 3_600_000 }).start(about, (context) => answers.ask('apply', request, context));
 */
export function createJobs({ retentionMs, now = Date.now }: { retentionMs: number; now?: () => number }): Jobs {
  const jobs = new Map<string, Job>();
  const runningJobs = () => [...jobs.values()].filter(({ response }) => response === undefined);
  const forget = () => {
    // By their ends: one that took long is not forgotten before anybody could hear of its end.
    const ended = [...jobs.values()]
      .flatMap(({ id, endedAt }) => (endedAt === undefined ? [] : [{ id, endedMs: endedAt.getTime() }]))
      .sort((one, other) => one.endedMs - other.endedMs);
    for (const [index, { id, endedMs }] of ended.entries()) {
      if (now() - endedMs > retentionMs || index < ended.length - rememberedJobs) jobs.delete(id);
    }
  };
  return {
    retentionMs,
    start: (about, work) => {
      forget();
      const job = startJob(about, work, now);
      jobs.set(job.id, job);
      return job;
    },
    get: (id) => {
      forget();
      return jobs.get(id);
    },
    get running() {
      return runningJobs().length;
    },
    runningFor: (id) => runningJobs().filter(({ deploymentId }) => deploymentId === id).length,
    cancelAll: (reason) => {
      for (const job of runningJobs()) job.cancel(reason);
    },
    settled: async () => {
      await Promise.all(runningJobs().map(({ ended }) => ended));
    },
  };
}

function startJob(
  about: Pick<Response, 'deployment_id' | 'provider'>,
  work: (context: Context) => Promise<Response>,
  now: () => number,
): Job {
  const controller = new AbortController();
  const listeners = new Set<(event: JobEvent) => void>();
  const createdAt = new Date(now());
  const steps: JobEvent[] = [];
  let lastProgress: JobEvent | undefined;
  let end: JobEvent | undefined;
  let count = 0;
  let endedAt: Date | undefined;
  const tell = (event: JobEvent) => {
    for (const listener of listeners) listener(event);
  };
  const context: Context = {
    signal: controller.signal,
    onProgress: (data) => {
      lastProgress = { id: ++count, event: 'progress', data };
      tell(lastProgress);
    },
    onStep: ({ action, target, risk, summary, state }) => {
      const data = { action, target, risk, summary, ...(state !== undefined && { state }) };
      const event: JobEvent = { id: ++count, event: 'step', data };
      steps.push(event);
      tell(event);
    },
  };
  const ended = work(context).then((response) => {
    endedAt = new Date(now());
    end = { id: ++count, event: 'end', data: response };
    tell(end);
    listeners.clear();
    return response;
  });
  return {
    id: randomUUID(),
    deploymentId: about.deployment_id,
    provider: about.provider,
    createdAt,
    ended,
    get endedAt() {
      return endedAt;
    },
    get progress() {
      return lastProgress?.event === 'progress' ? lastProgress.data : undefined;
    },
    get response() {
      return end?.event === 'end' ? end.data : undefined;
    },
    since: (id) =>
      [...steps, ...[lastProgress, end].filter((event) => event !== undefined)]
        .filter((event) => event.id > id)
        .sort((one, other) => one.id - other.id),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cancel: (reason) => controller.abort(reason),
  };
}
