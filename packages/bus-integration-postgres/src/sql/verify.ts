// What a service tries after logging in: who it is, a write and a read in each schema, and what must be refused to it.
// All of it is rolled back. Refusals are caught inside the server, so that they leave no line in its log.
import { identifier, literal } from '../sql.ts';

/** The result sets are, in order: identity, one for each schema's read, reachable databases; then a notice-free DO. */
export function verifyScript(schemas: readonly string[], probe: string): string {
  const trials = schemas.flatMap((schema) => {
    const table = `${identifier(schema)}.${identifier(probe)}`;
    return [
      `CREATE TABLE ${table} (value text)`,
      `INSERT INTO ${table} VALUES (${literal(probe)})`,
      `SELECT value FROM ${table}`,
    ];
  });
  const forbidden = [
    refusal('create roles', `CREATE ROLE ${identifier(probe)}`),
    `IF NOT (${actsAsOwner}) THEN ${refusal('create schemas', `CREATE SCHEMA ${identifier(probe)}`)} END IF;`,
    refusal('read password verifiers', 'PERFORM rolpassword FROM pg_catalog.pg_authid LIMIT 1'),
  ];
  return [
    'BEGIN',
    `SELECT current_user AS "user", session_user AS session, pg_catalog.current_database() AS database,
       (SELECT rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user) AS "createsDatabases"`,
    ...trials,
    `SELECT database.datname AS name,
       (SELECT coalesce(pg_catalog.json_agg(line), '[]') FROM pg_catalog.unnest(pg_catalog.string_to_array(
          pg_catalog.replace(pg_catalog.shobj_description(database.oid, 'pg_database'), E'\\r', ''), E'\\n')) AS line WHERE line LIKE 'bus-deployment=%') AS marks
       FROM pg_catalog.pg_database AS database
      WHERE database.datallowconn AND pg_catalog.has_database_privilege(database.oid, 'CONNECT')
      ORDER BY database.datname`,
    `DO $bus$ BEGIN ${forbidden.join(' ')} END $bus$`,
    'ROLLBACK',
  ].join(';\n');
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege. */
function refusal(what: string, sql: string): string {
  const raised = `RAISE EXCEPTION USING ERRCODE = 'BUS01', MESSAGE = ${literal(`may ${what}`)};`;
  return `BEGIN ${sql}; ${raised} EXCEPTION WHEN insufficient_privilege THEN NULL; END;`;
}

/** A database's owner, and who inherits from it, has all privileges on it: https://www.postgresql.org/docs/current/ddl-priv.html */
const actsAsOwner = `SELECT pg_catalog.pg_has_role(database.datdba, 'USAGE')
   FROM pg_catalog.pg_database AS database WHERE database.datname = pg_catalog.current_database()`;
