// A TCP server that misbehaves as a test says; it remembers all that it was sent.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Everything received so far, over all connections. */
  received(): string;
  /** How many connections were made, and how many of them still stand. */
  readonly count: { made: number; open: number };
}

/** Listens on a free port of this host and hands each connection, with its first bytes, to the script. */
export async function scriptedServer(script: (socket: Socket, first: Buffer) => void): Promise<ScriptedServer> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const count = { made: 0, open: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    count.made += 1;
    count.open += 1;
    socket.on('error', () => {});
    socket.on('data', (bytes) => chunks.push(bytes));
    socket.once('data', (bytes) => script(socket, bytes));
    socket.once('close', () => {
      count.open -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => Buffer.concat(chunks).toString('latin1'),
    count,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A message of the server: its type, its length, its content. */
export function message(type: string, ...content: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** An authentication request with its code. */
export function authentication(code: number, ...content: readonly (string | Buffer)[]): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(code);
  return message('R', number, ...content);
}

/** A fatal error with its SQLSTATE. */
export function fatal(sqlstate: string, text: string): Buffer {
  return message('E', `SFATAL\0VFATAL\0C${sqlstate}\0M${text}\0\0`);
}

/** Reads a startup packet's parameters; undefined for a request for TLS. */
export function startupParameters(packet: Buffer): Record<string, string> | undefined {
  if (packet.readUInt32BE(4) === 80877103) return undefined;
  const words = packet.subarray(8, packet.readUInt32BE(0)).toString().split('\0');
  const found: Record<string, string> = {};
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2) {
    found[words[index] as string] = words[index + 1] as string;
  }
  return found;
}
