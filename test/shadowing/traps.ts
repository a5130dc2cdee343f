// A database full of traps: in schema public an operator for every pair of types, in pg_temp a type for every name. What a
// statement resolves to is read from the catalog: as the body of a function it leaves its dependencies there.
import type { Server } from 'embedded';
import { Client } from 'pg';

// Those of the catalogs' columns and functions, and what would match any of them.
const types =
  'oid int2 int4 int8 text name varchar bpchar "char" bool regclass regrole float4 float8 numeric timestamptz timestamp interval xid inet json jsonb bytea text[] name[] oid[] "char"[] int2vector anyelement anyarray anynonarray anycompatible'
    .split(' ')
    .map((type) => (type.startsWith('any') ? `pg_catalog.${type}` : type.replace(/^/, 'pg_catalog.')));

const typeNames = 'oid text name varchar regclass float8 int4 int8 bool json numeric timestamptz inet'.split(' ');

export interface Traps extends AsyncDisposable {
  /** What a statement that reads depends on outside pg_catalog, described. */
  dependencies(statement: string): Promise<string[]>;
  /** Runs a script with the traps in place; what its last statement answers. All is rolled back. */
  run(script: string): Promise<Record<string, unknown>[]>;
}

/** @param operators their names, as `<>` */
export async function setTraps(server: Server, operators: readonly string[]): Promise<Traps> {
  await server.query('CREATE DATABASE traps');
  const client = new Client({ connectionString: server.dsn('traps'), ssl: false });
  await client.connect();
  await client.query("SET search_path = ''");
  const pairs = types.flatMap((left) => types.map((right) => `(${left}, ${right})`));
  for (const signature of pairs) {
    await client.query(
      `CREATE FUNCTION public.trap${signature} RETURNS pg_catalog.bool LANGUAGE plpgsql AS 'BEGIN RAISE ''trapped''; END'`,
    );
  }
  for (const operator of operators) {
    await client.query(
      types
        .flatMap((left) =>
          types.map(
            (right) =>
              `CREATE OPERATOR public.${operator} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = public.trap)`,
          ),
        )
        .join(';\n'),
    );
  }
  for (const name of typeNames) await client.query(`CREATE TYPE pg_temp.${name} AS (trap pg_catalog.int4)`);
  await client.query('SET search_path = public');
  return {
    dependencies: async (statement) => {
      await client.query('BEGIN');
      try {
        await client.query(`PREPARE trial AS ${statement}`);
        const { rows: parameters } = await client.query<{ type: string }>(
          `SELECT pg_catalog.quote_ident(type.typname::pg_catalog.text) AS type
             FROM pg_catalog.pg_prepared_statements AS prepared,
                  pg_catalog.unnest(prepared.parameter_types) WITH ORDINALITY AS wanted (type, position)
             JOIN pg_catalog.pg_type AS type ON type.oid OPERATOR(pg_catalog.=) wanted.type
            WHERE prepared.name OPERATOR(pg_catalog.=) 'trial' ORDER BY wanted.position`,
        );
        const signature = parameters.map(({ type }) => `pg_catalog.${type}`);
        await client.query('DEALLOCATE trial');
        await client.query(
          `CREATE FUNCTION public.trial(${signature.join(', ')}) RETURNS SETOF pg_catalog.record LANGUAGE sql BEGIN ATOMIC ${statement}; END`,
        );
        const { rows } = await client.query<{ what: string }>(
          `SELECT pg_catalog.pg_describe_object(needed.refclassid, needed.refobjid, needed.refobjsubid) AS what
             FROM pg_catalog.pg_depend AS needed,
                  pg_catalog.pg_identify_object(needed.refclassid, needed.refobjid, needed.refobjsubid) AS object
            WHERE needed.objid OPERATOR(pg_catalog.=) 'public.trial'::pg_catalog.regproc::pg_catalog.oid
              AND needed.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
              AND needed.refclassid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid
              AND object.schema IS DISTINCT FROM 'pg_catalog'::pg_catalog.text`,
        );
        return rows.map(({ what }) => what);
      } finally {
        await client.query('ROLLBACK');
      }
    },
    run: async (script) => {
      await client.query('BEGIN');
      try {
        const results = (await client.query(script)) as unknown as { rows: Record<string, unknown>[] }[];
        return results.at(-1)?.rows ?? [];
      } finally {
        await client.query('ROLLBACK');
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
