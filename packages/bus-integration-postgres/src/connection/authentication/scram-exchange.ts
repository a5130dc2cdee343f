// The client's half of a SCRAM-SHA-256 login, with or without channel binding (RFC 5802, RFC 7677): texts in, texts out.
// Sends nothing, and decides nothing about whether to take part.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hmac, type ScramKeys, scramKeys } from './scram.ts';

export const scram = 'SCRAM-SHA-256';
export const scramPlus = 'SCRAM-SHA-256-PLUS';

/** A login that was begun, and what it has come to. */
export interface ScramExchange {
  readonly mechanism: typeof scram | typeof scramPlus;
  /** The first message to the server. */
  readonly opening: string;
  readonly nonce: string;
  /** What the login is bound to, as the proof repeats it. */
  readonly binding: Buffer;
  /** The server has sent its challenge: there is one in a login. */
  isChallenged?: boolean;
  /** What only a server that knows the password's verifier can answer; known once the challenge is. */
  serverSignature?: Buffer;
}

/**
 * Begins a login.
 *
 * @param endPoint the server's certificate hash, where the login could be bound to it
 * @param isBindingOffered the server offers SCRAM-SHA-256-PLUS
 */
export function startExchange(endPoint: Buffer | undefined, isBindingOffered: boolean): ScramExchange {
  const isBound = endPoint !== undefined && isBindingOffered;
  // `y` says that we could have bound the login: a server whose offer somebody took away notices it.
  const header = isBound ? 'p=tls-server-end-point,,' : endPoint === undefined ? 'n,,' : 'y,,';
  const nonce = randomBytes(18).toString('base64');
  return {
    mechanism: isBound ? scramPlus : scram,
    opening: `${header}n=,r=${nonce}`,
    nonce,
    binding: Buffer.concat([Buffer.from(header), isBound ? endPoint : Buffer.alloc(0)]),
  };
}

/** What a server's challenge asks for; a text says why it is none. */
export function readChallenge(
  exchange: ScramExchange,
  challenge: string,
): { readonly nonce: string; readonly salt: string; readonly iterations: number } | string {
  const [, nonce, salt, count] =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+=*),i=([1-9]\d{0,9})$/.exec(challenge) ?? [];
  const iterations = Number(count);
  if (nonce === undefined || salt === undefined) return 'its challenge is malformed';
  if (!nonce.startsWith(exchange.nonce) || nonce.length === exchange.nonce.length) return 'its nonce is not ours';
  return { nonce, salt, iterations };
}

/** The answer to a challenge, with the proof of the password; the server's own proof is due after it. */
export function answerChallenge(exchange: ScramExchange, challenge: string, nonce: string, keys: ScramKeys): string {
  const withoutProof = `c=${exchange.binding.toString('base64')},r=${nonce}`;
  const bare = exchange.opening.slice(exchange.opening.indexOf('n=,'));
  const authMessage = `${bare},${challenge},${withoutProof}`;
  const clientSignature = hmac(keys.storedKey, authMessage);
  const proof = Buffer.from(keys.clientKey.map((byte, index) => byte ^ (clientSignature[index] as number)));
  exchange.serverSignature = hmac(keys.serverKey, authMessage);
  return `${withoutProof},p=${proof.toString('base64')}`;
}

/** True when a server's last message proves that it knows the password's verifier. */
export function isProvenBy(exchange: ScramExchange | undefined, final: string): boolean {
  const expected = exchange?.serverSignature;
  const seen = Buffer.from(/^v=([^,]+)/.exec(final)?.[1] ?? '', 'base64');
  return expected !== undefined && seen.length === expected.length && timingSafeEqual(seen, expected);
}

/** Keys by password and salt: hashing them is most of what a login costs a client. */
export type ScramCache = Map<string, Promise<ScramKeys>>;

/** `scramKeys` that hashes once for all that share the cache: a verifier that was just made is proven without hashing. */
export function rememberedKeys(cache: ScramCache): typeof scramKeys {
  return (password, { salt, iterations }) => {
    const text = typeof salt === 'string' ? salt : Buffer.from(salt).toString('base64');
    return cachedKeys(password, text, iterations, cache);
  };
}

/** The keys for a challenge, hashed once for all logins that share the cache. */
export function cachedKeys(password: string, salt: string, iterations: number, cache: ScramCache): Promise<ScramKeys> {
  const key = createHash('sha256')
    .update(JSON.stringify([password, salt, iterations]))
    .digest('base64');
  const keys = cache.get(key) ?? scramKeys(password, { salt, iterations });
  cache.set(key, keys);
  return keys;
}
