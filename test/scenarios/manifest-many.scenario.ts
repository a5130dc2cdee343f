// More than one transaction may lock is given to the owner in several; what a service keeps it keeps in each.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const tables = `DO $$ BEGIN FOR i IN 1..120 LOOP
  EXECUTE format('CREATE TABLE data.t%s (id serial PRIMARY KEY)', i);
  EXECUTE format('CREATE FUNCTION data.f%s() RETURNS int LANGUAGE sql AS ''SELECT 1''', i);
END LOOP; END $$`;

export const scenario: Scenario = {
  name: 'manifest: many tables become the owner’s',
  earlier: fromManifest('roles: {o: {}, old: {}}\ndatabases: {app: {schemas: [data], access: {old: create}}}'),
  desired: fromManifest('roles: {o: {}, old: {}}\ndatabases: {app: {schemas: [data], owner: o, access: {old: write}}}'),
  start: [
    { sql: `SET SESSION AUTHORIZATION old; ${tables}; CREATE TABLE data."a\nb" ()`, database: 'app' },
    {
      sql: 'CREATE TABLE data.mine (id int); CREATE SEQUENCE data."odd %s"',
      database: 'app',
      as: 'admin',
    },
  ],
  rounds: [
    {
      flags: { allow: ['revoke'] },
      answers: [
        {
          database: 'app',
          ask: `SELECT count(*)::int AS owned, bool_and(has_table_privilege('old', oid, 'SELECT, INSERT')) FILTER (WHERE relkind = 'r') AS kept,
                       bool_and(has_sequence_privilege('old', oid, 'USAGE')) FILTER (WHERE relkind = 'S') AS counts,
                       (SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'data'::regnamespace AND proowner = 'o'::regrole) AS routines,
                       (SELECT count(*)::int FROM pg_shdepend WHERE refobjid = 'old'::regrole AND deptype = 'o') AS left
                  FROM pg_class WHERE relnamespace = 'data'::regnamespace AND relkind IN ('r', 'v', 'S') AND relowner = 'o'::regrole`,
          answer: { owned: 243, kept: true, counts: true, routines: 120, left: 0 },
        },
      ],
    },
  ],
};
