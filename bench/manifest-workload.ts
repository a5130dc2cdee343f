// What a manifest provisions in the figures W, and the psql scripts of an expert who makes and reads the same. Only text.
import { join } from 'node:path';

export interface ManifestWorkload {
  readonly databases: readonly string[];
  readonly schemas: readonly string[];
  readonly tablesEach: number;
  readonly owner: string;
}

/** Of each database's own roles, the one that logs in has a DSN file. */
const words = ['write', 'read', 'create', 'connect'] as const;
type Word = (typeof words)[number];

/** 50 databases, 5 schemas of 40 tables in each, 4 roles for each with a word of their own, one of which logs in. */
export const manifestWorkload: ManifestWorkload = {
  databases: Array.from({ length: 50 }, (_, at) => `shop_${String(at).padStart(2, '0')}`),
  schemas: ['app', 'audit', 'queue', 'stock', 'stats'],
  tablesEach: 40,
  owner: 'shop_owner',
};

const roleOf = (database: string, word: Word) => `${database}_${word}`;
const loginOf = (database: string) => roleOf(database, 'write');

export function manifestText({ databases, schemas, owner }: ManifestWorkload): string {
  const roles = databases.flatMap((database) =>
    words.map((word) => `  ${roleOf(database, word)}: ${word === 'write' ? '{login: true}' : '{}'}`),
  );
  const access = (database: string) => words.map((word) => `${roleOf(database, word)}: ${word}`).join(', ');
  return lines([
    'version: 1',
    'deployment: bench',
    `roles:\n  ${owner}: {}`,
    ...roles,
    `every_database: {owner: ${owner}, schemas: [${schemas.join(', ')}]}`,
    'databases:',
    ...databases.map((database) => `  ${database}: {access: {${access(database)}}}`),
  ]);
}

/** The schemas' tables, as their owner makes them. */
export function tablesScript({ schemas, tablesEach, owner }: ManifestWorkload): string {
  const tables = schemas.flatMap((schema) =>
    Array.from({ length: tablesEach }, (_, at) => `CREATE TABLE ${schema}.t${at} (id bigint PRIMARY KEY, v text);`),
  );
  return lines([`SET ROLE ${owner};`, ...tables]);
}

const mark = 'bus-deployment=bench';

/** All roles; the verifier was computed before. */
export function manifestRolesScript({ databases, owner }: ManifestWorkload, verifier: string): string {
  const marked = (role: string) => `COMMENT ON ROLE ${role} IS '${mark}';`;
  return lines([
    'BEGIN;',
    `CREATE ROLE ${owner};`,
    marked(owner),
    ...databases.flatMap((database) =>
      words.flatMap((word) => {
        const login = word === 'write' ? ` LOGIN PASSWORD '${verifier}'` : '';
        return [`CREATE ROLE ${roleOf(database, word)}${login};`, marked(roleOf(database, word))];
      }),
    ),
    'COMMIT;',
  ]);
}

/** Databases with all in them, one after the other; psql itself writes the files. */
export function manifestDatabasesScript(
  { schemas, owner }: ManifestWorkload,
  databases: readonly string[],
  directory: string,
  dsnOf: (role: string, database: string) => string,
): string {
  return lines(
    databases.flatMap((database) => {
      const [write, read, create, connect] = words.map((word) => roleOf(database, word));
      const later = (role = '', tables = '', sequences = '') =>
        schemas.flatMap((schema) =>
          [owner, create].flatMap((creator) => [
            `ALTER DEFAULT PRIVILEGES FOR ROLE ${creator} IN SCHEMA ${schema} GRANT ${tables} ON TABLES TO ${role};`,
            `ALTER DEFAULT PRIVILEGES FOR ROLE ${creator} IN SCHEMA ${schema} GRANT ${sequences} ON SEQUENCES TO ${role};`,
          ]),
        );
      return [
        `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8';`,
        `\\connect ${database}`,
        'BEGIN;',
        `COMMENT ON DATABASE ${database} IS '${mark}';`,
        `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
        ...schemas.flatMap((schema) => [
          `CREATE SCHEMA ${schema} AUTHORIZATION ${owner};`,
          `COMMENT ON SCHEMA ${schema} IS '${mark}';`,
          `GRANT USAGE ON SCHEMA ${schema} TO ${write}, ${read};`,
          `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${create};`,
        ]),
        ...later(write, 'SELECT, INSERT, UPDATE, DELETE', 'USAGE, SELECT'),
        ...later(read, 'SELECT', 'SELECT'),
        `ALTER DATABASE ${database} SET search_path = ${schemas.join(', ')};`,
        `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${owner};`,
        `GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${write}, ${read}, ${create};`,
        `GRANT CONNECT ON DATABASE ${database} TO ${connect};`,
        'COMMIT;',
        `\\o '${join(directory, `${database}.${loginOf(database)}.dsn`)}'`,
        `\\qecho '${dsnOf(loginOf(database), database)}'`,
        '\\o',
      ];
    }),
  );
}

/** The catalogs that a plan depends on, as raw rows: the cluster's first, then those of each database. */
export function manifestReadScript(databases: readonly string[]): string {
  const cluster = `SELECT * FROM pg_catalog.pg_roles;
SELECT * FROM pg_catalog.pg_auth_members;
SELECT * FROM pg_catalog.pg_db_role_setting;
SELECT * FROM pg_catalog.pg_database;
SELECT * FROM pg_catalog.pg_shdescription;`;
  const inside = `SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace;
SELECT oid, relname, relnamespace, relkind, relowner, relacl FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND oid >= 16384;
SELECT oid, proname, pronamespace, proowner, proacl FROM pg_catalog.pg_proc WHERE oid >= 16384;
SELECT oid, typname, typnamespace, typowner, typacl FROM pg_catalog.pg_type WHERE oid >= 16384;
SELECT attrelid, attname, attacl FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384;
SELECT * FROM pg_catalog.pg_default_acl;
SELECT * FROM pg_catalog.pg_extension;
SELECT * FROM pg_catalog.pg_depend WHERE refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND deptype = 'e';`;
  return lines([cluster, ...databases.flatMap((database) => [`\\connect ${database}`, inside])]);
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}
