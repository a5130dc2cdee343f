// What a request may name, refused before an admin DSN is read or a server is asked: neither is there.
import { handle } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { createPostgresProvider } from '../../src/provider.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const provider = createPostgresProvider({
  configuration: {
    ...about,
    deploymentId: 'shop',
    declared: { databases: [], roles: [], schemas: ['public'] },
    service: {},
    choices: {},
    credentials: { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file: './no-such-file' },
  },
  processContext: { env: {}, homeDirectory: '/nonexistent', osUser: 'nobody', cwd: '/nonexistent', uid: 0 },
});

test.each<[request: object, says: RegExp]>([
  [{ roles: ['a', 'a'] }, /^role "a" is the service role and stands in roles too$/],
  [{ schemas: ['s', 's'] }, /^schema "s" is listed twice in schemas$/],
  [{ databases: ['App', 'app'] }, /^databases "App" and "app" differ only in upper and lower case/],
  [{ databases: ['a'], roles: ['a'], service_role: 'b{x}' }, /^service_role holds \{x\}; the only placeholder/],
  [{ databases: ['zz{database}'] }, /^database "zz\{database\}" holds \{database\}/],
  [{ databases: ['zz'], roles: ['{database}', 'zz'] }, /^role "zz" is the service role and stands in roles too$/],
  [{ databases: ['template1'] }, /^database "template1" is a database that the server keeps for itself$/],
  [{ databases: ['x'.repeat(64)] }, /is 64 bytes long; 63 is the most$/],
  [{ databases: [] }, /^one or more of databases, roles, schemas is required$/],
])('IN-25…34 a plan of %j', async (request, says) => {
  const answer = await handle('plan', { ...about, ...request }, [provider], { signal: new AbortController().signal });
  expect(answer).toMatchObject({ ok: false, error_class: 'invalid-request', steps: [] });
  expect(answer.diagnostics).toHaveLength(1);
  expect(answer.diagnostics[0]?.message).toMatch(says);
});
