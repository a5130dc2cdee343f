// What a statement needs beyond the privilege on the relation that it names: sequences of defaults, what views read, row
// security policies. Columns of accessQuery: $1 the role, $2 schemas; `schemas` stands in its WITH.
const me = '$1::pg_catalog.name';

/** How many of each are read. */
const mostNeeds = 50;

const permits = (command: string) => `NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS policy
              WHERE policy.polrelid = relation.oid AND policy.polpermissive AND policy.polcmd IN ('*', '${command}')
                AND EXISTS (SELECT FROM pg_catalog.unnest(policy.polroles) AS named(role)
                             WHERE named.role = 0::pg_catalog.oid OR pg_catalog.pg_has_role(${me}, named.role, 'USAGE')))`;

const commands = [
  ['SELECT', 'r'],
  ['INSERT', 'a'],
  ['UPDATE', 'w'],
  ['DELETE', 'd'],
] as const;

const refusedCommands = commands
  .map(
    ([privilege, command]) =>
      `SELECT '${privilege}' AS privilege WHERE pg_catalog.has_table_privilege(${me}, relation.oid, '${privilege}') AND ${permits(command)}`,
  )
  .join('\n               UNION ALL ');

/** Tables with row security of which no policy lets the role do what it was granted. */
export const withoutPolicy = `
  (SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT schemas.nspname AS schema, relation.relname AS name,
                  pg_catalog.json_build_object('schema', schemas.nspname, 'name', relation.relname, 'privileges', refused.privileges) AS told
             FROM schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
             JOIN pg_catalog.pg_roles AS own ON own.rolname = ${me} AND NOT own.rolsuper AND NOT own.rolbypassrls
            CROSS JOIN LATERAL (SELECT pg_catalog.json_agg(one.privilege) AS privileges FROM (${refusedCommands}) AS one) AS refused
            WHERE relation.relkind IN ('r', 'p') AND relation.relrowsecurity AND refused.privileges IS NOT NULL
              AND (relation.relforcerowsecurity OR NOT pg_catalog.pg_has_role(${me}, relation.relowner, 'USAGE'))
            ORDER BY schemas.nspname, relation.relname LIMIT ${mostNeeds}) AS found) AS "withoutPolicy"`;

/** Sequences of other schemas that defaults take a value from, and the role may not; only of a sequence that can be asked. */
export const ofDefaults = `
  (SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT DISTINCT ON (schemas.nspname, relation.relname, sequence.oid) schemas.nspname AS schema, relation.relname AS name,
                  pg_catalog.json_build_object('schema', schemas.nspname, 'name', relation.relname,
                    'needs', place.nspname, 'needed', sequence.relname,
                    'owner', pg_catalog.pg_get_userbyid(sequence.relowner)) AS told
             FROM schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
             JOIN pg_catalog.pg_attrdef AS given ON given.adrelid = relation.oid
             JOIN pg_catalog.pg_depend AS edge ON edge.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid
                  AND edge.objid = given.oid AND edge.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
             JOIN pg_catalog.pg_class AS sequence ON sequence.oid = edge.refobjid AND sequence.relkind = 'S'
             JOIN pg_catalog.pg_namespace AS place ON place.oid = sequence.relnamespace
            WHERE NOT EXISTS (SELECT FROM schemas AS declared WHERE declared.oid = place.oid)
              AND pg_catalog.has_table_privilege(${me}, relation.oid, 'INSERT')
              AND CASE WHEN sequence.relkind = 'S' THEN NOT pg_catalog.has_sequence_privilege(${me}, sequence.oid, 'USAGE, UPDATE') END
            ORDER BY schemas.nspname, relation.relname, sequence.oid LIMIT ${mostNeeds}) AS found) AS "ofDefaults"`;

/** How deep views stand on one another at most. */
const mostDepth = 32;

