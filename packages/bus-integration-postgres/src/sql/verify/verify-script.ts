// What a service tries after logging in, in one script: writes and reads, then what must be refused. All is rolled back.

import { identifier, literal } from '../../text/sql-text.ts';

/** What a service must not manage, by the words that say so. */
export type Forbidden = 'create roles' | 'create schemas' | 'read password verifiers';

const attempts: Readonly<Record<Forbidden, (probe: string) => string>> = {
  'create roles': (probe) => `CREATE ROLE ${identifier(probe)}`,
  'create schemas': (probe) => `CREATE SCHEMA ${identifier(probe)}`,
  'read password verifiers': () => 'PERFORM rolpassword FROM pg_catalog.pg_authid LIMIT 1',
};

/** What came of the attempts: what was managed, and what failed for another reason than a missing right. */
export interface Attempted {
  readonly managed: readonly Forbidden[];
  readonly unclear: readonly string[];
}

/**
 * Writes and reads without a schema's name, then, with an empty search_path, in each schema; then tries what must be
 * refused: all in one round trip. The rows are, in order: one `value` for each table, then, where anything forbidden is
 * tried, `attempted`; `place` after the first, where it is of the table without a schema's name.
 * https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING
 *
 * @param probe a name that nothing else has
 * @param isUnqualified whether a table is made without a schema's name too; the session must stand as its login left it
 * @param landsIn the schema that this table is made in, where that is known: it is read there by its whole name, and no
 * other is made
 * @param also what is asked of what was made; of a session that only reads by itself, `isWriting` lets it write
 */
export function verifyScript(
  schemas: readonly string[],
  tried: readonly Forbidden[],
  probe: string,
  isUnqualified = false,
  landsIn?: string,
  { also = [], isWriting = false }: { readonly also?: readonly string[]; readonly isWriting?: boolean } = {},
): string {
  const unqualified = identifier(`${probe}_unqualified`);
  const trial = (table: string) => [
    // name, not text, for which the server would make a TOAST table too.
    `CREATE TABLE ${table} (value pg_catalog.name)`,
    `INSERT INTO ${table} VALUES (${literal(probe)})`,
    `SELECT value FROM ${table}`,
  ];
  return [
    isWriting ? 'BEGIN READ WRITE' : 'BEGIN',
    ...(isUnqualified ? [...trial(unqualified), placeOf(`${probe}_unqualified`)] : []),
    'SET LOCAL search_path TO pg_catalog, pg_temp',
    ...schemas.flatMap((schema) =>
      isUnqualified && schema === landsIn
        ? [`SELECT value FROM ${identifier(schema)}.${unqualified}`]
        : trial(`${identifier(schema)}.${identifier(probe)}`),
    ),
    ...also,
    ...(tried.length > 0 ? refusals(tried, probe) : []),
    'ROLLBACK',
  ].join(';\n');
}

/** The schema that a table without a schema's name was made in: of pg_temp, the session's own. */
function placeOf(table: string): string {
  return `SELECT schema.nspname AS place FROM pg_catalog.pg_class AS class
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = class.relnamespace
   WHERE class.relname = ${literal(table)}::pg_catalog.name`;
}

function refusals(tried: readonly Forbidden[], probe: string): string[] {
  const blocks = tried.map(
    (what) => `
  BEGIN
    ${attempts[what](probe)};
    RAISE EXCEPTION USING ERRCODE = 'BUS01';
  EXCEPTION
    WHEN insufficient_privilege THEN NULL;
    WHEN SQLSTATE 'BUS01' THEN managed := pg_catalog.array_append(managed, ${literal(what)}::pg_catalog.text);
    WHEN OTHERS THEN unclear := pg_catalog.array_append(unclear, ${literal(`${what}: `)}::pg_catalog.text || SQLERRM);
  END;`,
  );
  return [
    `DO $bus$
DECLARE managed pg_catalog.text[] := '{}'; unclear pg_catalog.text[] := '{}';
BEGIN${blocks.join('')}
  PERFORM pg_catalog.set_config('bus.attempted', pg_catalog.json_build_object('managed', managed, 'unclear', unclear)::pg_catalog.text, true);
END $bus$`,
    "SELECT pg_catalog.current_setting('bus.attempted')::pg_catalog.json AS attempted",
  ];
}
