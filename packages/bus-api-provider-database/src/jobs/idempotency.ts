// Idempotency-Key: the same request sent twice is one job, unless that failed: its cause may have been fixed since. A
// key belongs to its caller, and to the bytes it came with.
import { createHash } from 'node:crypto';
import { requestProblem } from '../report/problem.ts';
import type { Job, Jobs } from './jobs.ts';

export interface Idempotency {
  /** The job that this key began, as long as it runs, or ended well and is remembered. */
  known(key: string, body: unknown): Job | undefined;
  remember(key: string, body: unknown, job: Job): void;
}

/**
 * A record of keys, which forgets with the jobs.
 *
 * @example
 * const job = idempotency.known('deploy-7', body) ?? jobs.start(about, work);
 */
export function createIdempotency(jobs: Jobs): Idempotency {
  const seen = new Map<string, { readonly fingerprint: string; readonly jobId: string }>();
  return {
    known: (key, body) => {
      const entry = seen.get(key);
      const job = entry && jobs.get(entry.jobId);
      if (entry === undefined || job === undefined || job.response?.ok === false) {
        seen.delete(key);
        return undefined;
      }
      if (entry.fingerprint === fingerprintOf(body)) return job;
      throw requestProblem(
        422,
        'invalid-request',
        'idempotency-key',
        'this Idempotency-Key came with another request before; take a new one',
      );
    },
    remember: (key, body, job) => {
      for (const [old, { jobId }] of seen) if (jobs.get(jobId) === undefined) seen.delete(old);
      seen.set(key, { fingerprint: fingerprintOf(body), jobId: job.id });
    },
  };
}

/** A key as it may come: 1 to 255 visible ASCII characters. */
export function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw requestProblem(
    400,
    'invalid-request',
    'idempotency-key',
    'Idempotency-Key: expected 1 to 255 visible ASCII characters',
  );
}

function fingerprintOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
