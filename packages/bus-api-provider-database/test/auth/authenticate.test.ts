// Each way in, tried as an attacker would: real tokens, real keys, a real JWKS over HTTP.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationError, Secret } from 'bus-integration-database';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audience, createAuthenticate } from '../../src/auth/authenticate.ts';

const secret = 'a-shared-secret-of-thirty-two-bytes-or-more';
const key = new TextEncoder().encode(secret);
const payload: JWTPayload = { sub: 'deployer', scope: 'openid database:admin' };

/** A token that would be accepted, but for what is changed. */
function jwt(
  change: (token: SignJWT) => SignJWT = (token) => token,
  claims: JWTPayload = payload,
  header: JWTHeaderParameters = { alg: 'HS256' },
): SignJWT {
  const token = new SignJWT(claims).setProtectedHeader(header);
  return change(token.setAudience(audience).setIssuedAt().setExpirationTime('1m'));
}

async function outcome(authenticate: ReturnType<typeof createAuthenticate>, authorization: string | undefined) {
  try {
    const caller = await authenticate?.(authorization);
    return [caller?.name, ...(caller?.scopes ?? [])].join(' ');
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    expect(error.message).not.toContain(secret);
    return `${error.errorClass}: ${error.message}`;
  }
}

describe('a static token', () => {
  const authenticate = createAuthenticate({ token: new Secret('the-static-token-of-this-test') });
  it('lets in who has it, and nobody else', async () => {
    expect(await outcome(authenticate, 'Bearer the-static-token-of-this-test')).toBe(
      'token database:read database:admin',
    );
    expect(await outcome(authenticate, 'bearer the-static-token-of-this-test')).toContain('database:admin');
    for (const given of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer the-static-token-of-this-tes',
      'Bearer the-static-token-of-this-test2',
      'Bearer the-static-token-of-this-test x',
      'Basic the-static-token-of-this-test',
      'the-static-token-of-this-test',
      `Bearer ${await jwt().sign(key)}`,
      `Bearer ${'x'.repeat(10_000)}`,
    ])
      expect([given, await outcome(authenticate, given)]).toEqual([given, expect.stringMatching(/^unauthenticated: /)]);
  });

  it('nobody is asked for one where none is configured', () => {
    expect(createAuthenticate({})).toBeUndefined();
  });
});

describe('a JWT by a shared secret', () => {
  const authenticate = createAuthenticate({ jwtSecret: new Secret(secret) });
  const bearer = async (token: SignJWT) => `Bearer ${await token.sign(key)}`;

  it('lets in with the scopes that it holds', async () => {
    expect(await outcome(authenticate, await bearer(jwt()))).toBe('jwt:deployer database:admin database:read');
    for (const [claims, scopes] of [
      [{ scope: 'database:read' }, 'database:read'],
      [{ scopes: ['database:read', 7] }, 'database:read'],
      [{ scp: ['database:admin'] }, 'database:admin database:read'],
      [{ scope: 'database:administrator xdatabase:admin' }, ''],
      [{ scope: { 'database:admin': true } }, ''],
      [{}, ''],
    ] as const)
      expect(await outcome(authenticate, await bearer(jwt(undefined, claims)))).toMatch(
        new RegExp(`^jwt#[0-9a-f]{32}${scopes === '' ? '' : ` ${scopes}`}$`),
      );
    expect(await outcome(authenticate, await bearer(jwt((token) => token.setAudience(['x', audience]))))).toContain(
      'deployer',
    );
    expect(await outcome(authenticate, await bearer(jwt(undefined, { ...payload, sub: 'a\nlog line' })))).toMatch(
      /^jwt#[0-9a-f]{32} /,
    );
  });

  it('is one caller: no other token’s, whatever its sub says, nor another’s of no name', async () => {
    const both = createAuthenticate({
      jwtSecret: new Secret(secret),
      token: new Secret('the-static-token-of-this-test'),
    });
    const nameOf = async (claims: JWTPayload) => (await both?.(await bearer(jwt(undefined, claims))))?.name;
    expect((await both?.('Bearer the-static-token-of-this-test'))?.name).toBe('token');
    expect(await nameOf({ ...payload, sub: 'token' })).toBe('jwt:token');
    const nameless = [await nameOf({ scope: 'database:admin' }), await nameOf({ scp: ['database:admin'] })];
    expect(new Set(nameless).size).toBe(2);
    const one = await bearer(jwt(undefined, {}));
    expect((await both?.(one))?.name).toBe((await both?.(one))?.name);
  });

  it('is refused when it has expired, is for others, or is not signed by us', async () => {
    const good = await jwt().sign(key);
    const [header = '', body = '', signature = ''] = good.split('.');
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const admin = b64({ aud: audience, exp: 4_102_444_800, scope: 'database:admin' });
    for (const [what, token] of [
      ['expired', await jwt((it) => it.setExpirationTime('-1m')).sign(key)],
      ['not yet', await jwt((it) => it.setNotBefore('5m')).sign(key)],
      ['no exp', await new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).setAudience(audience).sign(key)],
      ['no aud', await new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1m').sign(key)],
      ['other aud', await jwt((it) => it.setAudience('ai.hg.fi/internal2')).sign(key)],
      ['other secret', await jwt().sign(new TextEncoder().encode(`${secret}x`))],
      ['none', new UnsecuredJWT(payload).setAudience(audience).setExpirationTime('1m').encode()],
      ['None', `${b64({ alg: 'None' })}.${admin}.`],
      ['no alg', `${b64({ typ: 'JWT' })}.${admin}.${signature}`],
      ['body changed', `${header}.${admin}.${signature}`],
      ['signature gone', `${header}.${body}.`],
      ['signature cut', `${header}.${body}.${signature.slice(0, -2)}`],
      ['crit', `${b64({ alg: 'HS256', crit: ['x'], x: 1 })}.${body}.${signature}`],
      ['alg of a list', `${b64({ alg: ['HS256'] })}.${body}.${signature}`],
      ['no JSON', 'a.b.c'],
      ['five parts', `${good}.x.y`],
      ['a dot', '.'],
      ['dots', '..'],
    ])
      expect([what, await outcome(authenticate, `Bearer ${token}`)]).toEqual([
        what,
        expect.stringMatching(/^unauthenticated: /),
      ]);
  });
});

