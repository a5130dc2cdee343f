// Whose request this is: a static token compared in constant time, or a JWT whose signature, audience and time are
// checked. Says why a token is refused, never what is in it.
import { createHash, timingSafeEqual } from 'node:crypto';
import { OperationError } from 'bus-integration-database';
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { type AuthSettings, secretBytes } from './auth-settings.ts';

const scopes = ['database:read', 'database:admin'] as const;
export type TokenScope = (typeof scopes)[number];

export interface Caller {
  /** For the log, and for what is one caller's own: no two have the same. */
  readonly name: string;
  /** `database:admin` includes `database:read`. */
  readonly scopes: ReadonlySet<string>;
}

export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export const audience = 'ai.hg.fi/internal';

const symmetric = ['HS256', 'HS384', 'HS512'];
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * The check of an `Authorization` header; undefined when no authentication is configured.
 *
 * @throws OperationError `unauthenticated`; `unreachable` when the JWKS can't be had
 * @example
 * const caller = await createAuthenticate(settings)?.(request.headers.authorization);
 */
export function createAuthenticate(settings: AuthSettings): Authenticate | undefined {
  const { token, jwtSecret, jwksUrl } = settings;
  if (token === undefined && jwtSecret === undefined && jwksUrl === undefined) return undefined;
  const isToken = token === undefined ? () => false : comparison(token.reveal());
  const secretKey = jwtSecret === undefined ? undefined : secretBytes(jwtSecret);
  // A key that is fetched again for each unknown `kid` would let strangers make us fetch again and again.
  const remoteKeys =
    jwksUrl === undefined
      ? undefined
      : createRemoteJWKSet(jwksUrl, { timeoutDuration: 5_000, cooldownDuration: 30_000, cacheMaxAge: 600_000 });

  const verified = async (jwt: string): Promise<JWTPayload> => {
    const alg = algorithmOf(jwt);
    // Each kind of key takes its own algorithms only: a public key is never a shared secret.
    if (secretKey !== undefined && symmetric.includes(alg ?? ''))
      return (await jwtVerify(jwt, secretKey, { ...demands, algorithms: symmetric })).payload;
    if (remoteKeys !== undefined && asymmetric.includes(alg ?? ''))
      return (await jwtVerify(jwt, remoteKeys, { ...demands, algorithms: asymmetric })).payload;
    throw refused('its algorithm is not accepted');
  };

  return async (authorization) => {
    const given = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw refused(authorization === undefined ? 'none was given' : 'it is not a Bearer token');
    if (isToken(given)) return { name: 'token', scopes: new Set(scopes) };
    if (secretKey === undefined && remoteKeys === undefined) throw refused('it is not the right one');
    try {
      const payload = await verified(given);
      return { name: nameOf(payload, given), scopes: scopesOf(payload) };
    } catch (error) {
      throw error instanceof OperationError ? error : whyRefused(error);
    }
  };
}

const demands: JWTVerifyOptions = { audience, requiredClaims: ['exp', 'aud'], clockTolerance: 5 };

function algorithmOf(jwt: string): string | undefined {
  try {
    return decodeProtectedHeader(jwt).alg;
  } catch {
    throw refused(notOurs);
  }
}

const notOurs = 'it is not a JWT of ours';

/** Hashes of equal length are compared, so that neither content nor length shows in the time it takes. */
function comparison(expected: string): (given: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const wanted = hash(expected);
  return (given) => timingSafeEqual(hash(given), wanted);
}

function scopesOf(payload: JWTPayload): ReadonlySet<string> {
  const listed = [payload.scope, payload.scopes, payload.scp].flatMap((claim) =>
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [],
  );
  const granted = new Set(listed.filter((scope) => scopes.includes(scope)));
  if (granted.has('database:admin')) granted.add('database:read');
  return granted;
}

/** Who has no usable name is known by the token alone, of which a part of its digest tells nothing. */
function nameOf({ sub }: JWTPayload, jwt: string): string {
  if (typeof sub === 'string' && /^[\w.@:/+-]{1,100}$/.test(sub)) return `jwt:${sub}`;
  return `jwt#${createHash('sha256').update(jwt).digest('hex').slice(0, 32)}`;
}

const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is not right',
  ERR_JWKS_NO_MATCHING_KEY: 'no key of the JWKS fits it',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'several keys of the JWKS fit it; it names none',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not accepted',
};

function whyRefused(error: unknown): OperationError {
  const { code = '', claim } = error as { code?: string; claim?: string };
  const reason = reasons[code];
  if (reason !== undefined) return refused(reason);
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' && /^(aud|exp|nbf|iat)$/.test(claim ?? ''))
    return refused(`its claim ${claim} is missing or not right; expected aud ${audience} and an exp`);
  if (/^ERR_(JWS|JWT|JOSE_NOT_SUPPORTED)/.test(code)) return refused(notOurs);
  return new OperationError(
    'unreachable',
    'the keys that tokens are checked with (BUS_API_JWKS_URL) could not be had',
    {
      code: 'jwks',
      cause: error,
    },
  );
}

function refused(reason: string): OperationError {
  return new OperationError('unauthenticated', `a valid token is needed: ${reason}`, {
    remedy: 'send Authorization: Bearer TOKEN',
  });
}
