import { expect, test } from 'vitest';
import type { Configuration } from '../../src/config/config.ts';
import { withRequestCredentials } from '../../src/run/request-credentials.ts';
import { Secret } from '../../src/secrets/secret.ts';

const configuration = {
  deploymentId: 'shop',
  credentials: { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: './local/admin' },
  credentialReferences: ['./local/other', 'secret://vault/admin'],
} as unknown as Configuration;
const about = { deployment_id: 'shop', provider: 'postgres' };

test.each([undefined, {}, { admin_dsn_file: './local/admin' }])('%j is what is configured', (credentials) => {
  const request = { ...about, ...(credentials && { credentials }) };
  expect(withRequestCredentials(configuration, request)).toBe(configuration);
});

test('a listed file is used for this run, and named so', () => {
  const used = withRequestCredentials(configuration, { ...about, credentials: { admin_dsn_file: './local/other' } });
  expect(used.credentials).toEqual({ key: 'credentials.admin_dsn_file', file: './local/other' });
  expect(configuration.credentials.file).toBe('./local/admin');
});

test.each([
  [{ admin_dsn_file: '/etc/passwd' }, 'forbidden'],
  [{ admin_dsn_file: './local/../local/admin' }, 'forbidden'],
  [{ admin_dsn_file: '' }, 'forbidden'],
  [{ admin_dsn_secret: './local/admin' }, 'forbidden'],
  [{ admin_dsn_file: './local/admin', admin_dsn_secret: 'secret://vault/admin' }, 'forbidden'],
  [{ admin_dsn_secret: 'secret://vault/admin' }, 'not-configured'],
])('%j is refused as %s', (credentials, errorClass) => {
  expect(() => withRequestCredentials(configuration, { ...about, credentials })).toThrow(
    expect.objectContaining({ errorClass }),
  );
});

test('a value instead of a file can be named by no request', () => {
  const { credentialReferences: _, ...bare } = configuration;
  const value = { ...bare, credentials: { key: 'BUS_POSTGRES_ADMIN_DSN', value: new Secret('postgresql://a@b') } };
  expect(() => withRequestCredentials(value, { ...about, credentials: { admin_dsn_file: './x' } })).toThrow(
    /forbidden|only/,
  );
});
