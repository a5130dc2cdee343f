import { describe, expect, it } from 'vitest';
import { declared, goodText } from './reading.ts';

const { databases } = declared(goodText('merging.yaml'));

describe('what every database has', () => {
  it('is a database’s own where that adds nothing', () => {
    expect(databases.as_given).toEqual({
      owner: 'base_owner',
      connections: 10,
      schemas: ['app', 'shared'],
      extensions: [
        { name: 'pgcrypto', schema: 'public' },
        { name: 'hstore', schema: 'shared' },
      ],
      settings: { work_mem: '4MB', jit: 'off', search_path_free: 'x' },
      search_path: ['app'],
      public: { connect: true },
      routines: 'closed',
      access: { a: 'write', b: 'read', c: { SELECT: ['app.x'] } },
    });
  });

  it.each([
    ['a scalar replaces', 'owner', 'own_owner'],
    ['a number gives way to a word', 'connections', 'unlimited'],
    ['lists add, each item once', 'schemas', ['app', 'shared', 'own']],
    [
      'an extension is the same one by its name',
      'extensions',
      [
        { name: 'pgcrypto', schema: 'own' },
        { name: 'hstore', schema: 'shared' },
        { name: 'pg_trgm', schema: 'public' },
      ],
    ],
    ['maps merge; names of settings have no case', 'settings', { work_mem: '64MB', jit: 'off', search_path_free: 'x' }],
    ['a search_path is one value', 'search_path', ['own', 'app']],
    ['maps merge inside', 'public', { connect: false }],
    ['keep takes closed back', 'routines', 'keep'],
    [
      'none takes out, a word replaces, maps of access merge',
      'access',
      { b: 'write', c: { SELECT: ['app.x', 'app.y'], INSERT: 'tables' }, '<<': 'connect' },
    ],
  ] as const)('%s', (_, key, value) => {
    expect(databases.changed?.[key]).toEqual(value);
  });
});

describe('what is left to be understood', () => {
  const head = 'version: 1\ndeployment: d\n';

  it('schemas are public, and then the search_path is left alone', () => {
    const { databases } = declared(`${head}databases: {d: {}, e: {schemas: [public, app]}}\n`);
    expect(databases).toEqual({
      d: { schemas: ['public'], extensions: [], access: {} },
      e: { schemas: ['public', 'app'], extensions: [], access: {} },
    });
  });

  it('without public among the schemas they are the search_path', () => {
    expect(declared(`${head}databases: {d: {schemas: [app, audit]}}\n`).databases.d?.search_path).toEqual([
      'app',
      'audit',
    ]);
    expect(declared(`${head}databases: {d: {schemas: [app], search_path: keep}}\n`).databases.d?.search_path).toBe(
      'keep',
    );
  });

  it('outputs are a URI for each login role and each database that it may enter', () => {
    const { outputs } = declared(goodText('verify-and-retire.yaml'));
    expect(outputs).toEqual([
      {
        form: 'uri',
        mode: '0600',
        entries: [
          { role: 'app', database: 'orders' },
          { role: 'app', database: 'billing' },
          { role: 'ops', database: 'orders' },
        ],
      },
    ]);
  });

  it('the owner and everybody let in by public may enter', () => {
    const roles = 'roles: {o: {login: true}, x: {login: true}}\n';
    const { outputs } = declared(`${head}${roles}databases: {d: {owner: o}, e: {public: {connect: true}}}\n`);
    expect(outputs[0]?.entries.map(({ role, database }) => `${role} ${database}`)).toEqual(['o d', 'o e', 'x e']);
  });

  it('a word of the file’s own is written out', () => {
    expect(declared(goodText('details.yaml')).databases.billing?.access.support).toEqual({
      SELECT: 'tables',
      UPDATE: ['app.tickets'],
      USAGE: ['TYPE audit.state'],
    });
  });

  it('settings are texts as the server reads them: true is on, numbers are as they stand', () => {
    expect(declared(goodText('settings.yaml')).roles.app?.settings).toMatchObject({
      default_transaction_read_only: 'on',
      jit: 'off',
      row_security: 'on',
      work_mem: '4096',
      search_path: ['app', '$user', 'My Schema'],
      timezone: 'Europe/Helsinki',
    });
  });
});

it('the files of outputs have names filled in, of which none leaves its place', () => {
  const text = [
    'version: 1',
    'deployment: d',
    'roles: {"../r": {login: true}}',
    'databases: {"A.b/c": {access: {"../r": read}}}',
    'outputs: [{form: env, file: "e/{database}.{role}.{DATABASE}.{deployment}", variable: "X_{deployment}"}]',
  ].join('\n');
  expect(declared(text).outputs[0]?.entries).toEqual([
    { role: '../r', database: 'A.b/c', file: 'e/A%2Eb%2Fc.%2E%2E%2Fr.A%2EB%2FC.d', variable: 'X_d' },
  ]);
});
