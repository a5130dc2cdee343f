// Single faults in the deployment of a manifest by which somebody has more than it gives, or less: what owners may, who is
// none of its roles, what everybody has, and what lies underneath. As data.
import { type Fault, sql } from './faults.ts';

const shop = { in: 'shop' };

const owners: readonly Fault[] = [
  ...(
    [
      ['creates roles', 'CREATEROLE', 'has CREATEROLE'],
      ['creates databases', 'CREATEDB', 'has CREATEDB'],
      ['passes by row security', 'BYPASSRLS', 'has BYPASSRLS'],
      ['copies the cluster', 'REPLICATION', 'has REPLICATION'],
      ['is a superuser', 'SUPERUSER', 'is a superuser'],
    ] as const
  ).map(([does, attribute, seen]) =>
    sql(
      `the owner ${does}`,
      `ALTER ROLE boss ${attribute}`,
      `ALTER ROLE boss NO${attribute}`,
      new RegExp(
        `fail service-limits boss: boss ${seen}, which no service needs: whoever may act as it has it too .*ALTER ROLE "boss" NO${attribute};`,
      ),
    ),
  ),
  sql(
    'a group creates databases',
    'ALTER ROLE team CREATEDB',
    'ALTER ROLE team NOCREATEDB',
    /fail service-limits team: team has CREATEDB.*ALTER ROLE "team" NOCREATEDB;/,
  ),
  sql(
    'a group reads everything',
    'GRANT pg_read_all_data TO team',
    'REVOKE pg_read_all_data FROM team',
    /fail service-limits member: member may act as pg_read_all_data.*: REVOKE "pg_read_all_data" FROM "team"(?: GRANTED BY "postgres")?;/,
  ),
  sql(
    'the owner logs in',
    'ALTER ROLE boss LOGIN',
    'ALTER ROLE boss NOLOGIN',
    /fail undeclared-login boss: boss may log in, and the manifest does not say so/,
  ),
  sql(
    'a login in the place of the owner',
    'ALTER TABLE app.customers OWNER TO stranger',
    'ALTER TABLE app.customers OWNER TO boss',
    /warn access mover@shop: table customers in schema app belongs to stranger; expected boss/,
    shop,
  ),
];

/** A login of nobody's, let into the database, and what it gets there. */
function stranger(name: string, give: string, take: string, expected: RegExp): Fault {
  return sql(
    `a stranger ${name}`,
    `GRANT CONNECT ON DATABASE shop TO stranger;; GRANT USAGE ON SCHEMA app TO stranger;; ${give}`,
    `${take};; REVOKE ALL ON SCHEMA app FROM stranger;; REVOKE CONNECT ON DATABASE shop FROM stranger`,
    expected,
    shop,
  );
}

