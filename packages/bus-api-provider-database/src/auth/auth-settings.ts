// Who may be let in, from the environment: a static token, a shared JWT secret, a JWKS. Reads secret files; lets nobody in.

import { resolve } from 'node:path';
import {
  type Diagnostic,
  type Environment,
  goesInClear,
  headerSafe,
  OperationError,
  readSecretFile,
  requirePath,
  Secret,
} from 'bus-integration-database';

export interface AuthSettings {
  readonly token?: Secret;
  readonly jwtSecret?: Secret;
  readonly jwksUrl?: URL;
}

const keys = {
  tokenFile: 'BUS_DATABASE_API_TOKEN_FILE',
  jwtSecret: 'BUS_API_JWT_SECRET',
  jwtSecretFile: 'BUS_API_JWT_SECRET_FILE',
  jwksUrl: 'BUS_API_JWKS_URL',
} as const;

/** RFC 7518, section 3.2, asks for a key as long as the hash; a static token of 16 bytes can't be guessed either. */
const shortest = { jwtSecretBytes: 32, tokenBytes: 16 };

export interface AuthContext {
  readonly env: Environment;
  readonly cwd: string;
  readonly uid: number;
}

/**
 * The authentication that is configured; nothing in it when none is.
 *
 * @throws OperationError `invalid-request` or `not-configured`, with every problem at once
 * @example
 * readAuthSettings({ env: { BUS_DATABASE_API_TOKEN_FILE: './local/api-token' }, cwd, uid });
 */
export function readAuthSettings({ env, cwd, uid }: AuthContext): {
  readonly settings: AuthSettings;
  readonly warnings: readonly Diagnostic[];
} {
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const refuse = (key: string, message: string, remedy: string) => {
    problems.push({ severity: 'fail', code: 'invalid-value', message: `${key} ${message}`, target: key, remedy });
  };
  const given = (key: string): string | undefined => {
    // A blank key is a slip that must not open the door.
    if (env[key] === '') refuse(key, 'is empty', `give ${key} a value, or unset it`);
    return env[key] || undefined;
  };
  const fromFile = (key: string, judge = (secret: Secret, _key: string) => secret): Secret | undefined => {
    const path = given(key);
    if (path === undefined) return undefined;
    try {
      const read = readSecretFile(resolve(cwd, requirePath(key, path)), { uid, shownAs: path });
      warnings.push(...read.warnings);
      return judge(read.secret, key);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      problems.push(...error.diagnostics);
      return undefined;
    }
  };
  const isLong = (key: string, secret: Secret | undefined, leastBytes: number) => {
    if (secret === undefined) return;
    const bytes = secretBytes(secret);
    if (bytes === undefined)
      return refuse(
        key,
        'begins with base64: and is none',
        'make one: echo "base64:$(openssl rand -base64 48 | tr -d \'\\n\')"',
      );
    if (bytes.length >= leastBytes) return;
    refuse(key, `holds less than ${leastBytes} bytes`, 'make one: openssl rand -base64 48');
  };

  const token = fromFile(keys.tokenFile, headerSafe);
  isLong(keys.tokenFile, token, shortest.tokenBytes);
  const secretFromFile = fromFile(keys.jwtSecretFile);
  const value = given(keys.jwtSecret);
  if (value !== undefined && env[keys.jwtSecretFile] !== undefined)
    refuse(keys.jwtSecret, `and ${keys.jwtSecretFile} are both set, expected one of them`, `unset ${keys.jwtSecret}`);
  const jwtSecret = secretFromFile ?? (value === undefined ? undefined : new Secret(value));
  isLong(value === undefined ? keys.jwtSecretFile : keys.jwtSecret, jwtSecret, shortest.jwtSecretBytes);
  const jwksUrl = readUrl(given(keys.jwksUrl), refuse);
  if (problems.length > 0) {
    const several = `${problems.length} problems in the authentication's configuration`;
    const message = problems.length === 1 ? (problems[0]?.message ?? several) : several;
    throw new OperationError('invalid-request', message, { diagnostics: problems });
  }
  return {
    settings: {
      ...(token !== undefined && { token }),
      ...(jwtSecret !== undefined && { jwtSecret }),
      ...(jwksUrl !== undefined && { jwksUrl }),
    },
    warnings,
  };
}

/**
 * The bytes of a shared JWT secret: of what follows `base64:`, padded or not, of either alphabet; else of the text.
 * Undefined where that is not base64.
 *
 * @example
 * secretBytes(new Secret('base64:AAEC')); // the bytes 0, 1, 2
 */
export function secretBytes(secret: Secret): Uint8Array | undefined {
  const text = secret.reveal();
  const [, encoded] = /^base64:(.*)$/s.exec(text) ?? [];
  if (encoded === undefined) return new TextEncoder().encode(text);
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded) ? Uint8Array.from(Buffer.from(encoded, 'base64')) : undefined;
}

/** Keys that come over a network in plaintext are anybody's. */
function readUrl(text: string | undefined, refuse: (key: string, message: string, remedy: string) => void) {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isFit =
    url !== undefined &&
    url.username === '' &&
    url.password === '' &&
    ['http:', 'https:'].includes(url.protocol) &&
    !goesInClear(url);
  if (isFit) return url;
  refuse(keys.jwksUrl, 'is not an https URL without credentials in it', `write ${keys.jwksUrl}=https://HOST/jwks.json`);
  return undefined;
}
