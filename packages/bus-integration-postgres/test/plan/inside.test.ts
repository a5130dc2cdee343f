import { expect, test } from 'vitest';
import { statementsOf } from '../../src/kinds/index.ts';
import type { ObservedRole, ObservedSchema } from '../../src/observe/observation.ts';
import { byDatabase, planInside } from '../../src/plan/inside.ts';
import { showingContext } from '../../src/plan/steps.ts';
import { desiredOf, role, schema, scopeWith, seen } from '../observed.ts';

const declaration = { databases: ['app', 'logs'], roles: ['svc', 'rep'], serviceRole: 'svc', schemas: ['public', 's'] };

/** The statements inside `app`, which was just made with these schemas. */
function inside(schemas: readonly ObservedSchema[], roles: readonly ObservedRole[] = []): string[] {
  const scope = scopeWith(declaration, seen({ roles }));
  const resources = byDatabase(desiredOf(declaration).resources);
  const found = { adminMayCreateSchemas: true, schemas, markedSchemas: [] };
  const steps = planInside({ database: 'app', found, resources: resources.get('app') ?? [], scope });
  const statements = steps.flatMap((step) => statementsOf(step, showingContext(scope)));
  return statements.flatMap(({ phase, sql }) => (phase === 'inside' ? [sql] : []));
}

const made = [`CREATE SCHEMA "s"`, `COMMENT ON SCHEMA "s" IS 'bus-deployment=shop'`];
const granted = (schemas: string) =>
  ['svc', 'rep'].map((who) => `GRANT CREATE, USAGE ON SCHEMA ${schemas} TO "${who}"`);
const [onBoth, onSchema] = [granted('"public", "s"'), granted('"s"')];

test('an ordinary template0: what the plan showed, granted though PUBLIC has a part of it', () => {
  const usual = schema('public', { owner: 'pg_database_owner' }, [
    'pg_database_owner=CREATE/pg_database_owner',
    '=USAGE/pg_database_owner',
  ]);
  expect(inside([usual])).toEqual([...made, ...onBoth]);
});

test('an open schema public of the admin is closed to PUBLIC, after all grants', () => {
  expect(inside([schema('public', {}, ['=CREATE/admin', '=USAGE/admin'])])).toEqual([
    ...made,
    ...onBoth,
    'REVOKE CREATE ON SCHEMA "public" FROM PUBLIC',
  ]);
});

test("another's schema public: what PUBLIC has must do, and nothing is granted that would only be a warning", () => {
  const theirs = { owner: 'boss', adminActsAsOwner: false };
  expect(inside([schema('public', theirs, ['=CREATE/boss', '=USAGE/boss'])])).toEqual([...made, ...onSchema]);
  expect(inside([schema('public', theirs, ['=USAGE/boss'])])).toEqual([...made, ...onSchema]);
});

test('a template0 without schema public: it is made too', () => {
  expect(inside([])).toEqual([
    'CREATE SCHEMA "public"',
    `COMMENT ON SCHEMA "public" IS 'bus-deployment=shop'`,
    ...made,
    ...onBoth,
  ]);
});

test('nothing is left of one that was finished before', () => {
  const all = ['svc', 'rep'].flatMap((who) => [`${who}=CREATE/admin`, `${who}=USAGE/admin`]);
  expect(inside([schema('public', {}, all), schema('s', {}, all)])).toEqual([]);
});

test('rights that a role had before it was retired are not touched when the database is finished', () => {
  const all = ['svc', 'rep', 'old'].flatMap((who) => [`${who}=CREATE/admin`, `${who}=USAGE/admin`]);
  expect(inside([schema('public', {}, all), schema('s', {}, all)], [role('old')])).toEqual([]);
});
