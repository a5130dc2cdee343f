// The connections that a server holds: so many in all, so many idle ones from one address. Where a limit is reached the
// oldest idle one is given up, so that a new client gets in; one at work for a client that was let in never is.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Environment, OperationError } from 'bus-integration-database';

export interface ConnectionLimits {
  readonly all: number;
  /** Those from one address that were silent for a second since they were opened or answered; 0: as many as in all. */
  readonly idleEach: number;
}

export interface Connections {
  /** Its client was let in: it is not given up until the answer is out or nobody waits for it any more. */
  letIn(socket: Socket, answer: ServerResponse): void;
}

/** What a client sent may still be on its way: before that no connection is idle. */
const silentMs = 1_000;

interface Held {
  readonly network: string;
  /** By the monotonic clock. */
  readonly restsSince: number;
  /** Read until then: with more, a request has begun. */
  readonly bytesRead: number;
  /** Requests that are read and not answered yet; a client may send several at once. */
  readonly asked: number;
  /** Those of them whose client was let in. */
  readonly working: number;
}

/**
 * Limits the connections of a server. From the first byte of a request to the end of its answer none counts as idle;
 * where all that there may be are held and none is idle, the oldest whose client is not let in yet gives way.
 *
 * @example
 * const connections = limitConnections(server, { all: 512, idleEach: 64 });
 * connections.letIn(request.socket, response);
 */
export function limitConnections(server: Server, { all, idleEach }: ConnectionLimits): Connections {
  /** That which rests for longest first. */
  const held = new Map<Socket, Held>();
  let isLooking = false;

  const isResting = ([socket, { asked, bytesRead }]: [Socket, Held]) => asked === 0 && socket.bytesRead === bytesRead;
  const isIdle = (entry: [Socket, Held]) => isResting(entry) && entry[1].restsSince <= performance.now() - silentMs;
  const isNotLetIn = ([, { working }]: [Socket, Held]) => working === 0;

  const rest = (socket: Socket): void => {
    const network = clientNetwork(socket.remoteAddress);
    held.delete(socket);
    held.set(socket, { network, restsSince: performance.now(), bytesRead: socket.bytesRead, asked: 0, working: 0 });
    lookAgain();
  };
  const lookAgain = (): void => {
    if (isLooking || idleEach === 0 || held.size <= idleEach) return;
    isLooking = true;
    setTimeout(limitIdle, silentMs).unref();
  };
  const limitIdle = (): void => {
    isLooking = false;
    const resting = [...held].filter(isResting);
    const silent = resting.filter(isIdle);
    const excess = counts(silent);
    for (const [network, count] of excess) excess.set(network, count - idleEach);
    for (const [socket, { network }] of silent) {
      const left = excess.get(network) ?? 0;
      if (left <= 0) continue;
      excess.set(network, left - 1);
      giveUp(socket);
    }
    if (silent.length < resting.length) lookAgain();
  };
  const giveUp = (socket: Socket): void => {
    held.delete(socket);
    socket.destroy();
  };
  /** Of these the oldest from the address that holds most: a single one can't push out all others. */
  const giveUpOneOf = (kind: (entry: [Socket, Held]) => boolean): void => {
    const candidates = [...held].filter(kind);
    const most = [...counts(candidates)].sort(([, one], [, other]) => other - one)[0]?.[0];
    const oldest = candidates.find(([, { network }]) => network === most);
    if (oldest !== undefined) giveUp(oldest[0]);
  };

  const change = (socket: Socket, asked: number, working: number): void => {
    const before = held.get(socket);
    if (before === undefined) return;
    const after = { ...before, asked: before.asked + asked, working: before.working + working };
    if (after.asked === 0) rest(socket);
    else held.set(socket, after);
  };
  /** Before whoever answers it. */
  const ask = ({ socket }: IncomingMessage, answer: ServerResponse): void => {
    change(socket, 1, 0);
    answer.once('close', () => change(socket, -1, 0));
  };

  server.on('connection', (socket: Socket) => {
    for (const kind of [isIdle, isNotLetIn]) if (held.size >= all) giveUpOneOf(kind);
    if (held.size >= all) {
      socket.destroy();
      return;
    }
    socket.once('close', () => held.delete(socket));
    rest(socket);
  });
  server.prependListener('request', ask);
  server.prependListener('checkExpectation', ask);

  return {
    letIn: (socket, answer) => {
      change(socket, 0, 1);
      // Before the answer counts as given.
      answer.prependOnceListener('close', () => change(socket, 0, -1));
    },
  };
}

function counts(entries: readonly [Socket, Held][]): Map<string, number> {
  const each = new Map<string, number>();
  for (const [, { network }] of entries) each.set(network, (each.get(network) ?? 0) + 1);
  return each;
}

const key = 'BUS_DATABASE_API_IDLE_CONNECTIONS';
const mostIdle = 512;

/**
 * How many idle connections one address may hold; 0: as many as there may be in all. Undefined: not set.
 *
 * @throws OperationError `invalid-request` for anything but a whole number from 0 to 512
 * @example
 * readIdleConnections({ BUS_DATABASE_API_IDLE_CONNECTIONS: '200' }); // 200
 */
export function readIdleConnections(env: Environment): number | undefined {
  const given = env[key];
  if (given === undefined) return undefined;
  if (/^\d{1,3}$/.test(given) && Number(given) <= mostIdle) return Number(given);
  throw new OperationError(
    'invalid-request',
    `${key} is ${JSON.stringify(given)}, expected a whole number from 0 to ${mostIdle}`,
    { code: 'invalid-value', target: key, remedy: `write ${key}=64, or 0 for no number of one address's own` },
  );
}

/**
 * What counts as one address: an IPv4 address, or the /64 network in which an IPv6 host chooses addresses as it likes.
 *
 * @example
 * networkOf('2001:db8::7'); // '2001:db8:0:0'
 */
export function clientNetwork(address = ''): string {
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':').length : 0;
  const zeros = tail === undefined ? 0 : 8 - groups.length - after;
  return [...groups, ...Array(Math.max(zeros, 0)).fill('0'), ...(tail ? tail.split(':') : [])].slice(0, 4).join(':');
}
