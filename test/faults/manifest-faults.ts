// Single faults that one can make in the healthy deployment of a manifest, as data.
import { type Fault, sql } from './faults.ts';

const shop = { in: 'shop' };

/** From 16 on each grantor's membership is another one. */
function ofEachGrantor(statement: string): string {
  return `DO $$DECLARE giver text; BEGIN
    FOR giver IN SELECT grantor::regrole::text FROM pg_auth_members WHERE roleid = 'team'::regrole AND member = 'member'::regrole
    LOOP EXECUTE '${statement} GRANTED BY ' || giver; END LOOP; END$$`;
}

const access: readonly Fault[] = [
  sql(
    'a reader lacks one table',
    'REVOKE SELECT ON app.orders FROM reader',
    'GRANT SELECT ON app.orders TO reader',
    /fail access reader@shop: reader lacks SELECT on table orders in schema app; expected SELECT; the server says: permission denied for table orders \(42501\)/,
    shop,
  ),
  sql(
    'a publication of a table without a key',
    'SET ROLE boss; CREATE TABLE app.plain (id int); RESET ROLE; CREATE PUBLICATION all_of_it FOR ALL TABLES',
    'DROP PUBLICATION all_of_it; DROP TABLE app.plain',
    /fail access writer@shop: writer may UPDATE, DELETE on table plain in schema app, and is refused: publication all_of_it has the table, which has no replica identity.*ALTER TABLE "app"."plain" REPLICA IDENTITY FULL;/,
    shop,
  ),
  sql(
    'a rule passes over what is deleted',
    'CREATE RULE nothing AS ON DELETE TO app.orders DO INSTEAD NOTHING',
    'DROP RULE nothing ON app.orders',
    /warn discarding-rule shop: DELETE on table orders in schema app by boss, writer has no effect .*rule nothing says DO INSTEAD NOTHING/,
    shop,
  ),
  sql(
    'now() is closed to all but one',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM PUBLIC; GRANT EXECUTE ON FUNCTION pg_catalog.now() TO reader',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM reader; GRANT EXECUTE ON FUNCTION pg_catalog.now() TO PUBLIC',
    /warn revoked-built-in shop: boss, knocker, member, mover, writer lack what PostgreSQL gives every role: EXECUTE ON ROUTINE pg_catalog\.now\(\)/,
    shop,
  ),
  sql(
    'a catalog is closed to the login that acts as another',
    'REVOKE SELECT ON pg_catalog.pg_namespace FROM PUBLIC',
    'GRANT SELECT ON pg_catalog.pg_namespace TO PUBLIC',
    /fail service-login mover@shop: mover in shop: permission denied for table pg_namespace/,
    shop,
  ),
  sql(
    'a publication of deletes from a partition',
    "SET ROLE boss; CREATE TABLE app.whole (id int) PARTITION BY LIST (id); CREATE TABLE app.part PARTITION OF app.whole FOR VALUES IN (1); RESET ROLE; CREATE PUBLICATION deletes FOR TABLE app.whole WITH (publish = 'delete')",
    'DROP PUBLICATION deletes; DROP TABLE app.whole',
    /fail access writer@shop: writer may DELETE on table part in schema app, and is refused: publication deletes /,
    shop,
  ),
  sql(
    'a reader writes',
    'GRANT INSERT ON app.customers TO reader',
    'REVOKE INSERT ON app.customers FROM reader',
    /fail access reader@shop: reader has INSERT on table customers in schema app; expected SELECT; INSERT was allowed {2}next: its owner or a superuser runs, in database shop: REVOKE INSERT ON "app"."customers" FROM "reader";/,
    shop,
  ),
  sql(
    'a reader writes one column',
    'GRANT UPDATE (note) ON app.orders TO reader',
    'REVOKE UPDATE (note) ON app.orders FROM reader',
    /fail access reader@shop: reader has UPDATE on columns note of table orders in schema app; expected nothing/,
    shop,
  ),
  sql(
    'a writer empties a table',
    'GRANT TRUNCATE ON app.orders TO writer',
    'REVOKE TRUNCATE ON app.orders FROM writer',
    /fail access writer@shop: writer has TRUNCATE on table orders/,
    shop,
  ),
  sql(
    'a writer lacks a sequence',
    'REVOKE USAGE ON SEQUENCE app.orders_id_seq FROM writer',
    'GRANT USAGE ON SEQUENCE app.orders_id_seq TO writer',
    /fail access writer@shop: writer lacks USAGE on sequence orders_id_seq/,
    shop,
  ),
  sql(
    'a writer lacks the schema',
    'REVOKE USAGE ON SCHEMA app FROM writer',
    'GRANT USAGE ON SCHEMA app TO writer',
    /fail access writer@shop: writer lacks USAGE on schema app/,
    shop,
  ),
  sql(
    'a writer creates',
    'GRANT CREATE ON SCHEMA app TO writer',
    'REVOKE CREATE ON SCHEMA app FROM writer',
    /fail access writer@shop: writer has CREATE on schema app; expected USAGE.*next: .*REVOKE CREATE ON SCHEMA "app" FROM "writer";/,
    shop,
  ),
  sql(
    'a writer makes schemas',
    'GRANT CREATE ON DATABASE shop TO writer',
    'REVOKE CREATE ON DATABASE shop FROM writer',
    /fail access writer@shop: writer has CREATE on database shop/,
  ),
  sql(
    'a role that only connects makes temporary tables',
    'GRANT TEMPORARY ON DATABASE shop TO knocker',
    'REVOKE TEMPORARY ON DATABASE shop FROM knocker',
    /fail access knocker@shop: knocker has TEMPORARY on database shop; expected CONNECT/,
  ),
  sql(
    'everybody reads a table',
    'GRANT SELECT ON app.customers TO PUBLIC',
    'REVOKE SELECT ON app.customers FROM PUBLIC',
    /warn access knocker@shop: knocker has SELECT on table customers in schema app, by a grant to PUBLIC; expected nothing; the server says: permission denied for schema app.*FROM PUBLIC;/,
    shop,
  ),
  sql(
    'a group lacks a table',
    'REVOKE SELECT ON app.orders FROM team',
    'GRANT SELECT ON app.orders TO team',
    /fail access team@shop: team lacks SELECT on table orders/,
    shop,
  ),
  sql(
    "a view's owner lacks what it reads",
    'REVOKE SELECT ON app.orders FROM boss',
    'GRANT SELECT ON app.orders TO boss',
    /fail access reader@shop: reader may SELECT from view totals in schema app, which reads orders in schema app: its owner boss lacks SELECT there; the server says: permission denied for table orders/,
    shop,
  ),
  sql(
    'a table of another',
    'ALTER TABLE app.customers OWNER TO dba',
    'ALTER TABLE app.customers OWNER TO boss',
    /warn access mover@shop: table customers in schema app belongs to dba; expected boss .*ALTER TABLE "app"."customers" OWNER TO "boss";/,
    shop,
  ),
  sql(
    "a table of a DBA's that nobody was given",
    'CREATE TABLE app.audit ()',
    'DROP TABLE app.audit',
    /fail access reader@shop: reader lacks SELECT on table audit in schema app.*next: postgres or a superuser runs, in database shop: GRANT SELECT ON "app"."audit" TO "reader";/,
    shop,
  ),
  sql(
    'a schema of another',
    'ALTER SCHEMA app OWNER TO dba',
    'ALTER SCHEMA app OWNER TO boss',
    /fail access (mover|boss)@shop: schema app belongs to dba; expected boss/,
    shop,
  ),
  sql(
    "the owner's CREATE",
    'REVOKE CREATE ON DATABASE shop FROM boss',
    'GRANT CREATE ON DATABASE shop TO boss',
    /fail access mover@shop: boss lacks CREATE on database shop/,
  ),
];