const strangers: readonly Fault[] = [
  stranger(
    'reads a table',
    'GRANT SELECT ON app.orders TO stranger',
    'REVOKE SELECT ON app.orders FROM stranger',
    /fail undeclared-access shop: stranger has privileges in schema app, and is not in the manifest: SELECT on 1 table; it may log in and connect, and so gets at it .*REVOKE ALL ON ALL TABLES IN SCHEMA "app" FROM "stranger";/,
  ),
  stranger(
    'reads a column',
    'GRANT SELECT (note) ON app.orders TO stranger',
    'REVOKE SELECT (note) ON app.orders FROM stranger',
    /fail undeclared-access shop: stranger has privileges in schema app, .*SELECT on 1 table; it may log in/,
  ),
  stranger(
    'takes numbers',
    'GRANT USAGE ON SEQUENCE app.orders_id_seq TO stranger',
    'REVOKE USAGE ON SEQUENCE app.orders_id_seq FROM stranger',
    /fail undeclared-access shop: stranger has privileges in schema app, .*USAGE on 1 sequence; it may log in/,
  ),
  stranger(
    'makes things',
    'GRANT CREATE ON SCHEMA app TO stranger',
    'REVOKE CREATE ON SCHEMA app FROM stranger',
    /fail undeclared-access shop: stranger has privileges in schema app, .*CREATE, USAGE on the schema; it may log in/,
  ),
  stranger(
    'reads by a group of its own',
    'GRANT SELECT ON app.orders TO dba;; GRANT dba TO stranger',
    'REVOKE dba FROM stranger;; REVOKE SELECT ON app.orders FROM dba',
    /fail undeclared-access shop: dba has privileges in schema app, and is not in the manifest: SELECT on 1 table; stranger may log in and connect, and so gets at it/,
  ),
  stranger(
    'uses the schema and nothing in it',
    'SELECT',
    'SELECT',
    /^warn connect-of-others shop: stranger may connect to shop, though not declared for it[^\n]*$/,
  ),
  stranger(
    'reads everything',
    'GRANT pg_read_all_data TO stranger',
    'REVOKE pg_read_all_data FROM stranger',
    /warn undeclared-access shop: stranger, which is not in the manifest, may connect to shop, and reads everything as a member of pg_read_all_data/,
  ),
  sql(
    'a stranger has what it can not get at',
    'GRANT USAGE ON SCHEMA app TO stranger;; GRANT SELECT ON app.orders TO stranger',
    'REVOKE ALL ON SCHEMA app FROM stranger;; REVOKE ALL ON app.orders FROM stranger',
    /warn undeclared-access shop: stranger has privileges in schema app, and is not in the manifest: SELECT on 1 table {2}next/,
    shop,
  ),
  sql(
    'a stranger acts as a login',
    'GRANT reader TO stranger',
    'REVOKE reader FROM stranger',
    /warn acts-as-service reader: stranger may act as reader/,
  ),
  sql(
    'a stranger acts as the owner',
    'GRANT boss TO stranger',
    'REVOKE boss FROM stranger',
    /warn acts-as-service boss: stranger may act as boss/,
  ),
  sql(
    'a privilege may be passed on',
    'GRANT SELECT ON app.orders TO writer WITH GRANT OPTION',
    'REVOKE GRANT OPTION FOR SELECT ON app.orders FROM writer',
    /fail undeclared-access shop: writer may pass on what it has in schema app, which no access gives: SELECT on 1 table, with grant option .*REVOKE GRANT OPTION FOR ALL ON ALL TABLES IN SCHEMA "app" FROM "writer";/,
    shop,
  ),
];

const everybody: readonly Fault[] = [
  sql(
    'everybody connects to a database of every login',
    'GRANT CONNECT ON DATABASE shop TO PUBLIC',
    'REVOKE CONNECT ON DATABASE shop FROM PUBLIC',
    /fail public-connect : every role may CONNECT to shop/,
  ),
  sql(
    'everybody makes schemas',
    'GRANT CREATE ON DATABASE shop TO PUBLIC',
    'REVOKE CREATE ON DATABASE shop FROM PUBLIC',
    /fail access knocker@shop: knocker has CREATE on database shop; expected CONNECT .*FROM PUBLIC;/,
  ),
  sql(
    'everybody makes temporary tables',
    'GRANT TEMPORARY ON DATABASE shop TO PUBLIC',
    'REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC',
    /fail access knocker@shop: knocker has TEMPORARY on database shop; expected CONNECT .*FROM PUBLIC;/,
  ),
  sql(
    'everybody makes things in the schema',
    'GRANT USAGE, CREATE ON SCHEMA app TO PUBLIC',
    'REVOKE USAGE, CREATE ON SCHEMA app FROM PUBLIC',
    /fail access reader@shop: reader has CREATE on schema app, by a grant to PUBLIC; expected USAGE/,
    shop,
  ),
  sql(
    'later tables are open to everybody',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT SELECT ON TABLES TO PUBLIC',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss REVOKE SELECT ON TABLES FROM PUBLIC',
    /fail later-objects knocker@shop: knocker may SELECT on a table that boss made.*next: boss or a superuser runs, in database shop: ALTER DEFAULT PRIVILEGES FOR ROLE "boss" REVOKE SELECT ON TABLES FROM PUBLIC;/,
    shop,
  ),
  sql(
    'later tables of every schema are open to a reader',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT INSERT ON TABLES TO reader',
    'ALTER DEFAULT PRIVILEGES FOR ROLE boss REVOKE INSERT ON TABLES FROM reader',
    /fail later-objects reader@shop: reader may INSERT on a table that boss made.*next: boss or a superuser runs, in database shop: ALTER DEFAULT PRIVILEGES FOR ROLE "boss" REVOKE INSERT ON TABLES FROM "reader";/,
    shop,
  ),
  sql(
    'an event trigger closes later tables',
    `CREATE FUNCTION public.closing() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$DECLARE made record; BEGIN FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP EXECUTE 'REVOKE ALL ON ' || made.object_identity || ' FROM reader'; END LOOP; END$$;; CREATE EVENT TRIGGER closing ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.closing()`,
    'DROP EVENT TRIGGER closing;; DROP FUNCTION public.closing()',
    /fail later-objects reader@shop: reader lacks SELECT on a table that boss made.*next: default privileges are not the cause: .*event triggers of shop/,
    shop,
  ),
  sql(
    'a reader writes everything',
    'GRANT pg_write_all_data TO reader',
    'REVOKE pg_write_all_data FROM reader',
    /fail later-objects reader@shop: reader may INSERT, UPDATE, DELETE on a table that boss made.*next: default privileges are not the cause: [\s\S]*fail access reader@shop: reader has INSERT, UPDATE, DELETE on .*REVOKE "pg_write_all_data" FROM "reader"/,
  ),
];

