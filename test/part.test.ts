// Asked about a part of what is configured: judged by all of it, as the whole is, and nothing that is declared is told to
// be taken away.
import type { Check, Response } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer({ major: 18 });
}, 60_000);
afterAll(() => server?.stop());

const found = (response: Response, result?: Check['result']): string[] =>
  [...(response.connectivity ?? []), ...(response.listener_policy ?? [])]
    .filter((check) => result === undefined || check.result === result)
    .map(({ id, seen }) => `${id}: ${seen}`);
const both = ['connectivity', 'listener-policy'];
const bothChecks = { checks: both };

describe('a deployment as it should be', () => {
  let deployment: Deployment;
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  const part = { databases: ['app'], roles: ['svc'] };
  beforeAll(async () => {
    const desired = {
      databases: ['app', 'logs'],
      serviceRole: 'svc',
      roles: ['reporting'],
      schemas: ['public', 'data'],
    };
    deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path, deploymentId: 'fine' });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
  }, 60_000);

  test.each([
    ['status', part],
    ['plan', part],
    ['verify', { ...part, ...bothChecks }],
    ['verify', { ...part, schemas: ['data'], ...bothChecks }],
    ['verify', { databases: ['logs'], roles: ['reporting'], service_role: 'svc', ...bothChecks }],
  ] as const)('%s of %j advises nobody to take away what is declared', async (verb, said) => {
    const response = await deployment.ask(verb, said);
    expect(response.ok, explain(response)).toBe(true);
    expect(found(response, 'fail')).toEqual([]);
    expect(response.leftovers ?? []).toEqual([]);
    expect(JSON.stringify(response)).not.toMatch(
      /REVOKE|OWNER TO|declared for it|not declared|(?:not a|no) role of this/,
    );
  });

  test('verify says what of the configuration it left out, and of all of it nothing', async () => {
    const said = (response: Response) =>
      response.diagnostics.filter(({ code }) => code === 'part-of-what-is-configured').map(({ message }) => message);
    const asked = await deployment.ask('verify', { ...part, ...bothChecks });
    expect(said(asked)).toEqual([
      'this looked at a part of the configuration, not at databases logs; roles reporting; schemas data',
    ]);
    expect(said(await deployment.ask('verify', bothChecks))).toEqual([]);
  });
});

test.each([
  [{ databases: ['app'] }, 'no role is declared'],
  [{ roles: ['svc'] }, 'no database is declared'],
])('a verify of %j tries no login, and says so', async (part, why) => {
  using folder = temporaryFolder();
  const desired = { databases: ['app'], serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path, deploymentId: 'fine' });
  const response = await deployment.ask('verify', { ...part, checks: ['connectivity'] });
  expect(response, explain(response)).toMatchObject({ ok: true, complete: false });
  expect(found(response, 'unknown')).toEqual([`service-login: no service was tried: ${why}, and a login needs both`]);
});

test('a verify of a manifest without output files tries no login, and says so', async () => {
  using folder = temporaryFolder();
  const desired = fromManifest(
    'roles: {shut: {login: true}}\ndatabases: {shut: {access: {shut: read}}}\noutputs: []\n',
  );
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
  const response = await deployment.ask('verify', { checks: ['connectivity'] });
  expect(found(response, 'unknown')).toContain(
    'service-login: no service was tried: no output file is declared, and only those hold passwords',
  );
});

describe('a deployment of which the part that is not asked about is wrong', () => {
  let deployment: Deployment;
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  beforeAll(async () => {
    const keys = { BUS_DATABASE_LISTENER_POLICY: 'loopback' };
    const desired = { databases: ['a', 'b'], serviceRole: '{database}_svc', keys };
    deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path, deploymentId: 'wrong' });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    await server.query('GRANT CONNECT ON DATABASE b TO a_svc');
  }, 60_000);

  test('a service that may enter a database of another fails, as it does in the whole', async () => {
    const said = 'foreign-database: a_svc can connect to b, which is for other roles of this deployment';
    for (const part of [{}, { databases: ['a'], roles: ['a_svc'] }]) {
      const response = await deployment.ask('verify', { ...part, checks: ['connectivity'] });
      expect(found(response, 'fail'), explain(response)).toEqual([said]);
      expect(response.ok).toBe(false);
    }
  });

  test('so it is told of the database that it may enter', async () => {
    const response = await deployment.ask('verify', { databases: ['b'], roles: ['b_svc'], checks: ['connectivity'] });
    expect(found(response, 'warn')).toEqual(['connect-of-others: a_svc may connect to b, though not declared for it']);
  });

  test('a database that is open to all and a password that is stored as MD5 fail, as they do in the whole', async () => {
    await server.query('GRANT CONNECT ON DATABASE b TO PUBLIC');
    await server.query("SET password_encryption = 'md5'; ALTER ROLE b_svc PASSWORD 'a-password-for-tests'");
    for (const part of [{}, { databases: ['a'], roles: ['a_svc'] }]) {
      const response = await deployment.ask('verify', { ...part, checks: ['listener-policy'] });
      const failed = found(response, 'fail').filter((text) => /public-connect|weak-verifier/.test(text));
      expect(failed, explain(response)).toEqual([
        'weak-verifier: b_svc: stored as MD5',
        'public-connect: every role may CONNECT to b',
      ]);
    }
  });
});
