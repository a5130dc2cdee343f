import { handle, readConfiguration } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { postgresKeys } from '../src/keys.ts';
import { createPostgresProvider } from '../src/provider.ts';

test('the doctor looks with the credentials of the request, or not at all', async () => {
  const env = {
    BUS_DEPLOYMENT_ID: 'shop',
    BUS_DATABASE_PROVIDER: 'postgres',
    BUS_POSTGRES_ADMIN_DSN: 'postgres://admin@127.0.0.1:1/postgres',
    BUS_DATABASE_CREDENTIAL_REFERENCES: './listed',
  };
  const { configuration } = readConfiguration(env, {}, [postgresKeys]);
  const processContext = { env: {}, cwd: '/', homeDirectory: '/', osUser: 'nobody', uid: process.getuid?.() ?? 0 };
  const provider = createPostgresProvider({ configuration, processContext });
  const doctor = (admin_dsn_file: string) => {
    const request = { deployment_id: 'shop', provider: 'postgres', credentials: { admin_dsn_file } };
    return handle('doctor', request, [provider], { signal: new AbortController().signal });
  };
  expect(await doctor('/etc/other')).toMatchObject({ ok: false, error_class: 'forbidden' });
  const { checks = [] } = await doctor('./listed');
  expect(checks.filter(({ result }) => result === 'fail').map(({ seen }) => seen)).toEqual([
    expect.stringContaining('listed'),
  ]);
});

test('verify of what declares nothing is refused before a server is asked, whatever surface it came by', async () => {
  const env = {
    BUS_DEPLOYMENT_ID: 'shop',
    BUS_DATABASE_PROVIDER: 'postgres',
    BUS_POSTGRES_ADMIN_DSN: 'postgres://admin@127.0.0.1:1/postgres',
  };
  const { configuration } = readConfiguration(env, {}, [postgresKeys]);
  const processContext = { env: {}, cwd: '/', homeDirectory: '/', osUser: 'nobody', uid: process.getuid?.() ?? 0 };
  const provider = createPostgresProvider({ configuration, processContext });
  const request = { deployment_id: 'shop', provider: 'postgres', checks: ['connectivity'] };
  const response = await handle('verify', request, [provider], { signal: new AbortController().signal });
  expect(response).toMatchObject({
    ok: false,
    error_class: 'not-configured',
    diagnostics: [{ message: expect.stringContaining('nothing is declared') }],
  });
});