/** What a view reads. */
const readsOf = (view: string) => `JOIN pg_catalog.pg_rewrite AS rule ON rule.ev_class = ${view} AND rule.ev_type = '1'
             JOIN pg_catalog.pg_depend AS edge ON edge.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid
                  AND edge.objid = rule.oid AND edge.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                  AND edge.refobjid <> ${view}`;

/**
 * Relations that a view reads, or one that it stands on, and that view's owner may not; or who uses it, where it says
 * security_invoker: at whatever depth. https://www.postgresql.org/docs/current/sql-createview.html
 */
export const ofViews = `
  (WITH RECURSIVE standing(root, view, depth) AS (
     SELECT view.oid, view.oid, 1
       FROM schemas JOIN pg_catalog.pg_class AS view ON view.relnamespace = schemas.oid AND view.relkind = 'v'
      WHERE pg_catalog.has_table_privilege(${me}, view.oid, 'SELECT')
     UNION
     SELECT standing.root, read.oid, standing.depth + 1
       FROM standing ${readsOf('standing.view')}
       JOIN pg_catalog.pg_class AS read ON read.oid = edge.refobjid AND read.relkind = 'v'
      WHERE standing.depth < ${mostDepth})
   SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT DISTINCT ON (schema.nspname, root.relname, read.oid, reader.name) schema.nspname AS schema, root.relname AS name,
                  pg_catalog.json_build_object('schema', schema.nspname, 'name', root.relname, 'needs', place.nspname,
                    'needed', read.relname, 'owner', pg_catalog.pg_get_userbyid(read.relowner), 'reader', reader.name,
                    'through', CASE WHEN view.oid <> root.oid THEN
                      pg_catalog.json_build_object('schema', between.nspname, 'name', view.relname) END) AS told
             FROM standing JOIN pg_catalog.pg_class AS root ON root.oid = standing.root
             JOIN pg_catalog.pg_namespace AS schema ON schema.oid = root.relnamespace
             JOIN pg_catalog.pg_class AS view ON view.oid = standing.view
             JOIN pg_catalog.pg_namespace AS between ON between.oid = view.relnamespace
            CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (
                      SELECT FROM pg_catalog.pg_options_to_table(view.reloptions) AS option
                       WHERE option.option_name = 'security_invoker'
                         AND pg_catalog.lower(option.option_value) IN ('true', 'tru', 'tr', 't', 'on', 'yes', 'ye', 'y', '1'))
                    THEN ${me} ELSE pg_catalog.pg_get_userbyid(view.relowner) END AS name) AS reader
             ${readsOf('view.oid')}
             JOIN pg_catalog.pg_class AS read ON read.oid = edge.refobjid AND read.relkind IN ('r', 'p', 'v', 'm', 'f')
             JOIN pg_catalog.pg_namespace AS place ON place.oid = read.relnamespace
            WHERE NOT pg_catalog.has_table_privilege(reader.name, read.oid, 'SELECT')
              AND NOT pg_catalog.has_any_column_privilege(reader.name, read.oid, 'SELECT')
            ORDER BY schema.nspname, root.relname, read.oid, reader.name, standing.depth LIMIT ${mostNeeds}) AS found) AS "ofViews"`;

/** A table with row security. */
interface SeenWithoutPolicy {
  readonly schema: string;
  readonly name: string;
  readonly privileges: readonly string[];
}

/** A relation, and what else a statement on it needs. */
interface SeenNeed {
  readonly schema: string;
  readonly name: string;
  readonly needs: string;
  readonly needed: string;
  readonly owner: string;
}

export interface SeenNeeds {
  readonly withoutPolicy: readonly SeenWithoutPolicy[];
  readonly ofDefaults: readonly SeenNeed[];
  /** `through` is the view under the named one that reads it. */
  readonly ofViews: readonly (SeenNeed & {
    readonly reader: string;
    readonly through: { readonly schema: string; readonly name: string } | null;
  })[];
}
