// A TCP proxy that counts the protocol's messages in each direction, over all its connections, and at one of them does
// the harm it was told to do. Everything else passes unchanged.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createFraming, type Direction, type Message } from './messages.ts';

/**
 * `cut`: the connection ends instead of the message; `reset`: the same by a reset; `stall`: from there on nothing passes
 * on any connection, while all stay open until the client hangs up; `black-hole`: and the server isn't told then either;
 * `drop-answer`: the message arrives, its answer does not, and the connection ends; `down`: every connection ends, and
 * no other one is taken.
 */
export type Harm = 'cut' | 'reset' | 'stall' | 'black-hole' | 'drop-answer' | 'down';

export interface Fault {
  readonly harm: Harm;
  readonly direction: Direction;
  /** Which message of that direction; the first is 1. */
  readonly at: number;
  /** Counts only the messages in which this stands. Default: all. */
  readonly holding?: string;
}

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** How many messages went each way so far. */
  readonly counts: Readonly<Record<Direction, number>>;
  /** The type of the message at which it happened; undefined while it has not. */
  struckAt(): string | undefined;
}

/** Listens on a free port of 127.0.0.1 in front of a server there; each way takes `delayMs` longer. */
export async function startFaultyProxy(serverPort: number, fault?: Fault, delayMs = 0): Promise<FaultyProxy> {
  const later = (work: () => void) => (delayMs === 0 ? work() : void setTimeout(work, delayMs));
  const counts: Record<Direction, number> = { 'to-server': 0, 'to-client': 0 };
  const sockets = new Set<Socket>();
  let struck: Message | undefined;
  let matching = 0;
  const isDue = (message: Message, direction: Direction): boolean => {
    if (struck !== undefined || fault === undefined || fault.direction !== direction) return false;
    if (fault.holding !== undefined && !message.bytes.includes(fault.holding)) return false;
    matching += 1;
    return matching === fault.at;
  };
  let isStalled = false;
  let isDown = false;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (isDown) return void client.destroy();
    const server = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const framing = createFraming();
    let isOver = false;
    let isSwallowing = false;

    const endBoth = () => {
      isOver = true;
      client.end();
      server.end();
    };
    const strike = (message: Message, direction: Direction) => {
      struck = message;
      switch (fault?.harm) {
        case 'cut':
          return endBoth();
        case 'reset':
          isOver = true;
          client.resetAndDestroy();
          server.resetAndDestroy();
          return;
        case 'down':
          isDown = true;
          for (const socket of sockets) socket.destroy();
          return;
        case 'drop-answer':
          isSwallowing = true;
          server.write(message.bytes);
          return;
        default:
          isStalled = direction !== undefined;
      }
    };
    const forward = (to: Socket, direction: Direction) => (chunk: Buffer) => {
      for (const message of framing.messages(direction, chunk)) {
        if (isOver || isStalled) return;
        if (isSwallowing && direction === 'to-client') {
          if (endsAnswer(message)) endBoth();
          continue;
        }
        counts[direction] += 1;
        if (isDue(message, direction)) {
          strike(message, direction);
        } else {
          to.write(message.bytes);
        }
      }
    };
    const couple = (from: Socket, to: Socket, direction: Direction) => {
      const isDeaf = () => isStalled && (direction === 'to-client' || fault?.harm === 'black-hole');
      sockets.add(from);
      const pass = forward(to, direction);
      from.on('data', (chunk: Buffer) => later(() => pass(chunk)));
      from.on('end', () => later(() => !isDeaf() && to.end()));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        later(() => !isDeaf() && to.destroySoon());
      });
    };
    couple(client, server, 'to-server');
    couple(server, client, 'to-client');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    counts,
    struckAt: () => struck?.type,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** The yes or no to TLS, a step of the login, ReadyForQuery: after each of these it is the client's turn. */
function endsAnswer({ type }: Message): boolean {
  return ['ssl-answer', 'R', 'Z'].includes(type);
}
