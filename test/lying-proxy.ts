// A TCP proxy between a client and a real server that rewrites what the server says, message by message, and remembers
// what the client sent. It speaks no TLS: give the client sslmode=disable.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createFraming, type Message } from './crash/messages.ts';

/** What goes to the client instead of a message of the server's; undefined leaves it as it is. */
export type Lie = (message: Message) => Buffer | undefined;

export interface LyingProxy extends AsyncDisposable {
  readonly port: number;
  /** Everything that clients sent so far. */
  sent(): string;
}

/** Listens on a free port of 127.0.0.1, or on the Unix-domain socket at a path, in front of a server of this host. */
export async function startLyingProxy(
  serverPort: number,
  lie: Lie = () => undefined,
  path?: string,
): Promise<LyingProxy> {
  const sockets = new Set<Socket>();
  const sent: Buffer[] = [];
  const listener = createServer((client) => {
    const server = connect({ port: serverPort, host: '127.0.0.1' });
    const framing = createFraming();
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
    }
    client.on('data', (bytes: Buffer) => {
      sent.push(bytes);
      framing.messages('to-server', bytes);
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      for (const message of framing.messages('to-client', bytes)) client.write(lie(message) ?? message.bytes);
    });
  });
  if (path === undefined) listener.listen(0, '127.0.0.1');
  else listener.listen(path);
  await once(listener, 'listening');
  return {
    port: path === undefined ? (listener.address() as AddressInfo).port : serverPort,
    sent: () => Buffer.concat(sent).toString('utf8'),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