const later: readonly Fault[] = [
  sql(
    'later tables stay dark',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app REVOKE SELECT ON TABLES FROM reader',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app GRANT SELECT ON TABLES TO reader',
    /fail later-objects reader@shop: reader lacks SELECT on a table that boss made in schema app \(tried, and not kept\); expected SELECT[\s\S]*fail access reader@shop: reader will lack SELECT on tables that boss will make in schema app/,
    shop,
  ),
  sql(
    'later tables are open to a reader',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app GRANT INSERT ON TABLES TO reader',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app REVOKE INSERT ON TABLES FROM reader',
    /fail access reader@shop: reader will have INSERT on tables that boss will make in schema app/,
    shop,
  ),
  sql(
    'later sequences stay dark',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app REVOKE USAGE ON SEQUENCES FROM writer',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app GRANT USAGE ON SEQUENCES TO writer',
    /fail access writer@shop: writer will lack USAGE on sequences/,
    shop,
  ),
];

const acting: readonly Fault[] = [
  sql(
    'the setting that acts is gone',
    'ALTER ROLE mover IN DATABASE shop RESET role',
    "ALTER ROLE mover IN DATABASE shop SET role = 'boss'",
    /fail acts-as mover@shop: works as mover; expected boss/,
  ),
  {
    ...sql(
      'acting takes no rights away',
      'GRANT boss TO mover WITH INHERIT TRUE',
      'REVOKE boss FROM mover',
      /fail acts-as mover@shop: after SET ROLE NONE a table in schema app is made for mover/,
    ),
    since: 16,
  },
  sql(
    'the actor makes things by itself',
    'GRANT CREATE, USAGE ON SCHEMA app TO mover',
    'REVOKE CREATE, USAGE ON SCHEMA app FROM mover',
    /fail acts-as mover@shop: after SET ROLE NONE: mover has USAGE, CREATE on schema app/,
    shop,
  ),
];

