// Grants that neither access nor plan looks at: verify tells them, and the statements that it names take them.
import { expect, test } from 'vitest';
import { manifestWith, onServer } from './access/applied.ts';
import { createDeployment } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const manifest = (schemas: string) =>
  manifestWith(
    '{lo_owner: {}, lo_app: {login: true}, team: {}}',
    `{orders: {owner: lo_owner, schemas: [${schemas}], access: {lo_app: write, team: read}}}`,
  );

test.each(someOf('undeclared access', [14, 18] as const, 1))('PostgreSQL %i', { timeout: 120_000 }, async (major) => {
  await using on = await onServer(major, 'plain');
  const verify = async (schemas: string) => {
    const desired = { databases: [], manifest: manifest(schemas) };
    const response = await createDeployment({ adminDsn: on.adminDsn, folder: on.folder, desired }).verify();
    const found = response.connectivity?.filter(({ id }) => id === 'undeclared-access') ?? [];
    return { response, found, told: found.map(({ result, seen }) => `${result}: ${seen}`) };
  };
  const follow = async (found: Awaited<ReturnType<typeof verify>>['found']) => {
    for (const { advice = [] } of found)
      for (const part of advice)
        if (typeof part === 'object' && 'sql' in part) await on.server.query(part.sql, { database: 'orders' });
  };

  await on.converge(manifest('app, audit'));
  expect((await verify('app, audit')).told).toEqual([]);

  // A schema that left the manifest keeps what apply gave there.
  await on.make('CREATE TABLE z (id int)', { as: 'lo_owner', schema: 'audit' });
  await on.apply(manifest('app'), { allow: ['revoke'] });
  const write = () => on.make('INSERT INTO audit.z VALUES (1)', { as: 'lo_app' });
  await write();
  const left = await verify('app');
  expect(left.told, explain(left.response)).toEqual([
    'fail: lo_app has privileges in schema audit, which is not declared any more: USAGE on the schema; DELETE, INSERT, SELECT, UPDATE on 1 table',
    'fail: team has privileges in schema audit, which is not declared any more: USAGE on the schema; SELECT on 1 table',
  ]);
  expect(left.response.ok).toBe(false);
  await follow(left.found);
  await expect(write()).rejects.toThrow(/permission denied/);
  const taken = await verify('app');
  expect(taken.told).toEqual([]);
  expect(taken.response.ok, explain(taken.response)).toBe(true);

  // By hand: in another schema, one of its own, and a stranger's that is a member of a group of the manifest.
  await on.server.query('CREATE ROLE person; GRANT team TO person');
  await on.make(
    `CREATE SCHEMA side; CREATE TABLE side.t (id int); GRANT USAGE ON SCHEMA side TO lo_app; GRANT UPDATE (id) ON side.t TO lo_app;
     CREATE SCHEMA mine AUTHORIZATION lo_app`,
  );
  await on.make('CREATE TABLE t (id int); GRANT INSERT, DELETE ON t TO person', { as: 'lo_owner' });
  await on.make('ALTER DEFAULT PRIVILEGES FOR ROLE lo_owner GRANT SELECT ON TABLES TO person', { as: 'lo_owner' });
  const byHand = await verify('app');
  expect(byHand.told, explain(byHand.response)).toEqual([
    'warn: person has privileges in schema app, and is not in the manifest: DELETE, INSERT on 1 table',
    'warn: lo_app has privileges in schema side, which the manifest does not declare: USAGE on the schema; UPDATE on 1 table',
    'warn: lo_app owns schema mine, which the manifest does not declare',
    'warn: person will have SELECT on tables that lo_owner makes, and person is not in the manifest',
  ]);
  await follow(byHand.found);
  expect((await verify('app')).told).toEqual(['warn: lo_app owns schema mine, which the manifest does not declare']);
});
