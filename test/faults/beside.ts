// Single faults that lie beside what a deployment declares, whether by lists or by a manifest: logins that get at everything, databases
// that a service reaches as a member of somebody.
// As data, by what differs between the stages.
import { type Fault, sql } from './faults.ts';

/** Of a deployment in which faults are made. */
export interface Names {
  readonly database: string;
  readonly schema: string;
  /** A login that reads and writes. */
  readonly service: string;
  readonly isManifest: boolean;
}

export function faultsBeside(names: Names, major: number): readonly Fault[] {
  const { service } = names;
  return [
    sql(
      'a stranger runs programs of the server',
      'GRANT pg_execute_server_program TO stranger',
      'REVOKE pg_execute_server_program FROM stranger',
      /warn powers-of-others pg_execute_server_program: stranger may run programs as the user of the server.*next: if it is not meant, a superuser runs, in any database: REVOKE "pg_execute_server_program" FROM "stranger"(?: GRANTED BY "\w+")?;/,
    ),
    sql(
      'a stranger writes files of the server by a group',
      'CREATE ROLE scribes;; GRANT pg_write_server_files TO scribes;; GRANT scribes TO stranger',
      'DROP ROLE scribes',
      /warn powers-of-others pg_write_server_files: stranger may write files of the server.*REVOKE "scribes" FROM "stranger"/,
    ),
    sql(
      'a stranger reads files of the server',
      'GRANT pg_read_server_files TO stranger',
      'REVOKE pg_read_server_files FROM stranger',
      /warn powers-of-others pg_read_server_files: stranger may read all files of the server/,
    ),
    ...(major >= 16
      ? []
      : [
          sql(
            'a stranger makes roles',
            'ALTER ROLE stranger CREATEROLE',
            'ALTER ROLE stranger NOCREATEROLE',
            /warn powers-of-others CREATEROLE: stranger may make roles \(CREATEROLE\), and before PostgreSQL 16 .*ALTER ROLE "stranger" NOCREATEROLE;/,
          ),
        ]),
    sql(
      'a service acts as the owner of a database of nobody’s',
      `CREATE ROLE keeper;; CREATE DATABASE kept OWNER keeper;; REVOKE CONNECT ON DATABASE kept FROM PUBLIC;; GRANT keeper TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE keeper',
      new RegExp(
        `fail foreign-database ${service}: ${service} may act as keeper, which owns database kept: it can let any role connect.*next: a superuser runs, in any database: REVOKE "keeper" FROM "${service}"`,
      ),
    ),
    sql(
      'a service acts as the owner of a database that it may not enter',
      `CREATE ROLE keeper;; CREATE DATABASE kept OWNER keeper;; REVOKE ALL ON DATABASE kept FROM PUBLIC, keeper;; GRANT keeper TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE keeper',
      new RegExp(`fail foreign-database ${service}: ${service} may act as keeper, which owns database kept`),
    ),
    sql(
      'a service enters a database by a group',
      `CREATE ROLE guests;; CREATE DATABASE kept;; REVOKE ALL ON DATABASE kept FROM PUBLIC;; GRANT CONNECT ON DATABASE kept TO guests;; GRANT guests TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE guests',
      new RegExp(
        `fail foreign-database ${service}: ${service} may act as guests, by which it may connect to kept; nobody declared it a member.*REVOKE "guests" FROM "${service}"`,
      ),
    ),
    sql(
      'a service owns a database of nobody’s',
      `CREATE DATABASE kept OWNER ${service};; REVOKE ALL ON DATABASE kept FROM PUBLIC`,
      'DROP DATABASE kept',
      new RegExp(`fail foreign-database ${service}: ${service} owns database kept, .*ALTER DATABASE "kept" OWNER TO `),
    ),
    ...definers(names),
    ...tables(names),
  ];
}

/** Tables on which more than privileges decides. */
function tables({ database, schema, service, isManifest }: Names): readonly Fault[] {
  const at = { in: database };
  const table = `${schema}.guarded`;
  const make = `CREATE TABLE ${table} (id int, owner name DEFAULT current_user);; GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${service}`;
  const guarded = `${make};; ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`;
  const drop = `DROP TABLE ${table}`;
  const on = `${service}@${database}`;
  const refused = (why: string) =>
    new RegExp(
      `unknown access ${on}: ${service} is granted SELECT, INSERT, UPDATE, DELETE on table guarded in schema ${schema}, which has row security and ${why}`,
    );
  const decided = new RegExp(
    `info row-policies ${on}: which rows ${service} sees and changes is decided by row security policies of ${schema}.guarded: not looked at`,
  );
  return [
    sql('row security without a policy', guarded, drop, refused('no policy for it'), at),
    sql(
      'row security that its owner is bound to',
      `${guarded};; ALTER TABLE ${table} OWNER TO ${service};; ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
      drop,
      refused('no policy for it'),
      at,
    ),
    sql(
      'a policy that restricts to nothing',
      `${guarded};; CREATE POLICY all_of_it ON ${table} USING (true);; CREATE POLICY shut ON ${table} AS RESTRICTIVE USING (false)`,
      drop,
      refused('policies that let no row pass'),
      at,
    ),
    sql(
      'a policy that lets nothing pass',
      `${guarded};; CREATE POLICY shut ON ${table} USING (false)`,
      drop,
      refused('policies that let no row pass'),
      at,
    ),
    sql(
      'a policy by what is in the row',
      `${guarded};; CREATE POLICY own ON ${table} USING (owner = current_user)`,
      drop,
      decided,
      at,
    ),
    sql(
      'a policy that restricts by what is in the row',
      `${guarded};; CREATE POLICY all_of_it ON ${table} USING (true);; CREATE POLICY own ON ${table} AS RESTRICTIVE USING (owner = current_user)`,
      drop,
      decided,
      at,
    ),
    sql(
      'an event trigger',
      `CREATE SCHEMA side;; CREATE FUNCTION side.look() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';; CREATE EVENT TRIGGER look ON ddl_command_end EXECUTE FUNCTION side.look()`,
      'DROP EVENT TRIGGER look;; DROP FUNCTION side.look();; DROP SCHEMA side',
      new RegExp(
        `info event-trigger: event triggers of ${database} run at commands there, and may refuse or change them: look \\(at ddl_command_end, look\\) next: if one is not meant, its owner or a superuser runs, in database ${database}: ALTER EVENT TRIGGER "look" DISABLE;`,
      ),
      { in: database, by: 'plan' },
    ),
    sql(
      'row_security = off',
      `ALTER ROLE ${service} SET row_security = off`,
      `ALTER ROLE ${service} RESET row_security`,
      new RegExp(
        `warn harmful-setting ${on}: row_security = off \\(of role ${service}\\): .*whose row security policies bind it.*ALTER ROLE "${service}" RESET row_security;`,
      ),
    ),
    sql(
      'a publication of a table without a key',
      `${make};; CREATE PUBLICATION plain FOR TABLE ${table}`,
      `DROP PUBLICATION plain;; ${drop}`,
      new RegExp(
        `fail access ${on}: ${service} may UPDATE, DELETE on table guarded in schema ${schema}, and is refused: publication plain has the table`,
      ),
      at,
    ),
    {
      ...sql(
        'row security with policies for others alone',
        `${guarded};; CREATE POLICY own ON ${table} TO stranger USING (true)`,
        drop,
        refused('no policy for it'),
        at,
      ),
      plan: new RegExp(
        `warn row-security: role ${service} has privileges on .*guarded.* of ${database}, with row security and no policy for it: it sees no row there.*next: if that is not meant, its owner or a superuser runs, in database ${database}: CREATE POLICY`,
      ),
    },
    ...(isManifest
      ? []
      : [
          // Nothing is said of it.
          sql(
            "a service's own table whose owner is not bound",
            `${guarded};; ALTER TABLE ${table} OWNER TO ${service};; GRANT CONNECT ON DATABASE ${database} TO stranger`,
            `${drop};; REVOKE CONNECT ON DATABASE ${database} FROM stranger`,
            /^warn connect-of-others app: [^\n]*$/,
            at,
          ),
        ]),
  ];
}

