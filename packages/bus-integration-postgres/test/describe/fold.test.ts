import { expect, it } from 'vitest';
import { foldDatabases } from '../../src/describe/fold.ts';
import { databaseShape } from '../../src/manifest/shapes/database-shape.ts';

const shared = { owner: 'o', schemas: ['app'], search_path: 'keep' } as const;
const orders = { ...shared, settings: { work_mem: '64MB', jit: 'off' }, access: { a: 'read', b: 'write' } } as const;
const billing = { ...shared, settings: { jit: 'off' }, access: { a: 'read', b: 'connect' }, connections: 3 } as const;

it('says once what all have, name by name of access and settings', () => {
  expect(foldDatabases({ orders, billing })).toEqual({
    every: { ...shared, settings: { jit: 'off' }, access: { a: 'read' } },
    databases: {
      orders: { settings: { work_mem: '64MB' }, access: { b: 'write' } },
      billing: { access: { b: 'connect' }, connections: 3 },
    },
  });
});

it('comes to the same when the reader merges it again', () => {
  const all = { orders, billing, third: { ...shared, schemas: ['app', 'public'] } };
  const { every = {}, databases } = foldDatabases(all);
  for (const [name, own] of Object.entries(databases))
    expect(databaseShape.merge(every, own), name).toEqual(all[name as keyof typeof all]);
});

it('says nothing of every database where there is one, or where they have nothing in common', () => {
  expect(foldDatabases({ orders })).toEqual({ databases: { orders } });
  const different = { a: { schemas: ['x'] }, b: { schemas: ['y'] } };
  expect(foldDatabases(different)).toEqual({ databases: different });
});
