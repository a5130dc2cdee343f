// Variables of the process that win over what ./.env declares: what looks left over for it is told as still declared, and
// nobody is shown how to retire it.
import type { Leftover, Response } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let deployment: Deployment;
beforeAll(async () => {
  server = await startServer({ major: 18 });
  deployment = makeDeployment({
    adminDsn: server.dsn(),
    keys: {
      BUS_DATABASE_NAMES: 'app,old',
      BUS_DATABASE_SERVICE_ROLE: '{database}_svc',
      BUS_DATABASE_ROLE_NAMES: 'reader',
      BUS_DATABASE_SCHEMAS: 'public,kept',
    },
  });
  expect((await deployment.run(['apply'])).exit).toBe(0);
}, 90_000);
afterAll(async () => {
  deployment?.[Symbol.dispose]();
  await server?.stop();
});

const named = (leftovers: readonly Leftover[] = []) =>
  leftovers.map(({ kind, name, declared_in, ...said }) => {
    expect(said, `${kind} ${name}`).not.toHaveProperty(declared_in === undefined ? 'declared_in' : 'retire');
    if (declared_in !== undefined) expect(said).not.toHaveProperty('command');
    return `${kind} ${name}${declared_in === undefined ? '' : ` by ${declared_in}`}`;
  });

test.each([
  [
    { BUS_DATABASE_NAMES: 'app' },
    [
      'database old by ./.env',
      'role old_svc by ./.env',
      'dsn-file old.dsn by ./.env',
      'dsn-file old.reader.dsn by ./.env',
    ],
  ],
  [{ BUS_DATABASE_SCHEMAS: 'public' }, ['schema kept by ./.env', 'schema kept by ./.env']],
  [
    { BUS_DATABASE_ROLE_NAMES: 'app_svc', BUS_DATABASE_SERVICE_ROLE: 'old_svc' },
    ['role reader by ./.env', 'dsn-file app.reader.dsn by ./.env', 'dsn-file old.reader.dsn by ./.env'],
  ],
])('%j', async (env, expected) => {
  for (const verb of ['plan', 'status', 'verify']) {
    const { leftovers } = JSON.parse((await deployment.run([verb, '-f', 'json'], { env })).stdout) as Response;
    expect(named(leftovers), verb).toEqual(expected);
  }
  for (const args of [['plan', '-v'], ['plan', '--sql'], ['status'], ['verify']]) {
    const { stdout } = await deployment.run(args, { env });
    expect(stdout, args.join(' ')).toContain(
      `still declared by ./.env, over which the environment's values win: ${expected.length}`,
    );
    expect(stdout).toMatch(/^(-- )? {2}still-declared +.*: \.\/\.env declares it$/m);
    expect(stdout).not.toMatch(/DROP |REASSIGN|rm -- |no-longer-declared/);
  }
});

test('what ./.env declares no longer is left over as before', async () => {
  using one = makeDeployment({ adminDsn: server.dsn(), keys: deployment.keys });
  one.configure({ BUS_DATABASE_NAMES: 'app', BUS_DATABASE_SCHEMAS: 'public' });
  const env = { BUS_DATABASE_SCHEMAS: 'public,other' };
  const { leftovers } = JSON.parse((await one.run(['plan', '-f', 'json'], { env })).stdout) as Response;
  expect(named(leftovers)).toEqual(['database old', 'schema kept', 'role old_svc']);
  expect(leftovers?.every(({ retire }) => retire !== undefined)).toBe(true);
});
