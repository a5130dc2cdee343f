// A server that seems far away: a TCP proxy on this machine that holds everything back.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FarServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens on a free port before a server of 127.0.0.1. What is sent takes half of `roundTripMs` each way, in its order;
 * what a client sends first takes a whole one more, as the network's own handshake would.
 */
export async function startFarServer(serverPort: number, roundTripMs: number): Promise<FarServer> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket, handshakeMs: number): void => {
    const dueAt = performance.now() + handshakeMs;
    const later = (work: () => void) =>
      setTimeout(work, Math.max(0, dueAt - performance.now()) + roundTripMs / 2).unref();
    sockets.add(from);
    from.on('data', (bytes) => later(() => to.write(bytes)));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => sockets.delete(from));
  };
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    pass(client, server, roundTripMs);
    pass(server, client, 0);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
