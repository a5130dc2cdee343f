import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationError } from 'bus-integration-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAuthSettings, secretBytes } from '../../src/auth/auth-settings.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'auth-'));
  writeFileSync(join(cwd, 'token'), 'a-token-that-is-long-enough\n', { mode: 0o600 });
  writeFileSync(join(cwd, 'short'), 'short\n', { mode: 0o600 });
  writeFileSync(join(cwd, 'blank'), 'a-token with-a-blank-inside\n', { mode: 0o600 });
  writeFileSync(join(cwd, 'open'), 'a-token-that-is-long-enough\n', { mode: 0o644 });
  writeFileSync(join(cwd, 'secret'), `${'s'.repeat(32)}\n`, { mode: 0o600 });
  symlinkSync('token', join(cwd, 'link'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

function read(env: Readonly<Record<string, string>>) {
  return readAuthSettings({ env, cwd, uid: process.getuid?.() ?? 0 }).settings;
}

it('reads a token, a JWT secret, a JWKS', () => {
  expect(read({})).toEqual({});
  expect(read({ BUS_DATABASE_API_TOKEN_FILE: './token' }).token?.reveal()).toBe('a-token-that-is-long-enough');
  const bytes = Buffer.alloc(32, 200);
  const encoded = read({ BUS_API_JWT_SECRET: `base64:${bytes.toString('base64')}` }).jwtSecret;
  expect(encoded && secretBytes(encoded)).toEqual(Uint8Array.from(bytes));
  expect(read({ BUS_API_JWT_SECRET: 'x'.repeat(32) }).jwtSecret?.reveal()).toHaveLength(32);
  expect(read({ BUS_API_JWT_SECRET_FILE: 'secret' }).jwtSecret?.reveal()).toHaveLength(32);
  expect(read({ BUS_API_JWKS_URL: 'https://id.example/jwks' }).jwksUrl?.host).toBe('id.example');
  expect(read({ BUS_API_JWKS_URL: 'http://[::1]:8080/jwks' }).jwksUrl?.host).toBe('[::1]:8080');
});

it.each([
  [{ BUS_DATABASE_API_TOKEN_FILE: 'open' }, 'open is readable by group and others (0644)'],
  [{ BUS_DATABASE_API_TOKEN_FILE: 'link' }, 'link is a symbolic link'],
  [{ BUS_DATABASE_API_TOKEN_FILE: 'gone' }, "gone doesn't exist"],
  [{ BUS_DATABASE_API_TOKEN_FILE: 'short' }, 'BUS_DATABASE_API_TOKEN_FILE holds less than 16 bytes'],
  [
    { BUS_DATABASE_API_TOKEN_FILE: 'blank' },
    'BUS_DATABASE_API_TOKEN_FILE holds a token with characters that no token has',
  ],
  [{ BUS_DATABASE_API_TOKEN_FILE: '' }, 'BUS_DATABASE_API_TOKEN_FILE is empty'],
  [{ BUS_API_JWT_SECRET: `base64:${Buffer.alloc(31).toString('base64')}` }, 'holds less than 32 bytes'],
  [{ BUS_API_JWT_SECRET: `base64:${'?'.repeat(64)}` }, 'begins with base64: and is none'],
  [{ BUS_API_JWT_SECRET: 'short' }, 'BUS_API_JWT_SECRET holds less than 32 bytes'],
  [{ BUS_API_JWT_SECRET: 'x'.repeat(32), BUS_API_JWT_SECRET_FILE: 'secret' }, 'both set'],
  [{ BUS_API_JWKS_URL: 'http://id.example/jwks' }, 'not an https URL'],
  [{ BUS_API_JWKS_URL: 'https://user:pass@id.example/jwks' }, 'not an https URL'],
  [{ BUS_API_JWKS_URL: 'file:///etc/passwd' }, 'not an https URL'],
])('refuses %j', (env, why) => {
  expect(() => read(env as Record<string, string>)).toThrow(OperationError);
  expect(() => read(env as Record<string, string>)).toThrow(why);
});