/** Routines that run with their owner's rights. */
function definers({ database, schema, service, isManifest }: Names): readonly Fault[] {
  const at = { in: database };
  const routine = (body = "'SELECT 1'") =>
    `FUNCTION ${schema}.mighty() RETURNS int LANGUAGE sql SECURITY DEFINER AS ${body}`;
  const gone = `DROP FUNCTION ${schema}.mighty()`;
  return [
    sql(
      "everybody calls a superuser's routine",
      `CREATE ${routine()}`,
      gone,
      new RegExp(
        `warn runs-as-owner ${database}: routine mighty\\(\\) in schema ${schema} runs with the rights of postgres, a superuser \\(SECURITY DEFINER\\), and PUBLIC may call it.*next: if it is not meant, postgres or a superuser runs, in database ${database}: REVOKE EXECUTE ON ROUTINE "${schema}".mighty\\(\\) FROM PUBLIC;`,
      ),
      at,
    ),
    sql(
      "a stranger who connects calls a superuser's routine",
      `CREATE ${routine()};; GRANT CONNECT ON DATABASE ${database} TO stranger;; GRANT USAGE ON SCHEMA ${schema} TO stranger`,
      `${gone};; REVOKE CONNECT ON DATABASE ${database} FROM stranger;; REVOKE USAGE ON SCHEMA ${schema} FROM stranger`,
      new RegExp(
        `${isManifest ? 'fail' : 'warn'} runs-as-owner ${database}: routine mighty.*; stranger, not declared here, may log in and connect, and so does it`,
      ),
      at,
    ),
    sql(
      "a stranger calls a service's routine",
      `CREATE ${routine()};; ALTER FUNCTION ${schema}.mighty() OWNER TO ${service};; GRANT CONNECT ON DATABASE ${database} TO stranger;; GRANT USAGE ON SCHEMA ${schema} TO stranger`,
      `${gone};; REVOKE CONNECT ON DATABASE ${database} FROM stranger;; REVOKE USAGE ON SCHEMA ${schema} FROM stranger`,
      new RegExp(
        `${isManifest ? 'fail' : 'warn'} runs-as-owner ${database}: routine mighty.* with the rights of ${service} \\(SECURITY DEFINER\\), and PUBLIC may call it; stranger,`,
      ),
      at,
    ),
    sql(
      "a group that is not declared calls a superuser's routine in another schema",
      `CREATE ROLE callers;; GRANT callers TO stranger;; GRANT CONNECT ON DATABASE ${database} TO stranger;; CREATE SCHEMA side;; GRANT USAGE ON SCHEMA side TO stranger;; CREATE ${routine().replace(`${schema}.`, 'side.')};; REVOKE ALL ON FUNCTION side.mighty() FROM PUBLIC;; GRANT EXECUTE ON FUNCTION side.mighty() TO callers`,
      `DROP FUNCTION side.mighty();; DROP SCHEMA side;; DROP ROLE callers;; REVOKE CONNECT ON DATABASE ${database} FROM stranger`,
      new RegExp(
        `warn runs-as-owner ${database}: routine mighty\\(\\) in schema side .* and callers, not declared here, may call it; stranger,.*FROM "callers";`,
      ),
      at,
    ),
  ];
}
