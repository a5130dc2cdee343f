// What a request may name, refused before an admin DSN is read or a server is asked: neither is there.
import { handle, type Lists } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { createPostgresProvider } from '../../src/provider.ts';
import { notConfigured } from '../../src/survey/preparation.ts';
import { desiredOf } from '../observed.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const provider = createPostgresProvider({
  configuration: {
    ...about,
    deploymentId: 'shop',
    desired: desiredOf({ databases: [], roles: [], schemas: ['public'] }),
    service: {},
    choices: {},
    credentials: { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: './no-such-file' },
  },
  processContext: { env: {}, homeDirectory: '/nonexistent', osUser: 'nobody', cwd: '/nonexistent', uid: 0 },
});

test.each<[request: object, says: RegExp]>([
  [{ roles: ['a', 'a'] }, /^role "a" is the service role and stands in roles too$/],
  [{ databases: ['a'], schemas: ['s', 's'] }, /^schema "s" is listed twice in schemas$/],
  [{ databases: ['App', 'app'] }, /^databases "App" and "app" differ only in upper and lower case/],
  [{ databases: ['a'], roles: ['a'], service_role: 'b{x}' }, /^service_role holds \{x\}; the only placeholder/],
  [{ databases: ['zz{database}'] }, /^database "zz\{database\}" holds \{database\}/],
  [{ databases: ['zz'], roles: ['{database}', 'zz'] }, /^role "zz" is the service role and stands in roles too$/],
  [{ databases: ['template1'] }, /^database "template1" is a database that the server keeps for itself$/],
  [{ databases: ['x'.repeat(64)] }, /is 64 bytes long; 63 is the most$/],
  [{ databases: [] }, /^one or more of databases, roles is required, or a manifest$/],
])('IN-25…34 a plan of %j', async (request, says) => {
  const answer = await handle('plan', { ...about, ...request }, [provider], { signal: new AbortController().signal });
  expect(answer).toMatchObject({ ok: false, error_class: 'invalid-request', steps: [] });
  expect(answer.diagnostics).toHaveLength(1);
  expect(answer.diagnostics[0]?.message).toMatch(says);
});

describe('names that only a request has', () => {
  const configured = { databases: ['app'], roles: ['svc'], schemas: ['public'] };
  const told = (lists: Lists) => notConfigured(desiredOf(lists), desiredOf(configured));

  test('what is configured, or less of it, is nothing to speak of', () => {
    expect(told(configured)).toEqual([]);
    expect(told({ ...configured, databases: [] })).toEqual([]);
  });

  test('what is beyond it is named, with what to do', () => {
    expect(
      told({ ...configured, databases: ['app', 'a', 'b', 'c', 'd', 'e'], schemas: ['public', 'odd name'] }),
    ).toEqual([
      {
        severity: 'warn',
        code: 'not-configured-here',
        message: `only this request declares databases a, b, c, d and 1 more; schemas "odd name": a status or verify that names nothing doesn't look there`,
        remedy: 'declare them in the configuration of the worker or API too, or name them in each request',
      },
    ]);
  });
});
