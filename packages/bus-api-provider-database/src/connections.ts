// The connections that a server holds: so many in all, so many idle ones from one address. Where the limit is reached the
// oldest idle one is given up, so that a new client gets in; one at work for a client that was let in never is.
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  readonly all: number;
  /** Idle ones from one address: what was never let in, and what waits for its next request. */
  readonly idleEach: number;
}

export interface Connections {
  /** This connection is at work until the answer is out or nobody waits for it any more. */
  work(socket: Socket, answer: ServerResponse): void;
}

/**
 * Limits the connections of a server.
 *
 * @example
 * const connections = limitConnections(server, { all: 512, idleEach: 64 });
 * connections.work(request.socket, response);
 */
export function limitConnections(server: Server, { all, idleEach }: ConnectionLimits): Connections {
  /** Where each idle one comes from, that which is idle for longest first. */
  const idle = new Map<Socket, string>();
  /** Answers that each other one still owes; a client may send several requests at once. */
  const working = new Map<Socket, number>();

  const rest = (socket: Socket): void => {
    idle.delete(socket);
    if (socket.destroyed) return;
    const network = networkOf(socket.remoteAddress);
    if (countOf(network) >= idleEach) giveUp(network);
    idle.set(socket, network);
  };
  const countOf = (network: string): number => {
    let count = 0;
    for (const one of idle.values()) if (one === network) count += 1;
    return count;
  };
  const giveUp = (network: string | undefined): void => {
    for (const [socket, from] of idle) {
      if (from !== network) continue;
      idle.delete(socket);
      socket.destroy();
      return;
    }
  };
  /** The address that holds most gives way first: a single one can't push out all others. */
  const busiest = (): string | undefined => {
    const counts = new Map<string, number>();
    for (const network of idle.values()) counts.set(network, (counts.get(network) ?? 0) + 1);
    return [...counts].reduce<[string, number] | undefined>(
      (most, one) => (most !== undefined && most[1] >= one[1] ? most : one),
      undefined,
    )?.[0];
  };

  server.on('connection', (socket: Socket) => {
    if (idle.size + working.size >= all) giveUp(busiest());
    if (idle.size + working.size >= all) {
      socket.destroy();
      return;
    }
    socket.once('close', () => {
      idle.delete(socket);
      working.delete(socket);
    });
    rest(socket);
  });

  return {
    work: (socket, answer) => {
      // Who was given up in between has nobody to be answered.
      if (socket.destroyed) return;
      idle.delete(socket);
      working.set(socket, (working.get(socket) ?? 0) + 1);
      answer.once('close', () => {
        const owed = (working.get(socket) ?? 1) - 1;
        if (owed > 0) return void working.set(socket, owed);
        working.delete(socket);
        rest(socket);
      });
    },
  };
}

/**
 * What counts as one address: an IPv4 address, or the /64 network in which an IPv6 host chooses addresses as it likes.
 *
 * @example
 * networkOf('2001:db8::7'); // '2001:db8:0:0'
 */
export function networkOf(address = ''): string {
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':').length : 0;
  const zeros = tail === undefined ? 0 : 8 - groups.length - after;
  return [...groups, ...Array(Math.max(zeros, 0)).fill('0'), ...(tail ? tail.split(':') : [])].slice(0, 4).join(':');
}
