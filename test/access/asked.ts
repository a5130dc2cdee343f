// What roles may do with what is in a schema, as the server itself says it, beside what the table of access words gives.
import type { Server } from 'embedded';
import { accessWords } from '../../packages/bus-integration-postgres/src/manifest/shapes/access-words.ts';

export type Word = keyof typeof accessWords | 'none';

const kinds = {
  tables: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  sequences: ['USAGE', 'SELECT', 'UPDATE'],
  routines: ['EXECUTE'],
} as const;

/** By role, object (`tables one_view`): the privileges, sorted. */
export async function heldOn(server: Server, database: string, schema: string, roles: readonly string[]) {
  const onTables = [...kinds.tables, ...(server.major >= 17 ? ['MAINTAIN'] : [])];
  const list = (words: readonly string[]) => `ARRAY[${words.map((word) => `'${word}'`).join(', ')}]`;
  const rows = await server.query(
    `SELECT role, class, name, string_agg(privilege, ' ' ORDER BY privilege) FILTER (WHERE held) AS privileges FROM (
       SELECT role, CASE relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END AS class, relname::text AS name, privilege,
              CASE relkind WHEN 'S' THEN has_sequence_privilege(role, c.oid, privilege) ELSE has_table_privilege(role, c.oid, privilege) END AS held
         FROM pg_class c, unnest(${list(roles)}) AS role,
              LATERAL unnest(CASE relkind WHEN 'S' THEN ${list(kinds.sequences)} ELSE ${list(onTables)} END) AS privilege
        WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
       SELECT role, 'routines', proname::text, 'EXECUTE', has_function_privilege(role, p.oid, 'EXECUTE')
         FROM pg_proc p, unnest(${list(roles)}) AS role WHERE pronamespace = '${schema}'::regnamespace) AS asked
      GROUP BY role, class, name ORDER BY role, class, name`,
    { database },
  );
  const held: Record<string, Record<string, string>> = {};
  for (const { role, class: ofClass, name, privileges } of rows as Record<string, string | null>[]) {
    held[`${role}`] = { ...held[`${role}`], [`${ofClass} ${name}`]: privileges ?? '' };
  }
  return held;
}

/** What a word gives on each of these objects. */
export function givenBy(word: Word, objects: readonly string[], isClosed: boolean) {
  const gift = word === 'none' ? undefined : accessWords[word];
  return Object.fromEntries(
    objects.map((object) => {
      const [ofClass = ''] = object.split(' ');
      const given: readonly string[] = gift?.[ofClass as 'tables' | 'sequences' | 'routines'] ?? [];
      const isOpen = ofClass === 'routines' && !isClosed;
      return [object, (isOpen ? ['EXECUTE'] : [...given]).sort().join(' ')];
    }),
  );
}

/** What a foreign table needs; for a superuser. */
export const elsewhere = `CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
    GRANT USAGE ON FOREIGN SERVER elsewhere TO PUBLIC`;

/** Everything of each kind that access words are about, with names that begin with `prefix`; without a schema in their names. */
export function makingAll(prefix: string): string {
  return `
    CREATE TABLE ${prefix}_table (id serial PRIMARY KEY, note text);
    CREATE TABLE ${prefix}_parent (id int, day date) PARTITION BY RANGE (day);
    CREATE TABLE ${prefix}_part PARTITION OF ${prefix}_parent FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE VIEW ${prefix}_view AS SELECT id FROM ${prefix}_table;
    CREATE MATERIALIZED VIEW ${prefix}_stored AS SELECT id FROM ${prefix}_table;
    CREATE FOREIGN TABLE ${prefix}_foreign (id int) SERVER elsewhere;
    CREATE SEQUENCE ${prefix}_sequence;
    CREATE FUNCTION ${prefix}_function(amount integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
    CREATE PROCEDURE ${prefix}_procedure() LANGUAGE sql AS '';
    CREATE AGGREGATE ${prefix}_aggregate(integer) (sfunc = int4pl, stype = integer);`;
}
