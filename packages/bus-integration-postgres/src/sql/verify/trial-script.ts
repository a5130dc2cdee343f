// Statements that are tried one by one in a service's session, each refusal caught, all of it rolled back: none of them
// leaves a line in the server's log. https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING
import { identifier, literal } from '../../text/sql-text.ts';

export interface TrialRequest {
  /** After SET ROLE NONE: as the role that logged in, whatever it works as. */
  readonly isItself?: boolean;
  /** Whether they may write, until all is rolled back. Default: they may not. */
  readonly writes?: boolean;
}

/** The last row but ROLLBACK's holds `tried`: by statement an empty text, or SQLSTATE and message of its refusal. */
export function trialScript(statements: readonly string[], desired: TrialRequest): string {
  const { isItself = false, writes = false } = desired;
  return [
    `BEGIN READ ${writes ? 'WRITE' : 'ONLY'}`,
    'SET LOCAL search_path TO pg_catalog, pg_temp',
    "SET LOCAL lock_timeout = '3000'",
    "SET LOCAL statement_timeout = '15000'",
    ...(isItself ? ['SET LOCAL ROLE NONE'] : []),
    `SELECT pg_catalog.set_config('bus.statements', ${literal(JSON.stringify(statements))}, true)`,
    tryEach,
    "SELECT pg_catalog.current_setting('bus.tried')::pg_catalog.json AS tried",
    'ROLLBACK',
  ].join(';\n');
}

const tryEach = `DO $bus$
DECLARE statement pg_catalog.text; state pg_catalog.text; said pg_catalog.text; tried pg_catalog.text[] := '{}';
BEGIN
  FOR statement IN SELECT pg_catalog.json_array_elements_text(pg_catalog.current_setting('bus.statements', true)::pg_catalog.json) LOOP
    BEGIN
      EXECUTE statement;
      tried := pg_catalog.array_append(tried, ''::pg_catalog.text);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
      tried := pg_catalog.array_append(tried, pg_catalog.concat(state, ' ', said));
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('bus.tried', pg_catalog.to_json(tried)::pg_catalog.text, true);
END $bus$`;

/**
 * What a privilege on a table allows, explained and not run: the server checks privileges as for a run, and no trigger,
 * lock of a row or value of a sequence comes of it. https://www.postgresql.org/docs/current/sql-explain.html
 */
export const privilegeTrials: Readonly<Record<string, (table: string, column: string | null) => string | undefined>> = {
  SELECT: (table) => `EXPLAIN SELECT FROM ${table}`,
  INSERT: (table) => `EXPLAIN INSERT INTO ${table} DEFAULT VALUES`,
  UPDATE: (table, column) =>
    column === null ? undefined : `EXPLAIN UPDATE ${table} SET ${identifier(column)} = DEFAULT`,
  DELETE: (table) => `EXPLAIN DELETE FROM ${table}`,
};

/** A table that is made in a schema, for as long as the transaction stands. */
export function creationTrial(schema: string, name: string): string {
  return `CREATE TABLE ${identifier(schema)}.${identifier(name)} (value pg_catalog.name)`;
}
