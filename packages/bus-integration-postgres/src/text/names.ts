// The names that PostgreSQL takes, and those it keeps for itself. A table; decides nothing.
import type { NameRules } from 'bus-integration-database';

/**
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS: names are cut to 63 bytes
 * without an error, so longer ones are refused; https://www.postgresql.org/docs/current/sql-createschema.html: `pg_`;
 * roles `public` and `none` mean something else in SQL. `information_schema` is in every database and isn't ours.
 */
export const postgresNames = {
  defaultSchemas: ['public'],
  maxBytes: 63,
  reserved: {
    role: { names: ['public', 'none'], prefixes: ['pg_'] },
    database: { names: ['postgres', 'template0', 'template1'], prefixes: [] },
    schema: { names: ['information_schema'], prefixes: ['pg_'] },
  },
} satisfies NameRules;
