// What a report says of each role's rights is what the server says, though it asks of one of each set of roles alone.
import { type Major, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/connection/connect.ts';
import { readReportCluster, readReportInside, type SeenHolders } from '../../src/report/read.ts';
import { brief, targetOf } from '../target.ts';

const made = `
CREATE ROLE owner; CREATE ROLE readers; CREATE ROLE outer_readers; CREATE ROLE writers;
CREATE ROLE plain LOGIN; CREATE ROLE alike LOGIN;
CREATE ROLE member LOGIN IN ROLE readers; CREATE ROLE twin LOGIN IN ROLE readers;
GRANT readers TO outer_readers; CREATE ROLE nested LOGIN IN ROLE outer_readers;
CREATE ROLE apart LOGIN NOINHERIT IN ROLE readers;
CREATE ROLE direct LOGIN; CREATE ROLE twofold LOGIN IN ROLE readers, writers;
CREATE ROLE everything LOGIN IN ROLE pg_read_all_data; CREATE ROLE overwrites LOGIN IN ROLE pg_write_all_data;
CREATE ROLE acts LOGIN IN ROLE owner; CREATE ROLE columns LOGIN; CREATE ROLE database_owner LOGIN;
CREATE DATABASE reported OWNER database_owner;
`;

const inside = `
CREATE SCHEMA app AUTHORIZATION owner;
GRANT USAGE ON SCHEMA app TO readers, writers, direct; GRANT CREATE ON SCHEMA app TO writers;
CREATE TABLE app.first (id int, note text); CREATE TABLE app.second (id int); CREATE TABLE app.open (id int);
CREATE TABLE app.parts (id int, note text); CREATE VIEW app.seen AS SELECT 1 AS one; CREATE SEQUENCE app.counter;
ALTER TABLE app.first OWNER TO owner; ALTER TABLE app.parts OWNER TO owner;
GRANT SELECT ON app.first, app.second, app.seen TO readers; GRANT INSERT, UPDATE, DELETE ON app.first TO writers;
GRANT SELECT ON app.open TO PUBLIC; GRANT TRUNCATE ON app.second TO direct; GRANT USAGE ON SEQUENCE app.counter TO writers;
GRANT SELECT (note), UPDATE (id) ON app.parts TO columns; GRANT SELECT (id) ON app.parts TO readers;
`;

const majors: readonly Major[] = [14, 18];

describe.each(majors)('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ major });
    for (const statement of made.split(';')) if (statement.trim() !== '') await server.query(statement);
    await server.query(inside, { database: 'reported' });
  });
  afterAll(() => server.stop());

  test('rights on schemas, tables, views, sequences and columns are as the server has them', async () => {
    await using session = await connect(targetOf(server, { database: 'reported' }), brief);
    const { roles } = await readReportCluster(session, { roles: [], databases: [] });
    const seen = await readReportInside(session, roles);
    const rights = (held: readonly SeenHolders[]) =>
      held.flatMap(([privileges, at]) =>
        privileges.split(',').flatMap((privilege) => at.map((one) => `${roles[one - 1]?.name} ${privilege}`)),
      );
    const told = [
      ...seen.schemas.flatMap(({ name, held }) => rights(held).map((right) => `schema ${name}: ${right}`)),
      ...seen.objects.flatMap(({ name, held, columns }) => [
        ...rights(held).map((right) => `${name}: ${right}`),
        ...rights(columns).map((right) => `columns of ${name}: ${right}`),
      ]),
    ];
    const asked = await server.query<{ line: string }>(
      `WITH role AS (SELECT rolname AS name, oid FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_'),
         relation AS (SELECT c.oid, relname AS name, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                       WHERE nspname = 'app' AND relkind IN ('r', 'v', 'S'))
       SELECT format('schema %s: %s %s', nspname, role.name, p) AS line FROM role, pg_namespace n, unnest('{USAGE,CREATE}'::text[]) p
        WHERE nspname IN ('app', 'public') AND has_schema_privilege(role.oid, n.oid, p)
       UNION ALL SELECT format('%s: %s %s', relation.name, role.name, p) FROM role, relation,
              unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
        WHERE relkind <> 'S' AND has_table_privilege(role.oid, relation.oid, p)
       UNION ALL SELECT format('%s: %s %s', relation.name, role.name, p) FROM role, relation, unnest('{USAGE,SELECT,UPDATE}'::text[]) p
        WHERE relkind = 'S' AND CASE WHEN relkind = 'S' THEN has_sequence_privilege(role.oid, relation.oid, p) END
       UNION ALL SELECT format('columns of %s: %s %s', relation.name, role.name, p) FROM role, relation,
              unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) p
        WHERE relation.name = 'parts' AND NOT has_table_privilege(role.oid, relation.oid, p)
          AND has_any_column_privilege(role.oid, relation.oid, p)`,
      { database: 'reported' },
    );
    expect(told.sort()).toEqual(asked.map(({ line }) => line).sort());
    expect(told.length).toBeGreaterThan(60);
    const owners = seen.objects.find(({ name }) => name === 'first')?.owners.map((at) => roles[at - 1]?.name);
    expect(owners?.sort()).toEqual(['acts', 'owner']);
  });
});
