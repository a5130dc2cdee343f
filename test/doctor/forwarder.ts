// A TCP forwarder before one or several servers, as a port map or a load balancer is: connections go to each in turn.
import { type AddressInfo, connect, createServer } from 'node:net';

/** A TCP address, or the path of a socket. */
type ServerEnd = { readonly host: string; readonly port: number; readonly path?: string };

export interface Forwarder extends AsyncDisposable {
  readonly port: number;
}

/** Listens on `host`, on a free port unless one is given; everything passes unchanged. */
export async function startForwarder(
  servers: readonly ServerEnd[],
  { host = '127.0.0.1', port = 0 } = {},
): Promise<Forwarder> {
  let taken = 0;
  const sockets = new Set<{ destroy(): void }>();
  const listener = createServer((client) => {
    const server = servers[taken++ % servers.length];
    if (server === undefined) throw new Error('a forwarder needs a server');
    const backend = server.path === undefined ? connect(server.port, server.host) : connect(server.path);
    for (const [from, to] of [[client, backend] as const, [backend, client] as const]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, resolve);
  });
  return {
    port: (listener.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
