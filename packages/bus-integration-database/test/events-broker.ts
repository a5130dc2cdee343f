// A broker in memory that speaks Bus Events over real HTTP: publish, streams of newline-delimited JSON, broadcast and
// unicast, replay; and that misbehaves when it is told to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Fault {
  /** Answers these statuses, one a request, before it behaves. */
  refuse?: number[];
  /** Sends each event in pieces of so many bytes, a moment apart. */
  pieceBytes?: number;
  /** Answers so to every answer that is published. */
  refuseAnswers?: number;
  /** What streams say that they are. */
  streamType?: string;
  /** Ends each stream as soon as it is open. */
  endsStreams?: boolean;
  /** Sends every event to every stream, whatever name it asks for. */
  isBlind?: boolean;
}

export interface Broker extends AsyncDisposable {
  readonly url: string;
  /** Every event that was published, in order. */
  readonly published: Event[];
  readonly fault: Fault;
  readonly consumers: { name: string; group: string; consumer: string }[];
  /** The names of all streams that were opened, also of those that ended at once. */
  readonly opened: readonly string[];
  /** Ends all streams, as a broker that restarts would. */
  dropStreams(): void;
  /** Publishes from inside. */
  publish(event: Event): void;
  /** Sends bytes as they are to every stream of a name. */
  sendRaw(name: string, bytes: Buffer): void;
  /** The first answer with this correlation id. */
  answerTo(correlationId: string, timeoutMs?: number): Promise<Event>;
}

export interface Event {
  readonly name: string;
  readonly correlation_id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was published.
  readonly payload?: any;
  readonly [key: string]: unknown;
}

interface Stream {
  readonly name: string;
  readonly delivery: string;
  readonly group: string;
  readonly consumer: string;
  readonly response: ServerResponse;
}

export async function startBroker({ token, prefix = '' }: { token?: string; prefix?: string } = {}): Promise<Broker> {
  const path = `${prefix}/api/v1/events`;
  const published: Event[] = [];
  const consumers: Broker['consumers'] = [];
  const opened: string[] = [];
  const fault: Fault = {};
  let streams: Stream[] = [];
  let turn = 0;

  const send = async (stream: Stream, event: Event): Promise<void> => {
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
    const pieceBytes = fault.pieceBytes ?? bytes.length;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      stream.response.write(bytes.subarray(at, at + pieceBytes));
      if (pieceBytes < bytes.length) await delay(1);
    }
  };
  const publish = (event: Event): void => {
    published.push(event);
    const hearing = streams.filter(({ name }) => name === event.name || fault.isBlind);
    const groups = new Map<string, Stream[]>();
    for (const stream of hearing) {
      const group = `${stream.group} ${stream.name}`;
      if (stream.delivery !== 'unicast') void send(stream, event);
      else groups.set(group, [...(groups.get(group) ?? []), stream]);
    }
    for (const members of groups.values()) {
      const chosen = members[turn++ % members.length];
      if (chosen !== undefined) void send(chosen, event);
    }
  };
  const answer = (response: ServerResponse, status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://broker');
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return answer(response, 401, { error: 'invalid_auth' });
    const refusal = fault.refuse?.shift();
    if (refusal !== undefined) return answer(response, refusal, { error: 'told to' });
    if (request.method === 'POST' && url.pathname === path) {
      const event = parsed(await textOf(request));
      if (fault.refuseAnswers !== undefined) return answer(response, fault.refuseAnswers, { error: 'told to' });
      if (event === undefined || typeof event.name !== 'string') return answer(response, 400, { error: 'bad event' });
      publish(event);
      return answer(response, 202, { accepted: true, id: String(published.length), name: event.name });
    }
    if (request.method === 'GET' && url.pathname === `${path}/stream`) {
      const [name = '', delivery = 'broadcast', group = '', consumer = ''] = [
        'name',
        'delivery',
        'group',
        'consumer',
      ].map((key) => url.searchParams.get(key) ?? undefined);
      response.writeHead(200, { 'content-type': fault.streamType ?? 'application/x-ndjson; charset=utf-8' });
      response.flushHeaders();
      opened.push(name);
      if (fault.endsStreams) return response.end();
      const stream = { name, delivery, group, consumer, response };
      if (url.searchParams.get('replay') === 'true') {
        for (const event of published.filter((event) => event.name === name)) await send(stream, event);
      }
      if (url.searchParams.get('follow') === 'false') return response.end();
      streams.push(stream);
      consumers.push({ name, group, consumer });
      request.once('close', () => {
        streams = streams.filter((other) => other !== stream);
      });
      return;
    }
    answer(response, 404, { error: 'no such route' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    published,
    consumers,
    opened,
    fault,
    dropStreams: () => {
      for (const { response } of streams) response.destroy();
    },
    publish,
    sendRaw: (name, bytes) => {
      for (const stream of streams) if (stream.name === name) stream.response.write(bytes);
    },
    answerTo: async (correlationId, timeoutMs = 30_000) => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const found = published.find(
          ({ name, correlation_id }) => name.endsWith('.response') && correlation_id === correlationId,
        );
        if (found !== undefined) return found;
        if (Date.now() > end) throw new Error(`no answer to ${correlationId} within ${timeoutMs / 1000} s`);
        await delay(10);
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): Event | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
