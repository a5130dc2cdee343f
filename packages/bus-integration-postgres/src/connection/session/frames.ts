// Cuts what a server sends into whole messages for the driver's parser, which believes every length and count that it
// reads. What is larger than libpq allows, out of its turn or malformed is refused before it is collected.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

/** libpq's, for what comes before AuthenticationOk, and for every message that carries neither rows nor texts. */
export const longestRefusal = 30_000;
const longestAuthentication = 2_000;
const longestOther = 30_000;
/** The largest answer: a cluster's ten thousand databases take a tenth of it. */
const mostAnswerBytes = 64 * 1024 * 1024;
/** What a row and a field take in memory beside their text. */
const overheadBytes = { message: 64, field: 16 };
const headBytes = 5;

const code = (letter: string): number => letter.charCodeAt(0);
const error = code('E');
const notice = code('N');
const row = code('D');
const ready = code('Z');
const authentication = code('R');
const version = code('v');
/** Those that libpq lets be long: rows, texts, notifications, COPY's and a function's data. */
const long = new Set(Buffer.from('TDENAdV'));

type ProtocolPhase = 'authentication' | 'startup' | 'session';

/**
 * For one connection, from its first byte: what it is given comes out again at `deliver`, in whole messages only. Throws
 * in words for `… broke PostgreSQL's protocol: `.
 *
 * @example
 * const frames = createFrames((messages) => parser.emit('data', messages));
 * socket.on('data', frames);
 */
export function createFrames(deliver: (messages: Buffer) => void): (piece: Buffer) => void {
  let phase: ProtocolPhase = 'authentication';
  // The beginning of a message; the buffer may be larger than what is filled.
  let rest: Buffer = Buffer.alloc(0);
  let filled = 0;
  let answerBytes = 0;

  const withRest = (piece: Buffer): Buffer => {
    if (filled === 0) return piece;
    const length = filled + piece.length;
    if (length > rest.length) {
      // Grows by doubling, so that a long message isn't copied once for every piece of it.
      const larger = Buffer.allocUnsafe(Math.max(rest.length * 2, length));
      rest.copy(larger, 0, 0, filled);
      rest = larger;
    }
    piece.copy(rest, filled);
    return rest.subarray(0, length);
  };

  const check = (type: number, body: Buffer): void => {
    if (type === error || type === notice) checkTexts(body);
    const fields = type === row ? checkRow(body) : 0;
    answerBytes += headBytes + body.length + overheadBytes.message + fields * overheadBytes.field;
    if (answerBytes > mostAnswerBytes) throw tooLarge();
    if (type === authentication && body.length >= 4 && body.readUInt32BE(0) === 0) phase = 'startup';
    if (type === ready) {
      phase = 'session';
      answerBytes = 0;
    }
  };

  return (piece) => {
    const bytes = withRest(piece);
    let end = 0;
    while (end + headBytes <= bytes.length) {
      const type = bytes[end] as number;
      const length = bytes.readUInt32BE(end + 1);
      checkHead(phase, type, length);
      if (answerBytes + length > mostAnswerBytes) throw tooLarge();
      const next = end + 1 + length;
      if (next > bytes.length) break;
      check(type, bytes.subarray(end + headBytes, next));
      end = next;
    }
    if (end > 0) deliver(bytes.subarray(0, end));
    rest = (filled === 0 ? piece : rest).subarray(end);
    filled = bytes.length - end;
  };
}

function checkHead(phase: ProtocolPhase, type: number, length: number): void {
  const most = mostBytes(phase, type);
  const isInTurn =
    phase === 'authentication'
      ? type === authentication || type === error || type === version
      : type !== authentication;
  if (isInTurn && length >= 4 && length <= most) return;
  const name = JSON.stringify(String.fromCharCode(type));
  if (!isInTurn) {
    const when = phase === 'authentication' ? 'before the end of authentication' : 'after the end of authentication';
    throw new Error(`a message ${name} came ${when}`);
  }
  throw new Error(`a message ${name} says that it is ${length} bytes long; expected 4 to ${most}`);
}

function mostBytes(phase: ProtocolPhase, type: number): number {
  switch (phase) {
    case 'authentication':
      return type === error ? longestRefusal : longestAuthentication;
    case 'startup':
      return longestOther;
    case 'session':
      return long.has(type) ? mostAnswerBytes : longestOther;
  }
}

function tooLarge(): Error {
  return new Error(`an answer is larger than ${mostAnswerBytes / 1024 / 1024} MiB`);
}

/** The texts of an error or notice each end in a zero, and so does their list: without it the parser never finds an end. */
function checkTexts(body: Buffer): void {
  if (body.at(-1) === 0 && (body.length === 1 || body.at(-2) === 0)) return;
  throw new Error('an error or notice has no end');
}

/** How many fields a row has; each must lie in it, or the parser would read others' bytes, and some of them many times. */
function checkRow(body: Buffer): number {
  const count = body.length < 2 ? 1 : body.readUInt16BE(0);
  let offset = 2;
  for (let field = 0; field < count; field += 1) {
    if (offset + 4 > body.length) throw new Error('a row ends before its fields');
    const length = body.readInt32BE(offset);
    if (length < -1) throw new Error(`a field says that it is ${length} bytes long`);
    offset += 4 + Math.max(length, 0);
  }
  if (offset > body.length) throw new Error('a row ends before its fields');
  return count;
}
