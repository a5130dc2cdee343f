// A job's events as a server-sent-event stream, from where the client left off until the end. No faster than the client
// reads: what it is behind with is kept by the job, not here. https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { Job, JobEvent } from './jobs.ts';

/** A line of comment this often shows proxies and clients that the stream is alive. */
const heartbeatMs = 15_000;

export interface StreamOptions {
  readonly lastEventId: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for which the client may take nothing of what is there for it. */
  readonly stalledMs: number;
}

/**
 * Writes the stream, and ends it after the job's `end`; a client that takes nothing is let go.
 *
 * @example
 * streamJob(job, reply.raw, { lastEventId: 0, headers: {}, stalledMs: 30_000 });
 */
export function streamJob(job: Job, response: ServerResponse, { lastEventId, headers, stalledMs }: StreamOptions) {
  let last = lastEventId;
  let isBehind = false;
  const send = (event: JobEvent) => {
    if (isBehind || response.writableEnded) return;
    last = event.id;
    isBehind = !response.write(`id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`);
    if (event.event === 'end') end();
  };
  const catchUp = () => {
    isBehind = false;
    for (const event of job.since(last)) send(event);
    // A client that is up to date with an ended job has nothing more to hear.
    if (job.response !== undefined && !isBehind) end();
  };
  // A quiet job's stream is kept from looking like a stalled client's by these lines.
  const heartbeat = setInterval(
    () => {
      if (!isBehind) response.write(': still there\n\n');
    },
    Math.min(heartbeatMs, stalledMs / 2),
  );
  heartbeat.unref();
  const stop = job.listen(send);
  const end = () => {
    clearInterval(heartbeat);
    stop();
    response.end();
  };
  response.on('drain', catchUp);
  // A client that broke off is no fault of ours; `close` follows.
  response.on('error', () => {});
  response.once('close', () => {
    clearInterval(heartbeat);
    stop();
  });
  // Passes when not a byte could be handed over for so long; Node then destroys the socket.
  response.socket?.setTimeout(stalledMs);
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // A stream takes its connection with it.
    connection: 'close',
  });
  response.flushHeaders();
  catchUp();
}
