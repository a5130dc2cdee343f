// Rows of verify on real servers: what they show, and that nothing that stands in one changes anything.
import { Secret } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { someOf } from '../../../../../test/variants.ts';
import { connect } from '../../../src/connection/connect.ts';
import { type DeclaredStatement, tryDeclared } from '../../../src/verify/access/declared-statements.ts';
import { brief, targetOf } from '../../target.ts';

describe.each(someOf('rows of verify', [14, 18] as const, 1))('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ major, settings: { max_prepared_transactions: '5' } });
    await server.query(`CREATE ROLE svc LOGIN PASSWORD 'secret'; CREATE TABLE orders (id int PRIMARY KEY, note text);
      CREATE TABLE closed (id int); INSERT INTO orders VALUES (1, 'hunter2'); GRANT ALL ON orders TO svc;
      CREATE PROCEDURE ending() LANGUAGE plpgsql AS 'BEGIN DELETE FROM orders; COMMIT; END';
      CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION late() FROM PUBLIC;
      CREATE FUNCTION telling() RETURNS int LANGUAGE plpgsql AS
        $$BEGIN RAISE 'hunter2' USING ERRCODE = '42501'; END$$`);
  }, 60_000);
  afterAll(() => server?.stop());

  const statementOf = (sql: string, mustFail = false): DeclaredStatement => ({
    ...{ number: 3, role: 'svc', database: 'postgres', sql, mustFail },
  });

  async function open() {
    const address = { host: server.host, port: server.port, password: new Secret('secret') };
    const target = targetOf(server, { user: 'svc', addresses: [address] });
    return await connect(target, { ...brief, settings: {} });
  }

  async function tried(sql: string, mustFail = false): Promise<string> {
    await using session = await open();
    const [check] = await tryDeclared(session, open, [statementOf(sql, mustFail)], new AbortController().signal);
    expect(check).toMatchObject({ id: 'declared-statement', target: 'svc@postgres', database: 'postgres' });
    return `${check?.result} ${check?.seen?.replace('row 3 of verify, as svc in postgres: ', '')}`;
  }

  test('a row that ends its own session spoils no other', async () => {
    const ending = 'SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())';
    const rows = [ending, 'SELECT note FROM orders', ending, ending, 'SELECT FROM closed', ending];
    await using session = await open();
    const checks = await tryDeclared(
      session,
      open,
      rows.map((sql) => statementOf(sql)),
      new AbortController().signal,
    );
    expect(checks.map(({ result }) => result)).toEqual(['unknown', 'ok', 'unknown', 'unknown', 'fail', 'unknown']);
    const left = await tryDeclared(
      await open(),
      () => Promise.reject(new Error('no room')),
      rows.map((sql) => statementOf(sql)),
      new AbortController().signal,
    );
    expect(left.map(({ seen }) => seen?.replace(/^.*: /, ''))).toEqual([
      'the connection was lost',
      ...Array.from({ length: 5 }, () => 'its role could not log in once more'),
    ]);
  });

  test.each([
    ['SELECT note FROM orders', false, /^ok is carried out$/],
    ['DELETE FROM orders', false, /^ok is carried out$/],
    ['DELETE FROM orders', true, /^fail is carried out; expected that it is refused$/],
    ['SELECT FROM closed', true, /^ok is refused, as it must be$/],
    ['SELECT FROM closed', false, /^fail is refused: permission denied for table closed \(SQLSTATE 42501\)$/],
    ['SELECT FROM missing', true, /^fail can't be carried out by anybody.*42P01/],
    ['SELEC 1', true, /^fail can't be carried out by anybody.*syntax error.*42601/],
    ['SELECT note::int FROM orders', false, /^fail fails: SQLSTATE 22P02$/],
    ['SELECT note::int FROM orders', true, /^fail is allowed and fails at the data: SQLSTATE 22P02/],
    ['SELECT telling()', false, /^fail is refused: SQLSTATE 42501$/],
    ['SELECT pg_catalog.pg_sleep(30)', false, /^unknown was not seen to its end: SQLSTATE 57014$/],
    ['SELECT pg_catalog.generate_series(1, 100000)', false, /^ok is carried out$/],
    ['SELECT pg_catalog.generate_series(1, 10)', false, /^ok is carried out$/],
    // Row after row, to the end.
    ['SELECT 1 / (101 - n) FROM pg_catalog.generate_series(1, 200) AS n', false, /^fail fails: SQLSTATE 22012$/],
    ['SELECT 1 / (11 - n) FROM pg_catalog.generate_series(1, 11) AS n', false, /^fail fails: SQLSTATE 22012$/],
    ['SELECT CASE WHEN n = 150 THEN late() END FROM pg_catalog.generate_series(1, 200) AS n', true, /^ok is refused/],
    [
      'SELECT CASE WHEN n = 150 THEN late() END FROM pg_catalog.generate_series(1, 200) AS n',
      false,
      /^fail is refused/,
    ],
    [
      'INSERT INTO orders SELECT n, 1 FROM pg_catalog.generate_series(2, 300) AS n RETURNING 1 / (250 - id)',
      false,
      /^fail fails: SQLSTATE 22012$/,
    ],
    ["SELECT pg_catalog.repeat('x', 1000000) FROM pg_catalog.generate_series(1, 500)", false, /^ok is carried out$/],
    [
      'SELECT pg_catalog.pg_sleep(0.05) FROM pg_catalog.generate_series(1, 10000)',
      false,
      /^unknown was not seen to its end: SQLSTATE 57014$/,
    ],
  ] as const)('%s', { timeout: 30_000 }, async (sql, mustFail, expected) => {
    expect(await tried(sql, mustFail)).toMatch(expected);
    expect(await server.query('SELECT note FROM orders')).toEqual([{ note: 'hunter2' }]);
  });

  test.each([
    'COMMIT; DELETE FROM orders',
    'DELETE FROM orders; COMMIT',
    'DELETE FROM orders; COMMIT; BEGIN',
    'COMMIT',
    '/* a /* nested */ one */ -- and another\n COMMIT',
    'ROLLBACK; DELETE FROM orders',
    'END',
    "PREPARE TRANSACTION 'left'",
    "/**/PREPARE/**/TRANSACTION 'left'",
    "DELETE FROM orders; PREPARE TRANSACTION 'left'",
    'CALL ending()',
    'DO $$BEGIN DELETE FROM orders; COMMIT; END$$',
    'COPY orders FROM STDIN',
    'VACUUM orders',
    'SET SESSION AUTHORIZATION postgres',
  ])('changes nothing: %s', async (sql) => {
    expect(await tried(sql)).toMatch(/^fail /);
    expect(await server.query('SELECT note FROM orders')).toEqual([{ note: 'hunter2' }]);
    expect(await server.query('SELECT gid FROM pg_prepared_xacts')).toEqual([]);
  });
});
