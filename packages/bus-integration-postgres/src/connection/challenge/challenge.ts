// Asks a server how it would have a role log in, and leaves before answering. No secret is sent; the server logs nothing
// of it unless log_connections is on, or it refuses the client: then it writes its own FATAL line.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { OperationError, type Wording, wordingOfError } from 'bus-integration-database';
import { networkReason } from '../../text/sqlstate.ts';
import { type Deadline, startDeadline } from '../network/deadline.ts';
import { dial, isSocketDirectory, type PinnedAddress, shownAddress } from '../network/dial.ts';
import { countSocket, type Meter } from '../network/meter.ts';
import { socketEvent } from '../network/socket-event.ts';
import { type DesiredTls, offersTls, startTls, tlsFailed } from '../tls/tls.ts';
import { readStartupAnswer, type StartupAnswer } from './challenge-answer.ts';

/** What came of the TLS handshake; nothing of the certificate was checked. */
interface ChallengeTls {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly certificate: X509Certificate;
}

export type Challenge = (
  | StartupAnswer
  /** The server answered the question for TLS with no. */
  | { readonly kind: 'no-tls' }
  | { readonly kind: 'tls-failed'; readonly reason: Wording }
  | { readonly kind: 'unreachable'; readonly reason: Wording }
  | { readonly kind: 'timeout'; readonly reason: Wording }
) & { readonly tls?: ChallengeTls };

export interface ChallengeOptions {
  readonly user: string;
  readonly database: string;
  readonly pinned: PinnedAddress;
  /** A Unix-domain socket has no TLS. */
  readonly transport: 'plain' | 'tls';
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly meter?: Meter | undefined;
}

/**
 * Probes once. Never throws for what a server or a network does; throws the signal's reason.
 *
 * @param target how TLS is begun; its certificates, passwords and options stay here
 * @example
 * await challenge(target, { user: 'app', database: 'app', pinned, transport: 'plain', timeoutMs: 5_000 });
 * // { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] }
 */
export async function challenge(target: DesiredTls, options: ChallengeOptions): Promise<Challenge> {
  const where = shownAddress(options.pinned);
  const overdue = () =>
    new OperationError('timeout', `${where} gave no answer within ${Math.round(options.timeoutMs / 100) / 10} s`);
  const deadline = startDeadline(options.timeoutMs, options.signal, overdue);
  let socket: Socket | undefined;
  try {
    socket = await dial(options.pinned, deadline.signal);
    countSocket(socket, options.meter);
    return await probe(socket, target, options, deadline);
  } catch (error) {
    if (options.signal?.aborted) throw deadline.signal.reason;
    const reason =
      error instanceof OperationError
        ? wordingOfError(error)
        : `lost the connection to ${where}: ${networkReason(error)}`;
    if (deadline.signal.aborted) return { kind: 'timeout', reason };
    const isOfTls = error instanceof OperationError && error.diagnostics[0]?.code === tlsFailed;
    return { kind: isOfTls ? 'tls-failed' : 'unreachable', reason };
  } finally {
    deadline.stop();
    socket?.destroy();
  }
}

async function probe(
  plain: Socket,
  target: DesiredTls,
  { user, database, pinned, transport }: ChallengeOptions,
  { signal }: Deadline,
): Promise<Challenge> {
  const where = shownAddress(pinned);
  let socket = plain;
  let protection: { tls: ChallengeTls } | undefined;
  if (transport === 'tls' && !isSocketDirectory(pinned.address)) {
    if (target.sslnegotiation !== 'direct' && !(await offersTls(plain, where, signal))) {
      await leave(plain, signal);
      return { kind: 'no-tls' };
    }
    const secure = await startTls(plain, target, anyCertificate(), pinned.host, where, signal);
    socket = secure.socket;
    protection = { tls: { protocol: secure.tls.protocol, certificate: secure.certificate } };
  }
  socket.write(startupPacket({ user, database, application_name: 'bus challenge probe' }));
  const answer = await firstAnswer(socket, signal);
  // A session that was accepted is ended as any client ends it.
  if (answer.kind === 'entered' && answer.followedBy === undefined) socket.write(terminate);
  await leave(socket, signal);
  return { ...answer, ...protection };
}

// Nothing secret is said to whoever this is, so nobody has to be trusted.
function anyCertificate() {
  return {
    context: tls.createSecureContext({ ca: [], minVersion: 'TLSv1.2' }),
    verification: 'nothing' as const,
    trusted: '',
  };
}

async function firstAnswer(socket: Socket, signal: AbortSignal): Promise<StartupAnswer> {
  let received: Buffer = Buffer.alloc(0);
  // Listens without a gap: several pieces may come in one turn.
  const answered = new Promise<StartupAnswer>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      if (received.length > longestAnswer) return;
      received = Buffer.concat([received, bytes]);
      const isTooLong = received.length > longestAnswer;
      const answer = isTooLong ? endless : readStartupAnswer(received);
      if (answer !== undefined) resolve(answer);
    });
  });
  socket.resume();
  // No socket has this event: what is waited for is the connection's end, or the deadline's.
  return await Promise.race([answered, socketEvent<never>(socket, 'never', signal)]);
}

const longestAnswer = 100_000;
const endless: StartupAnswer = { kind: 'unreadable', reason: 'answers without end' };

// A server that finds its client gone by a reset, or TLS cut off without a farewell, writes a line about it; one that
// reads an orderly end doesn't. So: say goodbye, take what still comes, and wait for the server to hang up.
async function leave(socket: Socket, signal: AbortSignal): Promise<void> {
  socket.on('data', () => {});
  socket.resume();
  socket.end();
  await socketEvent(socket, 'end', signal).catch(() => {});
}

const terminate = Buffer.from([0x58, 0, 0, 0, 4]);

function startupPacket(parameters: Readonly<Record<string, string>>): Buffer {
  const text = `${Object.entries(parameters)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('')}\0`;
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(protocolVersion, 4);
  return Buffer.concat([head, body]);
}

const protocolVersion = 3 << 16;
