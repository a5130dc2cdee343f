// An apply that an API carries out, followed by its events to its end. Ended from here, it is ended there first.
import { type Context, OperationError, ownCommand, printable } from 'bus-integration-database';
import { interruptionError } from '../command-line/interruption.ts';
import type { ApiAddress } from './api-address.ts';
import { type ApiAnswer, callApi, documentIn, openApi } from './api-call.ts';
import { readEvents } from './event-stream.ts';

/** How long an API, or the gateway before it, may be away: longer than it takes to start one anew. */
const patienceMs = 60_000;
const pauseMs = 500;
const longestPauseMs = 3_000;
/** The API's stream tells every 15 s that it is alive. */
const silenceMs = 60_000;
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
    if (!(error instanceof OperationError)) throw error;
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
  let failures = 0;
  let failingSince = 0;
  const heard = () => {
    failures = 0;
  };
  const isOver = () => failures > 0 && performance.now() - failingSince > patienceMs;
  for (;;) {
    try {
      const asked = { path: `jobs/${jobId}/events`, lastEventId: last, silenceMs };
      const answer = await openApi(address, asked, signal);
      if (answer.statusCode !== 200) answer.resume();
      for await (const { id, event, data } of answer.statusCode === 200 ? readEvents(answer) : []) {
        last = id ?? last;
        // A stream that told something was worth taking up.
        heard();
        const told = documentIn(data);
        if (event === 'progress') tellProgress(told, context);
        if (event === 'end' && told !== undefined) return told;
      }
    } catch (error) {
      if (signal.aborted) throw error instanceof OperationError ? error : lost(address, error);
    }
    // No stream, or not to its end: the job's own document has the answer too, or says why there is none.
    try {
      const { document, status } = await callApi(address, { path: `jobs/${jobId}?wait=${waitSeconds}s` }, { signal });
      const { state, response } = document;
      if (state === 'ended') return response;
      if (state !== 'running' && status < 500) throw forgotten(address, document);
      if (state === 'running') heard();
    } catch (error) {
      if (signal.aborted || isOver() || isForgotten(error)) throw error;
    }
    if (isOver()) throw lost(address, undefined);
    if (failures === 0) failingSince = performance.now();
    failures += 1;
    await new Promise((done) => setTimeout(done, Math.min(pauseMs * failures, longestPauseMs)));
  }
}

/** What is none says nothing, and is no reason to lose the job. */
function tellProgress(told: ApiAnswer['document'] | undefined, { onProgress }: Context): void {
  const { phase, done, total, detail } = told ?? {};
  if (typeof phase !== 'string' || typeof done !== 'number' || typeof total !== 'number') return;
  onProgress?.({ phase, done, total, ...(typeof detail === 'string' && { detail }) });
}

function lost({ url }: ApiAddress, cause: unknown): OperationError {
  return new OperationError('unreachable', `the API at ${printable(url.origin)} was lost`, { code: 'api', cause });
}

/** An API that was started anew knows nothing of the job, one whose token has run out tells nothing. */
function forgotten({ url }: ApiAddress, document: unknown): OperationError {
  const { diagnostics } = document as { diagnostics?: readonly { message?: unknown }[] };
  const said = diagnostics?.[0]?.message;
  const what = typeof said === 'string' ? said : 'it knows no such job';
  return new OperationError('unreachable', `the API at ${printable(url.origin)} says of its job: ${printable(what)}`, {
    code: forgottenCode,
  });
}

const forgottenCode = 'job-forgotten';

function isForgotten(error: unknown): boolean {
  return error instanceof OperationError && error.diagnostics[0]?.code === forgottenCode;
}

function goesOn({ url }: ApiAddress, jobId: string, why: OperationError): OperationError {
  const [first] = why.diagnostics;
  return new OperationError(
    why.errorClass,
    `${why.message}; the apply may go on at ${printable(new URL(`jobs/${jobId}`, url).href)}`,
    {
      code: first?.code ?? 'api',
      // The same command would make yet another password where this one comes to its end.
      remedy: [
        ownCommand('status'),
        ' shows what stands; when it has ended, run apply, with --rotate only for a role that has its old password still',
      ],
      cause: why,
    },
  );
}
