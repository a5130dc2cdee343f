// What a plan of a manifest asks of a converged server: as much for thousands of tables and many roles as for a few.
import { expect, test } from 'vitest';
import { createMeter } from '../packages/bus-integration-postgres/src/connection/network/meter.ts';
import { manifestWith, type OnServer, onServer } from './access/applied.ts';

const manifestOf = (size: number) => {
  const names = Array.from({ length: size }, (_, index) => `role${index}`);
  const roles = ['owner', 'maker', ...names].map((name) => `${name}: {}`).join(', ');
  const words = names.map((name, index) => `${name}: ${index % 2 === 0 ? 'read' : 'write'}`).join(', ');
  return manifestWith(
    `{${roles}}`,
    `{orders: {owner: owner, schemas: [app], routines: closed, access: {maker: create, ${words}}}}`,
  );
};

async function measured(on: OnServer, size: number) {
  const meter = createMeter();
  const plan = await on.plan(manifestOf(size), {}, meter);
  expect(plan.ok).toBe(true);
  const { connections, statements, roundTrips } = meter;
  return { connections, statements, roundTrips };
}

test('a plan’s statements and round trips do not grow with tables, roles and grants', {
  timeout: 120_000,
}, async () => {
  await using on = await onServer(18, 'plain');
  await on.converge(manifestOf(2));
  // A schema's routines are asked for where there are any.
  await on.make('CREATE TABLE one (id serial); CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$SELECT 1$$', {
    as: 'owner',
  });
  const few = await measured(on, 2);
  await on.make(
    `DO $do$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE TABLE app.many%s (id int)', n); END LOOP; END $do$`,
    { as: 'owner' },
  );
  await on.make('CREATE TABLE made (id serial); CREATE FUNCTION made() RETURNS int LANGUAGE sql AS $$SELECT 1$$', {
    as: 'maker',
  });
  await on.converge(manifestOf(12));
  const startedAt = performance.now();
  const many = await measured(on, 12);
  console.log(
    `access: ${JSON.stringify(few)}, with 1000 tables and 12 roles in ${Math.round(performance.now() - startedAt)} ms`,
  );
  expect(many).toEqual(few);
});
