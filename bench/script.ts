// The psql scripts that stand for an expert doing the same by hand: same role, databases, marks, schemas, grants and
// DSN files, one connection for each database. Only text is made here.
import { join } from 'node:path';
import { deploymentId, type Workload } from './workload.ts';

const mark = `bus-deployment=${deploymentId}`;

/** Makes the login role; the verifier was computed before, so that the server hashes nothing. */
export function roleScript({ role }: Workload, verifier: string): string {
  return lines([
    `CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal(verifier)};`,
    `COMMENT ON ROLE ${identifier(role)} IS ${literal(mark)};`,
  ]);
}

export interface Files {
  readonly directory: string;
  /** The one line of a database's DSN file. */
  readonly dsnOf: (database: string) => string;
}

/** Makes databases and all that belongs to them, one after the other; psql itself writes the files. */
export function databaseScript({ role, schemas }: Workload, databases: readonly string[], files: Files): string {
  return lines(
    databases.flatMap((database) => [
      `CREATE DATABASE ${identifier(database)} TEMPLATE template0 ENCODING 'UTF8';`,
      `\\connect ${database}`,
      'BEGIN;',
      `COMMENT ON DATABASE ${identifier(database)} IS ${literal(mark)};`,
      `REVOKE ALL ON DATABASE ${identifier(database)} FROM PUBLIC;`,
      ...schemas.flatMap((schema) => [
        ...(schema === 'public'
          ? []
          : [`CREATE SCHEMA ${identifier(schema)};`, `COMMENT ON SCHEMA ${identifier(schema)} IS ${literal(mark)};`]),
        `GRANT CREATE, USAGE ON SCHEMA ${identifier(schema)} TO ${identifier(role)};`,
      ]),
      `GRANT CONNECT, TEMPORARY ON DATABASE ${identifier(database)} TO ${identifier(role)};`,
      'COMMIT;',
      `\\o '${join(files.directory, `${database}.dsn`)}'`,
      `\\qecho '${files.dsnOf(database)}'`,
      '\\o',
    ]),
  );
}

/** Reads what a plan depends on: the cluster's roles and databases, then each database's schemas, a query each. */
export function readScript({ role, schemas }: Workload, databases: readonly string[]): string {
  const cluster = `SELECT role.rolname, role.rolcanlogin, role.rolsuper, role.rolcreaterole, role.rolcreatedb,
       pg_catalog.shobj_description(role.oid, 'pg_authid')
  FROM pg_catalog.pg_roles AS role WHERE role.rolname = ${literal(role)};
SELECT database.datname, pg_catalog.pg_get_userbyid(database.datdba), database.datallowconn, database.datconnlimit,
       pg_catalog.shobj_description(database.oid, 'pg_database'), entry.grantee, entry.grantor, entry.privilege_type
  FROM pg_catalog.pg_database AS database
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))) AS entry;`;
  const inside = `SELECT schema.nspname, pg_catalog.pg_get_userbyid(schema.nspowner), entry.grantee, entry.grantor, entry.privilege_type
  FROM pg_catalog.pg_namespace AS schema
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(schema.nspacl, pg_catalog.acldefault('n', schema.nspowner))) AS entry
 WHERE schema.nspname IN (${schemas.map(literal).join(', ')});`;
  return lines([cluster, ...databases.flatMap((database) => [`\\connect ${database}`, inside])]);
}

/** What a service does to prove itself: who it is and what it may, a write and a read in each schema, what must fail. */
export function serviceScript({ schemas }: Workload): string {
  const facts = `SELECT current_user, session_user, pg_catalog.current_database(),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT'),
       role.rolsuper, role.rolcreaterole, role.rolcreatedb
  FROM pg_catalog.pg_roles AS role WHERE role.rolname = current_user;
SELECT schema.nspname FROM pg_catalog.pg_namespace AS schema WHERE pg_catalog.has_schema_privilege(schema.oid, 'CREATE');
SELECT database.datname, pg_catalog.shobj_description(database.oid, 'pg_database')
  FROM pg_catalog.pg_database AS database WHERE pg_catalog.has_database_privilege(database.oid, 'CONNECT');`;
  const trials = schemas.map(
    (schema) => `CREATE TABLE ${identifier(schema)}.bench_probe (value text);
INSERT INTO ${identifier(schema)}.bench_probe VALUES ('probe');
SELECT value FROM ${identifier(schema)}.bench_probe;`,
  );
  const refused = [
    'CREATE ROLE bench_probe',
    'CREATE SCHEMA bench_probe',
    'PERFORM rolpassword FROM pg_catalog.pg_authid',
  ]
    .map((attempt) => `BEGIN ${attempt}; EXCEPTION WHEN insufficient_privilege THEN NULL; END;`)
    .join(' ');
  return lines([facts, 'BEGIN;', ...trials, `DO $$ BEGIN ${refused} END $$;`, 'ROLLBACK;']);
}

/** The same in each database, by one psql. */
export function servicesScript(workload: Workload, databases: readonly string[]): string {
  return lines(databases.flatMap((database) => [`\\connect ${database}`, serviceScript(workload)]));
}

/** The items dealt out to a number of clients. */
export function dealt<T>(items: readonly T[], clients: number): T[][] {
  return Array.from({ length: clients }, (_, client) => items.filter((_item, index) => index % clients === client));
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
