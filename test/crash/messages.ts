// Where one message of PostgreSQL's protocol ends and the next begins, for both directions of a connection without TLS.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

export type Direction = 'to-server' | 'to-client';

export interface Message {
  /** The type byte; `startup` and `ssl-request` have none, nor has the `ssl-answer` of one byte. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts the bytes of one connection into messages; what is incomplete waits for more. */
export interface Framing {
  messages(direction: Direction, chunk: Buffer): Message[];
}

export function createFraming(): Framing {
  const rest: Record<Direction, Buffer> = { 'to-server': Buffer.alloc(0), 'to-client': Buffer.alloc(0) };
  let isStarted = false;
  let isAskedForTls = false;
  return {
    messages: (direction, chunk) => {
      let bytes = Buffer.concat([rest[direction], chunk]);
      const found: Message[] = [];
      for (;;) {
        const message =
          direction === 'to-server'
            ? isStarted
              ? typed(bytes)
              : untyped(bytes)
            : isAskedForTls
              ? tlsAnswer(bytes)
              : typed(bytes);
        if (message === undefined) break;
        if (message.type === 'ssl-request') isAskedForTls = true;
        if (message.type === 'ssl-answer') isAskedForTls = false;
        if (message.type === 'startup') isStarted = true;
        found.push(message);
        bytes = bytes.subarray(message.bytes.length);
      }
      rest[direction] = bytes;
      return found;
    },
  };
}

function typed(bytes: Buffer): Message | undefined {
  if (bytes.length < 5) return undefined;
  return whole(String.fromCharCode(bytes.readUInt8(0)), bytes, 1 + bytes.readUInt32BE(1));
}

const tlsRequestCode = 80877103;

function untyped(bytes: Buffer): Message | undefined {
  if (bytes.length < 8) return undefined;
  const type = bytes.readUInt32BE(4) === tlsRequestCode ? 'ssl-request' : 'startup';
  return whole(type, bytes, bytes.readUInt32BE(0));
}

function tlsAnswer(bytes: Buffer): Message | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== 0x4e) throw new Error('the server began TLS, in which nobody can count messages');
  return whole('ssl-answer', bytes, 1);
}

function whole(type: string, bytes: Buffer, length: number): Message | undefined {
  return bytes.length < length ? undefined : { type, bytes: Buffer.from(bytes.subarray(0, length)) };
}
