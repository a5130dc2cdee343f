import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advise, type Configuration, command, type Remedy, type Response } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';
import { showPaths } from '../../src/deployments/shown-paths.ts';
import { createApp } from '../../src/http/app.ts';

function told(seen: string, dsnOutputDirectory = './local/dsn', cwd = '/srv/shop'): string | undefined {
  const response: Response = {
    ok: true,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [],
    checks: [{ id: 'x', kind: 'doctor', result: 'ok', seen }],
  };
  const credentials = { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: '/etc/shop/its dsn' };
  return showPaths({ dsnOutputDirectory, credentials } as Configuration, cwd)(response).checks?.[0]?.seen;
}

it.each([
  ['/srv/shop/local/dsn/bus_auth.dsn is missing', './bus_auth.dsn is missing'],
  ['/srv/shop/local/dsn is open', '. is open'],
  ["'./local/dsn' is open", "'.' is open"],
  ['/srv/shop/local/admin-dsn is missing.', './local/admin-dsn is missing.'],
  ['/srv/shop/local/dsn2 and /srv/shopping stay', './local/dsn2 and /srv/shopping stay'],
  ['x/srv/shop/local/dsn', 'x/srv/shop/local/dsn'],
  ["'/etc/shop/its dsn' is empty", 'BUS_POSTGRES_ADMIN_DSN_FILE is empty'],
  ['BUS_POSTGRES_ADMIN_DSN_FILE=/etc/shop/its dsn', 'BUS_POSTGRES_ADMIN_DSN_FILE'],
  ['/etc/shop, which holds /etc/shop/its dsn, is open', '…, which holds BUS_POSTGRES_ADMIN_DSN_FILE, is open'],
  ['/etc/shop is open', '/etc/shop is open'],
])('%s', (seen, shown) => {
  expect(told(seen)).toBe(shown);
});

it.each<[Remedy, string]>([
  [command('chmod', '700', { path: '.' }), 'chmod 700 KEY'],
  [command('chmod', '700', { path: '/srv/shop/local/dsn/' }), 'chmod 700 KEY'],
  [command('chmod', 'go-w', { path: '/srv/shop' }), 'chmod go-w .'],
  [command('chmod', '600', { path: './bus_auth.dsn' }), 'chmod 600 KEY/bus_auth.dsn'],
  [
    ['keep it: ', command('mv', { path: './a%2Eb.svc.dsn' }, { path: './a%2Eb.svc.dsn.kept' })],
    'keep it: mv KEY/a%2Eb.svc.dsn KEY/a%2Eb.svc.dsn.kept',
  ],
  [
    [command('git', 'rm', '-r', '--cached', '--', { path: './local/dsn/' }), '; then change the secret'],
    'git rm -r --cached -- KEY; then change the secret',
  ],
  [
    { kind: 'edit', change: 'append', file: { path: '/srv/shop/.git/info/exclude' }, text: ['/local/'] },
    "printf '%s\\n' '/local/' >> ./.git/info/exclude",
  ],
  [command('chmod', '600', { path: '/etc/shop/dsn' }), `chmod 600 "$\{BUS_POSTGRES_ADMIN_DSN_FILE:?}"`],
  [['edit ', { kind: 'path', path: './bus_auth.dsn' }, ': change it'], 'edit ./bus_auth.dsn: change it'],
])('advice names the output directory by its key: %j', (remedy, shown) => {
  const response: Response = {
    ok: false,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [{ severity: 'fail', code: 'x', message: 'no', ...advise(remedy) }],
  };
  const credentials = { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: '/etc/shop/dsn' };
  const configuration = { dsnOutputDirectory: './local/dsn', credentials } as Configuration;
  expect(showPaths(configuration, '/srv/shop')(response).diagnostics[0]?.remedy).toBe(
    shown.replaceAll('KEY', `"$\{BUS_DATABASE_DSN_OUTPUT_DIR:?}"`),
  );
});