const underneath: readonly Fault[] = [
  sql(
    'a view over a view over a table that its owner may not read',
    'CREATE SCHEMA side;; CREATE TABLE side.facts (id int);; CREATE VIEW side.first AS SELECT * FROM side.facts;; CREATE VIEW side.second AS SELECT * FROM side.first;; ALTER VIEW side.first OWNER TO dba;; GRANT USAGE ON SCHEMA side TO boss, dba;; GRANT SELECT ON side.second TO boss;; CREATE VIEW app.third AS SELECT * FROM side.second;; ALTER VIEW app.third OWNER TO boss;; GRANT SELECT ON app.third TO reader, team;; GRANT SELECT, INSERT, UPDATE, DELETE ON app.third TO writer',
    'DROP VIEW app.third;; DROP SCHEMA side CASCADE',
    /fail access reader@shop: reader may SELECT from view third in schema app, which reads facts in schema side through view first in schema side: its owner dba lacks SELECT there.*GRANT SELECT ON "side"."facts" TO "dba";/,
    shop,
  ),
  {
    ...sql(
      'a view over one that reads as who uses it',
      'CREATE SCHEMA side;; CREATE TABLE side.facts (id int);; CREATE VIEW side.first WITH (security_invoker) AS SELECT * FROM side.facts;; GRANT USAGE ON SCHEMA side TO boss;; GRANT SELECT ON side.first, side.facts TO boss;; CREATE VIEW app.second AS SELECT * FROM side.first;; ALTER VIEW app.second OWNER TO boss;; GRANT SELECT ON app.second TO reader, team;; GRANT SELECT, INSERT, UPDATE, DELETE ON app.second TO writer',
      'DROP VIEW app.second;; DROP SCHEMA side CASCADE',
      /fail access reader@shop: reader may SELECT from view second in schema app, which reads facts in schema side through view first in schema side: reader \(security_invoker\) lacks SELECT there.*GRANT SELECT ON "side"."facts" TO "reader";/,
      shop,
    ),
    since: 15,
  },
  sql(
    'a default calls what may not be called',
    "CREATE SCHEMA side;; CREATE FUNCTION side.note() RETURNS text LANGUAGE sql AS 'SELECT 1::text';; REVOKE EXECUTE ON FUNCTION side.note() FROM PUBLIC;; ALTER TABLE app.orders ALTER note SET DEFAULT side.note()",
    'ALTER TABLE app.orders ALTER note DROP DEFAULT;; DROP SCHEMA side CASCADE',
    /fail access writer@shop: INSERT on .*orders.* is refused, though granted: the server says: permission denied for function note/,
    shop,
  ),
  sql(
    'row security without a policy',
    'ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY',
    /unknown access reader@shop: reader is granted SELECT on table orders in schema app, which has row security and no policy for it/,
    shop,
  ),
  sql(
    'PL/pgSQL may not be used',
    'REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC',
    'GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC',
    /unknown access reader@shop: nothing was tried, as PL\/pgSQL may not be used/,
    shop,
  ),
  sql(
    'a schema has another name',
    'ALTER SCHEMA app RENAME TO gone',
    'ALTER SCHEMA gone RENAME TO app',
    /fail access reader@shop: schema app does not exist/,
    shop,
  ),
  sql(
    'a writer only reads',
    'ALTER ROLE writer SET default_transaction_read_only = on',
    'ALTER ROLE writer RESET default_transaction_read_only',
    /fail service-login writer@shop: its sessions only read: default_transaction_read_only is on/,
  ),
];

export const manifestAttacks: readonly Fault[] = [...owners, ...strangers, ...everybody, ...underneath];
