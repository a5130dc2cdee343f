// What of a database is asked for only where there is some of it is asked for then, and costs a converged plan nothing.
import { expect, test } from 'vitest';
import { createMeter } from '../packages/bus-integration-postgres/src/connection/network/meter.ts';
import { manifestWith, onServer, privilegeSql } from './access/applied.ts';

const manifest = manifestWith(
  '{owner: {}, maker: {}, reader: {}}',
  '{orders: {owner: owner, schemas: [app], access: {maker: create, reader: read}}}',
);

test('things of others, and privileges on columns, are found though nothing else differs', {
  timeout: 120_000,
}, async () => {
  await using on = await onServer(18, 'plain');
  await on.converge(manifest);
  await on.make('CREATE TABLE one (id int, note text)', { as: 'owner' });
  // What makers of the file own is theirs.
  await on.make('CREATE TABLE made (id int)', { as: 'maker' });
  const roundTrips = async () => {
    const meter = createMeter();
    const { ok, steps, diagnostics } = await on.plan(manifest, {}, meter);
    expect(ok).toBe(true);
    return { count: meter.roundTrips, told: diagnostics.map(({ code, message }) => `${code}: ${message}`), steps };
  };
  const quiet = await roundTrips();
  expect(quiet.told).toEqual([]);

  await on.make('CREATE DOMAIN theirs AS int');
  const withType = await roundTrips();
  expect(withType.told.join()).toMatch(/owner-of-contents: .*type.* belongs to postgres, not to owner/);
  expect(withType.count).toBe(quiet.count + 1);
  await on.make('DROP DOMAIN theirs; CREATE TABLE theirs (id int)');
  expect((await roundTrips()).told.join()).toMatch(/owner-of-contents: .*table.* belongs to postgres, not to owner/);
  await on.make('DROP TABLE theirs');

  await on.make('GRANT UPDATE (note) ON one TO reader', { as: 'owner' });
  const withColumn = await on.plan(manifest);
  expect(privilegeSql(withColumn)).toEqual(['REVOKE UPDATE ("note") ON TABLE "app"."one" FROM "reader"']);
  await on.make('REVOKE UPDATE (note) ON one FROM reader', { as: 'owner' });
  expect(await roundTrips()).toMatchObject({ count: quiet.count, told: [] });
});
