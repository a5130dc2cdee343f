// A password that expired is made good again by the manifest's valid_until: apply alters the role before it proves anything.
import { expect, test } from 'vitest';
import { manifestWith, onServer } from './access/applied.ts';
import { createDeployment } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const manifest = (said: string, more = '') =>
  manifestWith(`{app: {login: true${said}}${more}}`, '{orders: {access: {app: create}}}');
const until = (year: number) => `, valid_until: "${year}-01-31T18:00:00Z"`;

test.each([
  [14, 'plain'],
  [18, 'plain'],
  [18, 'superuser'],
] as const)('PostgreSQL %i, %s', { timeout: 120_000 }, async (major, admin) => {
  await using on = await onServer(major, admin);
  await on.converge(manifest(until(2099)));
  const expire = () => on.server.query("ALTER ROLE app VALID UNTIL '2020-01-31 18:00:00+00'");

  await expire();
  const applied = await on.apply(manifest(until(2098)));
  expect(applied.ok, explain(applied)).toBe(true);
  await on.asService('orders.dsn', 'SELECT 1');
  await on.converge(manifest(until(2098)));

  // A new password, and a file for another database, go with it.
  await expire();
  const rotated = await on.apply(manifest(until(2097)), { rotate: ['app'] });
  expect(rotated.ok, explain(rotated)).toBe(true);
  await on.asService('orders.dsn', 'SELECT 1');

  // What can't be proven is refused, with what would end it: the manifest has the say.
  await expire();
  const deployment = createDeployment({
    adminDsn: on.adminDsn,
    folder: on.folder,
    desired: { databases: [], manifest: manifest(until(2020)) },
  });
  expect(JSON.stringify((await deployment.verify()).connectivity)).toMatch(
    /write a later valid_until under app in the manifest/,
  );
  const past = await on.plan(manifest(until(2020)), { rotate: ['app'] });
  expect(past.error_class, explain(past)).toBe('unsafe');
  expect(past.diagnostics?.filter(({ code }) => code === 'password-expired').map(({ remedy }) => remedy)).toEqual([
    'write a later valid_until under app in the manifest',
  ]);
  // Where it says nothing, it is ALTER ROLE.
  const silent = await on.plan(manifest(''), { rotate: ['app'] });
  expect(JSON.stringify(silent.diagnostics)).toMatch(/ALTER ROLE \\"app\\" VALID UNTIL 'infinity';/);
  await on.server.query("ALTER ROLE app VALID UNTIL 'infinity'");

  // At once: of a role that is valid today, and of one that is still to be made.
  const ending = await on.plan(manifest(until(2021)));
  expect(ending.ok, explain(ending)).toBe(true);
  expect(ending.diagnostics?.map(({ code }) => code)).toContain('password-expired');
  const made = await on.apply(
    manifestWith(
      `{app: {login: true}, late: {login: true${until(2021)}}}`,
      '{orders: {access: {app: create, late: connect}}}',
    ),
  );
  expect(made, explain(made)).toMatchObject({ ok: false, error_class: 'unsafe' });
  expect(await on.server.query("SELECT FROM pg_roles WHERE rolname = 'late'")).toEqual([]);
});
