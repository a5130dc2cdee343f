// A job's events as a server-sent-event stream, from where the client left off until the end.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { Job, JobEvent } from './jobs.ts';

/** A line of comment this often shows proxies and clients that the stream is alive. */
const heartbeatMs = 15_000;
/** A client that takes nothing for so many bytes is let go. */
const backlogBytes = 1024 * 1024;

/** Writes the stream and ends it after the job's `end`. */
export function streamJob(job: Job, lastEventId: number, response: ServerResponse, headers: Record<string, string>) {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // A stream takes its connection with it.
    connection: 'close',
  });
  const write = (text: string) => {
    response.write(text);
    if (response.writableLength > backlogBytes) response.destroy();
  };
  const send = (event: JobEvent) => {
    write(`id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`);
    if (event.event === 'end') response.end();
  };
  const heartbeat = setInterval(() => write(': still there\n\n'), heartbeatMs);
  heartbeat.unref();
  for (const event of job.since(lastEventId)) send(event);
  const stop = job.response === undefined ? job.listen(send) : () => {};
  // A client that is up to date with an ended job has nothing more to hear.
  if (job.response !== undefined && !response.writableEnded) response.end();
  response.once('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}
