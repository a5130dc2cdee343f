import type { Configuration, Response } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { showPaths } from '../src/shown-paths.ts';

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
  return showPaths({ dsnOutputDirectory } as Configuration, cwd)(response).checks?.[0]?.seen;
}

it.each([
  ['/srv/shop/local/dsn/bus_auth.dsn is missing', './bus_auth.dsn is missing'],
  ['run: chmod 700 /srv/shop/local/dsn', 'run: chmod 700 .'],
  ["'./local/dsn' is open", "'.' is open"],
  ['/srv/shop/local/admin-dsn is missing.', './local/admin-dsn is missing.'],
  ['/srv/shop/local/dsn2 and /srv/shopping stay', './local/dsn2 and /srv/shopping stay'],
  ['x/srv/shop/local/dsn', 'x/srv/shop/local/dsn'],
])('%s', (seen, shown) => {
  expect(told(seen)).toBe(shown);
});

it('an absolute directory, and the root', () => {
  expect(told('/var/lib/dsn/a.dsn; /x', '/var/lib/dsn/')).toBe('./a.dsn; /x');
  expect(told('/dsn/a.dsn; /x', '/dsn', '/')).toBe('./a.dsn; /x');
});
