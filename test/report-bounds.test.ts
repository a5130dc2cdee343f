// A report of more than it holds: how much of how much is shown is in the answer and in the page, and the verdict is not ok.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let deployment: Deployment;

beforeAll(async () => {
  server = await startServer();
  deployment = makeDeployment({
    adminDsn: server.dsn(),
    keys: { BUS_DATABASE_NAMES: 'orders', BUS_DATABASE_SERVICE_ROLE: 'shop' },
  });
  const { exit, stdout, stderr } = await deployment.run(['apply'], { timeoutMs: 60_000 });
  expect(exit, stdout + stderr).toBe(0);
}, 60_000);

afterAll(async () => {
  deployment?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});

test('roles, memberships, schemas, groups of objects and ways to the server beyond the bounds are counted', {
  timeout: 120_000,
}, async () => {
  await server.query(`DO $$BEGIN
    FOR number IN 1..72 LOOP
      EXECUTE pg_catalog.format('CREATE ROLE team_%s', number);
    END LOOP;
    FOR number IN 1..335 LOOP
      EXECUTE pg_catalog.format('CREATE ROLE member_%s', number);
      FOR team IN 1..(CASE WHEN number <= 70 THEN 72 ELSE 0 END) LOOP
        EXECUTE pg_catalog.format('GRANT team_%s TO member_%s', team, number);
      END LOOP;
    END LOOP;
  END$$`);
  await server.query(
    `DO $$BEGIN
    FOR number IN 1..520 LOOP
      EXECUTE pg_catalog.format('CREATE SCHEMA many_%s', number);
      EXECUTE pg_catalog.format('CREATE TABLE many_%s.one ()', number);
      EXECUTE pg_catalog.format('CREATE SEQUENCE many_%s.two', number);
    END LOOP;
  END$$`,
    { database: 'orders' },
  );
  const lines = Array.from({ length: 310 }, (_, index) => {
    return `host all all 127.0.${1 + Math.floor(index / 250)}.${index % 250}/32 scram-sha-256`;
  });
  writeFileSync(server.hbaFile, `${lines.join('\n')}\n${readFileSync(server.hbaFile, 'utf8')}`);
  await server.query('SELECT pg_catalog.pg_reload_conf()');

  const answer = await deployment.run(['report', '-f', 'json', '-o', 'report.json'], { timeoutMs: 90_000 });
  expect(answer.exit, answer.stderr).toBe(0);
  const { complete, report } = JSON.parse(readFileSync(deployment.path('report.json'), 'utf8'));
  expect(complete).toBe(false);
  const told = report.unseen.map(({ what, why }: { what: string; why: string }) => `${what}: ${why}`);
  // PUBLIC's schema is among the 521; each of the 500 that are read has a table and a sequence, public has nothing.
  expect(told).toEqual([
    '9 of 409 roles: a report holds 400 of them at most',
    '40 of 5040 memberships: a report holds 5000 of them at most',
    expect.stringMatching(/^\d+ of \d{3} ways to the server: a report holds 300 of them at most$/),
    '21 of 521 schemas in database orders: a report holds 500 of them at most',
    '500 of 1000 groups of objects in database orders: a report holds 500 of them at most',
  ]);
  expect([report.roles.length, report.memberships.length, report.entrances.length]).toEqual([400, 5000, 300]);
  expect([report.roles_left_out, report.memberships_left_out]).toEqual([9, 40]);
  const ways = report.entrances.length + report.entrances_left_out;
  expect(ways).toBeGreaterThan(310);

  const { stdout: page } = await deployment.run(['report', '--from', 'report.json']);
  expect(page).toContain('<strong>unknown: not everything was seen</strong>');
  for (const text of [
    '400 of 409 roles of the server are shown',
    '5000 of 5040 memberships are shown',
    `300 of ${ways} ways to the server are shown`,
    'unknown: 21 of 521 schemas in database orders',
  ])
    expect(page).toContain(text);
});
