// An apply that an API carries out, followed by its events to its end. Ended from here, it is ended there first.
import { type Context, OperationError, type Progress, printable } from 'bus-integration-database';
import { callApi, openApi } from './api-call.ts';
import type { ApiAddress } from './api-client.ts';
import { readEvents } from './event-stream.ts';
import { interruptionError } from './interruption.ts';

/** Streams break; this often one is taken up again where it ended. */
const attempts = 5;
const pauseMs = 500;
/** How long the job's own document is waited for where its stream is lost. */
const waitSeconds = 2;

/**
 * The response of a job, once it has ended; an interruption cancels the job and waits for what it says of its end.
 *
 * @throws OperationError when the job can't be followed any more: it goes on, and the error says where
 */
export async function followJob(address: ApiAddress, jobId: string, context: Context): Promise<unknown> {
  const { signal } = context;
  let cancelling: Promise<unknown> | undefined;
  const patience = new AbortController();
  const cancel = () => {
    cancelling = callApi(address, { path: `jobs/${jobId}`, method: 'DELETE' }, patience).catch(() => undefined);
    // Its end is told by the events; a server that says nothing more is not waited for.
    setTimeout(() => patience.abort(signal.reason), longestEndMs).unref();
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await follow(address, jobId, context, patience.signal);
  } catch (error) {
    if (!(error instanceof OperationError) || error.errorClass === 'invalid-request') throw error;
    const why = signal.aborted ? interruptionError(signal.reason) : error;
    throw goesOn(address, jobId, why);
  } finally {
    signal.removeEventListener('abort', cancel);
    patience.abort();
    await cancelling;
  }
}

const longestEndMs = 15_000;

async function follow(address: ApiAddress, jobId: string, context: Context, signal: AbortSignal): Promise<unknown> {
  let last = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await openApi(address, { path: `jobs/${jobId}/events`, lastEventId: last }, signal);
      for await (const { id, event, data } of answer.ok && answer.body !== null ? readEvents(answer.body) : []) {
        last = id ?? last;
        // A stream that told something was worth taking up.
        attempt = 1;
        if (event === 'progress') context.onProgress?.(JSON.parse(data) as Progress);
        if (event === 'end') return JSON.parse(data);
      }
    } catch (error) {
      if (signal.aborted) throw error instanceof OperationError ? error : lost(address, error);
    }
    // No stream, or not to its end: the job's own document has the answer too, or says why there is none.
    try {
      const { document, status } = await callApi(address, { path: `jobs/${jobId}?wait=${waitSeconds}s` }, { signal });
      const { state, response } = document as { state?: unknown; response?: unknown };
      if (state === 'ended') return response;
      if (state !== 'running' && status < 500) return document;
      if (state === 'running') attempt = 1;
    } catch (error) {
      if (signal.aborted || attempt >= attempts) throw error;
    }
    if (attempt >= attempts) throw lost(address, undefined);
    await new Promise((done) => setTimeout(done, pauseMs * attempt));
  }
}

function lost({ url }: ApiAddress, cause: unknown): OperationError {
  return new OperationError('unreachable', `the API at ${printable(url.origin)} was lost`, { code: 'api', cause });
}

function goesOn({ url }: ApiAddress, jobId: string, why: OperationError): OperationError {
  const [first] = why.diagnostics;
  return new OperationError(
    why.errorClass,
    `${why.message}; the apply may go on at ${printable(new URL(`jobs/${jobId}`, url).href)}`,
    {
      code: first?.code ?? 'api',
      remedy: 'bus operator database status shows what stands; run the same command again: it continues',
      cause: why,
    },
  );
}
