// What a server answers to a startup packet, read from its bytes: who it lets in, what it asks for, why it refuses. Pure.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
import { serverText } from '../../text/sqlstate.ts';

/** How a server would have a role prove who it is; `password` is in plaintext, `sasl` is SCRAM or an extension's mechanism. */
type AskedMethod = 'password' | 'md5' | 'sasl' | 'gss' | 'sspi' | 'kerberos';

interface ServerRefusal {
  /** 28000 where no rule of pg_hba.conf lets this client in. */
  readonly sqlstate: string;
  readonly message: string;
}

export type StartupAnswer =
  /** Let in without being asked for anything: trust, peer, ident or a client certificate. */
  | { readonly kind: 'entered'; readonly followedBy?: ServerRefusal }
  | { readonly kind: 'asked'; readonly method: AskedMethod; readonly mechanisms: readonly string[] }
  | ({ readonly kind: 'refused' } & ServerRefusal)
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * The answer in what was received so far; undefined while it is not whole.
 *
 * @example
 * readStartupAnswer(Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1')); // { kind: 'asked', method: 'password', mechanisms: [] }
 */
export function readStartupAnswer(bytes: Buffer): StartupAnswer | undefined {
  let hasEntered = false;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    const length = bytes.readUInt32BE(at + 1);
    const isExpected = (hasEntered ? 'RSKNEZ' : 'RNEv').includes(type);
    if (!isExpected || length < 4 || length > longestMessage) return { kind: 'unreadable', reason: strangeText(bytes) };
    const body = bytes.subarray(at + 5, at + 1 + length);
    if (body.length < length - 4) return undefined;
    at += 1 + length;
    if (type === 'Z') return { kind: 'entered' };
    if (type === 'E') {
      const refusal = refusalIn(body);
      return hasEntered ? { kind: 'entered', followedBy: refusal } : { kind: 'refused', ...refusal };
    }
    if (type !== 'R') continue;
    const asked = askedIn(body);
    if (asked !== 'nothing') return asked;
    hasEntered = true;
  }
  return undefined;
}

// libpq's own bound for what comes before a login.
const longestMessage = 30_000;

const methods: Readonly<Record<number, AskedMethod>> = {
  2: 'kerberos',
  3: 'password',
  5: 'md5',
  7: 'gss',
  9: 'sspi',
  10: 'sasl',
};

function askedIn(body: Buffer): StartupAnswer | 'nothing' {
  const code = body.length >= 4 ? body.readUInt32BE(0) : undefined;
  if (code === 0) return 'nothing';
  const method = methods[code ?? -1];
  if (method === undefined)
    return { kind: 'unreadable', reason: `asks for authentication of a kind unknown here (${code})` };
  const mechanisms = method === 'sasl' ? textsIn(body.subarray(4)) : [];
  return { kind: 'asked', method, mechanisms };
}

/** Fields of one letter each: C is the SQLSTATE, M the message, which lc_messages may have translated. */
function refusalIn(body: Buffer): ServerRefusal {
  const fields = new Map(textsIn(body).map((field) => [field[0], field.slice(1)]));
  return { sqlstate: serverText(fields.get('C') ?? ''), message: serverText(fields.get('M') ?? '') };
}

/** Texts that end with a zero byte each, up to an empty one. */
function textsIn(bytes: Buffer): string[] {
  const texts = bytes.toString('utf8').split('\0');
  const end = texts.indexOf('');
  return texts.slice(0, end < 0 ? texts.length : end);
}

// A postmaster that can't fork says so in the protocol of PostgreSQL 7: `E`, a text, a zero.
function strangeText(bytes: Buffer): string {
  const text = /^E([\t\n\x20-\x7e]{5,})/.exec(bytes.toString('latin1'))?.[1];
  return text === undefined ? "answers, but not in PostgreSQL's protocol" : `refuses: ${serverText(text)}`;
}
