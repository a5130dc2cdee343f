// What goes to the server instead of a password: SCRAM-SHA-256 verifiers, made, read and compared.
// Nothing here connects, and no password leaves this file in plaintext.
import { createHash, createHmac, pbkdf2, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { OperationError, Secret } from 'bus-integration-database';
import { saslprep } from './saslprep.ts';

export interface ScramParameters {
  /** Bytes, or base64 as verifiers write it. */
  readonly salt: Uint8Array | string;
  readonly iterations: number;
}

/** A verifier's parts, as `pg_authid.rolpassword` holds them. */
export interface Verifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What password, salt and iterations come to: all that a client needs to log in, so as secret as the password. */
export interface ScramKeys {
  readonly clientKey: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/**
 * The verifier that PostgreSQL would store for a password: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`.
 * https://www.postgresql.org/docs/current/catalog-pg-authid.html
 *
 * @throws {OperationError} invalid-request, for an empty password, a missing or empty salt or one that is not base64, or
 * iterations below 1 or above {@link mostIterations}.
 * @example
 * scramVerifier('pencil', { salt: 'W22ZaJ0SNY7soEsUEjb6gQ==', iterations: 4096 });
 */
export function scramVerifier(password: string, parameters: ScramParameters): string {
  const { salt, iterations } = checked(password, parameters);
  const salted = pbkdf2Sync(saslprep(password), salt, iterations, keyBytes, 'sha256');
  return written(keysOf(salted), salt, iterations);
}

/**
 * A verifier with a fresh salt of 16 bytes; hashed beside the event loop, so that several are made at once. `hash` is
 * {@link scramKeys}, or one that remembers.
 *
 * @throws {OperationError} invalid-request, for an empty password, or iterations below 1 or above {@link mostIterations}.
 * @example
 * const verifier = await newVerifier(newPassword(), 4096);
 */
export async function newVerifier(password: Secret | string, iterations: number, hash = scramKeys): Promise<string> {
  const text = typeof password === 'string' ? password : password.reveal();
  const { salt } = checked(text, { salt: randomBytes(saltBytes), iterations });
  return written(await hash(text, { salt, iterations }), salt, iterations);
}

/** A password of 32 random bytes, in characters that need no escaping in a URI. */
export function newPassword(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** The keys that a client proves its password with; hashed beside the event loop. */
export async function scramKeys(password: string, parameters: ScramParameters): Promise<ScramKeys> {
  const { salt, iterations } = checked(password, parameters);
  return keysOf(await pbkdf2Async(saslprep(password), salt, iterations, keyBytes, 'sha256'));
}

/**
 * A verifier's parts; undefined for anything else that `rolpassword` may hold, an MD5 hash included.
 *
 * @example
 * parseVerifier('SCRAM-SHA-256$4096:c2FsdA==$…:…')?.iterations; // 4096
 */
export function parseVerifier(text: string): Verifier | undefined {
  const [, count, ...encoded] = /^SCRAM-SHA-256\$(\d{1,10}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text) ?? [];
  const [salt, storedKey, serverKey] = encoded.map(bytesOf);
  const iterations = Number(count);
  if (salt === undefined || storedKey?.length !== keyBytes || serverKey?.length !== keyBytes) return undefined;
  return iterations >= 1 && iterations <= 0x7fffffff ? { iterations, salt, storedKey, serverKey } : undefined;
}

/**
 * The most that is hashed for anything, about half a second: a server's challenge, a stored verifier and
 * `scram_iterations` may each ask for 2^31-1, which takes an hour, and no signal ends a hashing that has begun.
 */
export const mostIterations = 1_000_000;

/**
 * Whether a stored verifier was made from this password: compared in constant time, hashed beside the event loop, and
 * left alone as `too-costly` above {@link mostIterations}.
 * `md5…` hashes hold the role's name too and match only when `user` is given. Unknown forms match nothing.
 *
 * @example
 * await judgeVerifier('pencil', row.rolpassword, 'app'); // 'matches'
 */
export async function judgeVerifier(
  password: string,
  verifier: string,
  user?: string,
  hash = scramKeys,
): Promise<'matches' | 'differs' | 'too-costly'> {
  // No server stores such a password.
  if (password === '' || password.includes('\0')) return 'differs';
  const parsed = parseVerifier(verifier);
  if (parsed === undefined) return isMd5Of(password, verifier, user) ? 'matches' : 'differs';
  if (parsed.iterations > mostIterations) return 'too-costly';
  const { serverKey } = await hash(password, parsed);
  return timingSafeEqual(serverKey, parsed.serverKey) ? 'matches' : 'differs';
}

function isMd5Of(password: string, verifier: string, user: string | undefined): boolean {
  if (user === undefined || !/^md5[0-9a-f]{32}$/.test(verifier)) return false;
  return timingSafeEqual(Buffer.from(md5Hash(password, user)), Buffer.from(verifier));
}

/** The old hash, `md5` and the digest of password and role name, for servers and roles that still have it. */
export function md5Hash(password: string, user: string): string {
  return `md5${createHash('md5').update(password).update(user).digest('hex')}`;
}

const keyBytes = 32;
const saltBytes = 16;
const pbkdf2Async = promisify(pbkdf2);

function keysOf(salted: Buffer): ScramKeys {
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  return { clientKey, storedKey, serverKey: hmac(salted, 'Server Key') };
}

/** HMAC-SHA-256, as SCRAM uses it for keys and signatures. */
export function hmac(key: Buffer, message: string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

function written(keys: ScramKeys, salt: Buffer, iterations: number): string {
  const [saltText, storedKey, serverKey] = [salt, keys.storedKey, keys.serverKey].map((bytes) =>
    bytes.toString('base64'),
  );
  return `SCRAM-SHA-256$${iterations}:${saltText}$${storedKey}:${serverKey}`;
}

function checked(password: string, parameters: ScramParameters): { salt: Buffer; iterations: number } {
  const refuse = (message: string): never => {
    throw new OperationError('invalid-request', message);
  };
  // From JavaScript anything may come, and a TypeError of node:crypto would show it.
  if (typeof password !== 'string') refuse(`a password is of type ${typeof password}; expected a string`);
  // PostgreSQL stores no empty password: it sets the role's password to NULL with a notice.
  if (password === '') refuse('a password is empty; expected at least one character');
  if (password.includes('\0')) refuse('a password holds a NUL; PostgreSQL takes none');
  const { salt, iterations } = (parameters ?? {}) as Partial<ScramParameters>;
  if (iterations === undefined || !Number.isInteger(iterations) || iterations < 1 || iterations > mostIterations) {
    return refuse(`SCRAM iterations are ${iterations}; expected 1 to ${mostIterations}`);
  }
  if (typeof salt !== 'string' && !(salt instanceof Uint8Array)) {
    return refuse('no SCRAM salt is given; expected bytes, or base64 text');
  }
  const bytes = typeof salt === 'string' ? bytesOf(salt) : Buffer.from(salt);
  if (bytes === undefined) return refuse('a SCRAM salt is not base64 text; expected 16 bytes in base64');
  if (bytes.length === 0) return refuse('a SCRAM salt is empty; expected 16 bytes');
  return { salt: bytes, iterations };
}

// Buffer.from skips what is no base64; a verifier or a server's answer with such bytes is no verifier.
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
