// A role that logs in as nobody by the manifest, and may log in by the server: every verb tells it, and `login: false` ends it.
import { expect, test } from 'vitest';
import { manifestWith, onServer } from './access/applied.ts';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const manifest = (owner: string, app = 'login: true') =>
  manifestWith(
    `{sa_owner: {${owner}}, sa_app: {${app}}, sa_svc: {login: true}}`,
    '{orders: {owner: sa_owner, schemas: [app], access: {sa_app: write, sa_svc: write}}}',
  );

test.each(someOf('undeclared logins', [14, 18] as const, 1))('PostgreSQL %i', { timeout: 120_000 }, async (major) => {
  await using on = await onServer(major, 'plain');
  using folder = temporaryFolder();
  const of = (text: string) =>
    createDeployment({ adminDsn: on.adminDsn, folder: folder.path, desired: { databases: [], manifest: text } });
  const told = async (text: string) => {
    const deployment = of(text);
    const [plan, status, verify] = [await deployment.plan(), await deployment.status(), await deployment.verify()];
    const targets = (list: readonly { readonly target?: string }[] = []) => list.map(({ target }) => target).sort();
    return {
      plan: targets(plan.diagnostics?.filter(({ code }) => code === 'undeclared-login')),
      status: targets(status.diagnostics?.filter(({ code }) => code === 'undeclared-login')),
      verify: targets(verify.connectivity?.filter(({ id, result }) => id === 'undeclared-login' && result === 'fail')),
      isOk: verify.ok,
    };
  };
  const made = await of(manifest('')).apply();
  expect(made.ok, explain(made)).toBe(true);
  expect(await told(manifest(''))).toEqual({ plan: [], status: [], verify: [], isOk: true });

  await on.server.query("ALTER ROLE sa_owner LOGIN PASSWORD 'x'");
  // A login that was one once, and whose file is gone with its output.
  const both = ['sa_app', 'sa_owner'];
  expect(await told(manifest('', ''))).toEqual({ plan: both, status: both, verify: both, isOk: false });

  const closed = manifest('login: false', 'login: false');
  expect(await told(closed)).toMatchObject({ plan: [], status: [], verify: both, isOk: false });
  const refused = await of(closed).apply();
  expect(refused.error_class, explain(refused)).toBe('unsafe');
  const applied = await of(closed).apply({ allow: ['revoke'] });
  expect(applied.ok, explain(applied)).toBe(true);
  expect(await told(closed)).toEqual({ plan: [], status: [], verify: [], isOk: true });
  expect(
    await on.server.query('SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname IN ($1, $2)', { values: both }),
  ).toEqual([]);
});