it.each<[message: string, remedy: string, shown: string]>([
  ['/etc/shop/its dsn is open', "chmod 600 '/etc/shop/its dsn'", 'chmod 600 "$BUS_POSTGRES_ADMIN_DSN_FILE"'],
  ["'/etc/shop/its dsn' is a link", "rm '/etc/shop/its dsn'", 'rm "$BUS_POSTGRES_ADMIN_DSN_FILE"'],
  ['/etc/shop/its dsn is in a directory of all', 'chmod go-w /etc/shop', 'chmod go-w …'],
  [
    'no file',
    'set BUS_POSTGRES_ADMIN_DSN_FILE=/etc/shop/its dsn',
    'set BUS_POSTGRES_ADMIN_DSN_FILE="$BUS_POSTGRES_ADMIN_DSN_FILE"',
  ],
  // Of other files: those in the output directory as they are told, the rest as it is.
  ['/srv/shop/local/dsn/a.dsn is open', 'chmod 600 /srv/shop/local/dsn/a.dsn', 'chmod 600 ./a.dsn'],
  ['/etc/other is open', 'chmod 600 /etc/other', 'chmod 600 /etc/other'],
])('a remedy of words alone tells no more than its message does: %s', (message, remedy, shown) => {
  const response: Response = {
    ok: false,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [{ severity: 'fail', code: 'x', message, remedy }],
  };
  const credentials = { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: '/etc/shop/its dsn' };
  const configuration = { dsnOutputDirectory: './local/dsn', credentials } as Configuration;
  expect(showPaths(configuration, '/srv/shop')(response).diagnostics[0]?.remedy).toBe(shown);
});

it('an absolute directory, and the root', () => {
  expect(told('/var/lib/dsn/a.dsn; /x', '/var/lib/dsn/')).toBe('./a.dsn; /x');
  expect(told('/dsn/a.dsn; /x', '/dsn', '/')).toBe('./a.dsn; /x');
});

it.each([
  ['is missing', () => {}],
  ['is open', (file: string) => writeFileSync(file, 'x\n', { mode: 0o644 })],
  ['is empty', (file: string) => writeFileSync(file, '', { mode: 0o600 })],
  ['is a directory', (file: string) => mkdirSync(file)],
  ['is a link', (file: string) => symlinkSync(`${file}.elsewhere`, file)],
  [
    'is no DSN, in a directory of all',
    (file: string) => {
      writeFileSync(file, 'x\n', { mode: 0o600 });
      chmodSync(join(file, '..'), 0o777);
    },
  ],
] as const)('where the admin DSN lies is not told when it %s', async (_, make) => {
  const directory = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  const file = join(directory, 'the-admin-dsn');
  make(file);
  try {
    for (const cwd of ['/', process.cwd()]) {
      const env = {
        BUS_DEPLOYMENT_ID: 'example-dev',
        BUS_DATABASE_PROVIDER: 'postgres',
        BUS_POSTGRES_ADMIN_DSN_FILE: file,
        BUS_DATABASE_NAMES: 'bus_auth',
        BUS_DATABASE_SERVICE_ROLE: 'bus_service',
        BUS_DATABASE_DSN_OUTPUT_DIR: join(directory, 'dsn'),
      };
      const processContext = { env, cwd, homeDirectory: '/', osUser: 'tester', uid: process.getuid?.() ?? 0 };
      const deployments = deploymentFromEnvironment(processContext, createProviders());
      const { server } = await createApp({ providers: ['postgres'], deployments });
      const url = await server.listen({ host: '127.0.0.1', port: 0 });
      for (const path of ['plan', 'status', 'doctor']) {
        const body = await (await fetch(`${url}/api/internal/database/${path}`)).text();
        expect([path, body]).toEqual([path, expect.stringContaining('BUS_POSTGRES_ADMIN_DSN_FILE')]);
        expect([path, body]).toEqual([path, expect.not.stringContaining('the-admin-dsn')]);
        expect([path, body.replaceAll(join(directory, 'dsn'), '')]).toEqual([
          path,
          expect.not.stringContaining(directory),
        ]);
      }
      await server.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
