// What a role was granted and is refused all the same, since a statement needs more than the privilege on what it names: each
// breaks a service with 42501, and verify says it of the catalogs alone, in tables that have no row yet.
import { type Major, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { createDeployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const manifest = `
roles: {owner: {}, app: {login: true}, other: {}}
databases: {shop: {owner: owner, schemas: [app], access: {app: write}}}
`;

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly result: 'fail' | 'unknown';
  readonly seen: RegExp;
  /** What a service does, and what the server says to it. */
  readonly use: string;
  readonly majors?: readonly Major[];
}

const cases: readonly Case[] = [
  {
    name: 'row security without a policy',
    sql: 'CREATE TABLE app.guarded (id int); ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY; ALTER TABLE app.guarded OWNER TO owner',
    result: 'unknown',
    seen: /app is granted SELECT, INSERT, UPDATE, DELETE on table guarded in schema app, which has row security and no policy for it/,
    use: 'INSERT INTO app.guarded VALUES (1)',
  },
  {
    name: 'row security with a policy for reading alone',
    sql: 'CREATE TABLE app.read_only (id int); ALTER TABLE app.read_only ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.read_only FOR SELECT TO app USING (true); CREATE POLICY q ON app.read_only TO other USING (true); ALTER TABLE app.read_only OWNER TO owner',
    result: 'unknown',
    seen: /app is granted INSERT, UPDATE, DELETE on table read_only/,
    use: 'INSERT INTO app.read_only VALUES (1)',
  },
  {
    name: 'a default of a sequence in a schema that is not declared',
    sql: `CREATE SCHEMA aside; CREATE SEQUENCE aside.numbers; CREATE TABLE app.numbered (id int DEFAULT nextval('aside.numbers'), at int); ALTER TABLE app.numbered OWNER TO owner`,
    result: 'fail',
    seen: /app may INSERT into table numbered in schema app, and lacks USAGE on sequence numbers in schema aside/,
    use: 'INSERT INTO app.numbered (at) VALUES (1)',
  },
  {
    name: 'a view over a table that its owner may not read',
    sql: 'CREATE SCHEMA aside; CREATE TABLE aside.facts (id int); CREATE VIEW app.shown AS SELECT id FROM aside.facts; ALTER VIEW app.shown OWNER TO owner',
    result: 'fail',
    seen: /app may SELECT from view shown in schema app, which reads facts in schema aside: its owner owner lacks SELECT there/,
    use: 'SELECT FROM app.shown',
  },
  {
    name: 'a view that reads as who uses it',
    sql: 'CREATE SCHEMA aside; CREATE TABLE aside.facts (id int); CREATE VIEW app.invoked WITH (security_invoker) AS SELECT id FROM aside.facts; ALTER VIEW app.invoked OWNER TO owner; GRANT USAGE ON SCHEMA aside TO owner; GRANT SELECT ON aside.facts TO owner',
    result: 'fail',
    seen: /app may SELECT from view invoked in schema app, which reads facts in schema aside: it \(security_invoker\) lacks SELECT there/,
    use: 'SELECT FROM app.invoked',
    majors: [15, 16, 17, 18],
  },
];

test.each(someOf('what access needs', [14, 18] as const, 1))('PostgreSQL %i', { timeout: 120_000 }, async (major) => {
  await using server = await startServer({ major });
  for (const { name, sql, result, seen, use, majors } of cases) {
    if (majors?.includes(major) === false) continue;
    using folder = temporaryFolder();
    const deployment = createDeployment({
      adminDsn: server.dsn(),
      desired: fromManifest(manifest),
      folder: folder.path,
    });
    const applied = await deployment.apply({ allow: ['revoke'] });
    expect(applied.ok, explain(applied)).toBe(true);
    await server.query(sql, { database: 'shop' });
    const again = await deployment.apply({ allow: ['revoke'] });
    expect(again.ok, explain(again)).toBe(true);
    const password = new URL(deployment.dsn('shop.dsn')).password;
    await expect(
      server.query(use, { database: 'shop', user: 'app', password: decodeURIComponent(password) }),
      name,
    ).rejects.toMatchObject({ code: '42501' });
    const verified = await deployment.verify();
    const told =
      verified.connectivity?.filter(
        ({ id, result: one, target }) => id === 'access' && one !== 'ok' && target === 'app@shop',
      ) ?? [];
    expect(
      told.map((check) => `${check.result} ${check.seen}`),
      explain(verified),
    ).toEqual([expect.stringMatching(new RegExp(`^${result} ${seen.source}`))]);
    expect([verified.ok, verified.complete], explain(verified)).toEqual([result !== 'fail', result !== 'unknown']);
    const [fix] = told.flatMap(({ advice = [] }) => advice.flatMap((one) => (one.kind === 'sql' ? [one.sql] : [])));
    await server.query(fix ?? '', { database: 'shop' });
    const fixed = await deployment.verify();
    expect(
      fixed.connectivity
        ?.filter(({ id, result: one, target }) => id === 'access' && one !== 'ok' && target === 'app@shop')
        .map((one) => one.seen),
      name,
    ).toEqual([]);
    await server.query('DROP SCHEMA IF EXISTS aside CASCADE; DROP SCHEMA app CASCADE', { database: 'shop' });
    for (const statement of ['DROP DATABASE shop', 'DROP ROLE app', 'DROP ROLE owner', 'DROP ROLE other'])
      await server.query(statement);
  }
});