const roles: readonly Fault[] = [
  sql(
    'a setting of a role is gone',
    'ALTER ROLE writer RESET statement_timeout',
    "ALTER ROLE writer SET statement_timeout = '30s'",
    /fail session-setting writer@shop: statement_timeout is 0 in sessions of writer in shop; expected 30s \(of role writer\)/,
  ),
  sql(
    'a setting of a database is another',
    "ALTER DATABASE shop SET work_mem = '1MB'",
    "ALTER DATABASE shop SET work_mem = '8MB'",
    /fail session-setting writer@shop: work_mem is 1MB in sessions of writer in shop; expected 8MB \(of database shop\)/,
  ),
  sql(
    "a role's search_path hides the schema",
    'ALTER ROLE writer SET search_path = pg_catalog',
    'ALTER ROLE writer RESET search_path',
    /fail session-setting writer@shop: search_path is pg_catalog/,
  ),
  sql(
    'a membership is gone',
    ofEachGrantor('REVOKE team FROM member'),
    'GRANT team TO member',
    /fail membership member@shop: member is not a member of team/,
  ),
  {
    ...sql(
      'a membership gives nothing',
      ofEachGrantor('GRANT team TO member WITH INHERIT FALSE'),
      ofEachGrantor('GRANT team TO member WITH INHERIT TRUE'),
      /fail membership member@shop: member is a member of team and has none of its rights/,
    ),
    since: 16,
  },
  sql(
    'a membership that nobody declared',
    'GRANT dba TO reader',
    'REVOKE dba FROM reader',
    /warn membership reader@shop: reader has the rights of dba, of which the manifest does not make it a member/,
  ),
  sql(
    'a membership that gives more than the file',
    'GRANT INSERT ON app.orders TO dba;; GRANT dba TO reader',
    'REVOKE dba FROM reader;; REVOKE INSERT ON app.orders FROM dba',
    /fail access reader@shop: reader has INSERT on table orders in schema app, by a grant to dba; expected SELECT; INSERT was allowed.*REVOKE "dba" FROM "reader"(?: GRANTED BY "postgres")?;/,
    shop,
  ),
  sql(
    'everybody may connect',
    'GRANT CONNECT ON DATABASE logs TO PUBLIC',
    'REVOKE CONNECT ON DATABASE logs FROM PUBLIC',
    /fail foreign-database knocker: knocker can connect to logs, which is for other roles of this deployment/,
  ),
  sql(
    'a role may connect where it was taken out',
    'GRANT CONNECT ON DATABASE logs TO knocker',
    'REVOKE CONNECT ON DATABASE logs FROM knocker',
    /fail foreign-database knocker: knocker can connect to logs/,
  ),
  ...(['reader', 'mover'] as const).map((role) => ({
    ...sql(
      `${role} may make itself a member that does more`,
      `GRANT ${role === 'mover' ? 'writer' : 'boss'} TO ${role} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
      `REVOKE ${role === 'mover' ? 'writer' : 'boss'} FROM ${role}`,
      new RegExp(
        `fail service-limits ${role}: ${role} may make itself and others members of \\w+ \\(ADMIN\\).*REVOKE "\\w+" FROM "${role}";`,
      ),
    ),
    since: 16,
  })),
  {
    ...sql(
      'a stranger may make itself the owner',
      'GRANT boss TO stranger WITH ADMIN TRUE, INHERIT FALSE, SET FALSE',
      'REVOKE boss FROM stranger',
      /warn acts-as-service boss: stranger may make itself a member of boss \(ADMIN\)/,
    ),
    since: 16,
  },
  sql(
    'NOLOGIN of a role',
    'ALTER ROLE reader NOLOGIN',
    'ALTER ROLE reader LOGIN',
    /fail service-login reader@shop.*NOLOGIN/,
  ),
];

const rows: readonly Fault[] = [
  sql(
    'a row of verify is refused',
    'REVOKE SELECT ON app.orders FROM writer',
    'GRANT SELECT ON app.orders TO writer',
    /fail declared-statement writer@shop: row 1 of verify, as writer in shop: is refused: permission denied for table orders \(SQLSTATE 42501\)/,
    shop,
  ),
  sql(
    'a row of verify is allowed',
    'GRANT SELECT, DELETE ON app.orders TO reader',
    'REVOKE DELETE ON app.orders FROM reader',
    /fail declared-statement reader@shop: row 2 of verify, as reader in shop: is carried out; expected that it is refused/,
    shop,
  ),
  sql(
    'a row of verify names what is not there',
    'ALTER TABLE app.orders RENAME TO gone',
    'ALTER TABLE app.gone RENAME TO orders',
    /fail declared-statement reader@shop: row 2 of verify, as reader in shop: can't be carried out by anybody, which shows nothing of rights: relation "app.orders" does not exist \(SQLSTATE 42P01\)/,
    shop,
  ),
  sql(
    'a row of verify whose role does not log in',
    'ALTER ROLE knocker NOLOGIN',
    'ALTER ROLE knocker LOGIN',
    /unknown declared-statement knocker@shop: row 3 of verify, as knocker in shop: was not tried/,
  ),
];

export const manifestFaults: readonly Fault[] = [...access, ...later, ...acting, ...roles, ...rows];