describe('a JWT by a JWKS', () => {
  let jwks: Server;
  let answer: () => { status: number; body: string };
  let fetched = 0;
  let pair: { publicKey: CryptoKey; privateKey: CryptoKey };
  let url: URL;
  beforeAll(async () => {
    pair = await generateKeyPair('RS256', { extractable: true });
    const body = JSON.stringify({
      keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }],
    });
    answer = () => ({ status: 200, body });
    jwks = createServer((_, response) => {
      fetched += 1;
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((done) => jwks.listen(0, '127.0.0.1', done));
    url = new URL(`http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`);
  });
  afterAll(() => void jwks.close());

  const rsa = (kid = 'one') => jwt(undefined, payload, { alg: 'RS256', kid }).sign(pair.privateKey);

  it('lets in by its keys alone', async () => {
    const authenticate = createAuthenticate({ jwksUrl: url });
    expect(await outcome(authenticate, `Bearer ${await rsa()}`)).toBe('jwt:deployer database:admin database:read');
    const stranger = await generateKeyPair('RS256');
    const theirs = await jwt(undefined, payload, { alg: 'RS256', kid: 'one' }).sign(stranger.privateKey);
    expect(await outcome(authenticate, `Bearer ${theirs}`)).toMatch(/^unauthenticated: .*signature/);
  });

  it('never takes a public key for a shared secret', async () => {
    const pem = await exportSPKI(pair.publicKey);
    const body = [
      { alg: 'HS256', kid: 'one' },
      { ...payload, aud: audience, exp: 4_102_444_800 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const forged = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
    for (const authenticate of [
      createAuthenticate({ jwksUrl: url }),
      createAuthenticate({ jwksUrl: url, jwtSecret: new Secret(secret) }),
    ])
      expect(await outcome(authenticate, `Bearer ${forged}`)).toMatch(/^unauthenticated: /);
  });

  it('is not made to fetch keys by tokens with unknown keys', async () => {
    const authenticate = createAuthenticate({ jwksUrl: url });
    await outcome(authenticate, `Bearer ${await rsa()}`);
    const before = fetched;
    for (const kid of ['a', 'b', 'c', 'd'])
      expect(await outcome(authenticate, `Bearer ${await rsa(kid)}`)).toMatch(/^unauthenticated: .*no key/);
    expect(fetched).toBe(before);
  });

  it('says that the keys could not be had, and lets nobody in', async () => {
    const kept = answer;
    for (const broken of [
      { status: 500, body: '{}' },
      { status: 200, body: 'not JSON' },
      { status: 200, body: '{"keys":7}' },
    ]) {
      answer = () => broken;
      expect(await outcome(createAuthenticate({ jwksUrl: url }), `Bearer ${await rsa()}`)).toMatch(/^unreachable: /);
    }
    answer = kept;
    const closed = new URL('http://127.0.0.1:1/jwks.json');
    expect(await outcome(createAuthenticate({ jwksUrl: closed }), `Bearer ${await rsa()}`)).toMatch(/^unreachable: /);
  });
});
