// What a statement needs beyond the privilege on the relation that it names: sequences of defaults, what views read, row
// security policies. Columns of accessQuery: `asked` is the role, `schemas` stands in its WITH.
const me = 'asked.role';

/** How many of each are read. */
const mostNeeds = 50;

/** A `policy` of a `relation` for the role `me`. */
const policies = (me: string) => `pg_catalog.pg_policy AS policy
              WHERE policy.polrelid = relation.oid
                AND EXISTS (SELECT FROM pg_catalog.unnest(policy.polroles) AS named(role)
                             WHERE named.role = 0::pg_catalog.oid OR pg_catalog.pg_has_role(${me}, named.role, 'USAGE'))`;

/** Those for a `wanted` command. New rows are held to what visible ones are, where a policy says nothing of them. */
const commanded = (me: string) => `${policies(me)} AND policy.polcmd IN ('*', wanted.command)`;
const says = `pg_catalog.pg_get_expr(CASE WHEN wanted.command = 'a' AND policy.polwithcheck IS NOT NULL THEN policy.polwithcheck
                                           ELSE policy.polqual END, policy.polrelid)`;

/** No row passes: no policy lets one, but such that say `false`, or one of those that restrict says it. */
const passesNone = (
  me: string,
) => `(NOT EXISTS (SELECT FROM ${commanded(me)} AND policy.polpermissive AND ${says} IS DISTINCT FROM 'false')
              OR EXISTS (SELECT FROM ${commanded(me)} AND NOT policy.polpermissive AND ${says} = 'false'))`;

/** Every row passes: one policy says `true`, and none that restricts says anything else. */
const passesAll = (me: string) => `(EXISTS (SELECT FROM ${commanded(me)} AND policy.polpermissive AND ${says} = 'true')
              AND NOT EXISTS (SELECT FROM ${commanded(me)} AND NOT policy.polpermissive AND ${says} IS DISTINCT FROM 'true'))`;

/** The commands that the role `me` was granted. */
const granted = (me: string) => `
                      FROM (VALUES ('SELECT', 'r'::"char"), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd')) AS wanted(privilege, command)
                     WHERE pg_catalog.has_table_privilege(${me}, relation.oid, wanted.privilege)`;

/** Tables whose policies bind the role `me`: neither their owner, unless forced, nor one with BYPASSRLS. */
const bound = (me: string) => `schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
             AND relation.relkind IN ('r', 'p') AND relation.relrowsecurity
             JOIN pg_catalog.pg_roles AS own ON own.rolname = ${me} AND NOT own.rolsuper AND NOT own.rolbypassrls
             AND (relation.relforcerowsecurity OR NOT pg_catalog.pg_has_role(${me}, relation.relowner, 'USAGE'))`;

/** Tables with row security of which no policy lets the role `me` do what it was granted. */
const withoutPolicy = (me: string) => `
  (SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT schemas.nspname AS schema, relation.relname AS name,
                  pg_catalog.json_build_object('schema', schemas.nspname, 'name', relation.relname, 'privileges', refused.privileges,
                    'hasPolicies', EXISTS (SELECT FROM ${policies(me)})) AS told
             FROM ${bound(me)}
            CROSS JOIN LATERAL (
                    SELECT pg_catalog.json_agg(wanted.privilege) AS privileges${granted(me)} AND ${passesNone(me)}) AS refused
            WHERE refused.privileges IS NOT NULL
            ORDER BY schemas.nspname, relation.relname LIMIT ${mostNeeds}) AS found) AS "withoutPolicy"`;

/** Tables of which policies let the role `me` see or change some rows: which, depends on the rows and the session. */
const withPolicies = (me: string) => `
  (SELECT coalesce(pg_catalog.json_agg(found.name ORDER BY found.name), '[]')
     FROM (SELECT pg_catalog.format('%I.%I', schemas.nspname, relation.relname) AS name
             FROM ${bound(me)}
            WHERE EXISTS (SELECT${granted(me)} AND NOT ${passesNone(me)} AND NOT ${passesAll(me)})
            ORDER BY 1 LIMIT ${mostNeeds}) AS found) AS "withPolicies"`;

/** Of the role that is asked about, or of the session's own. */
export const rowSecurity = {
  ofAsked: `${withoutPolicy(me)},${withPolicies(me)}`,
  ofSession: `${withoutPolicy('current_user')},${withPolicies('current_user')}`,
};

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

/** The server plans a join for longer than it looks for a few names. */
const placeOf = (oid: string) =>
  `(SELECT place.nspname FROM pg_catalog.pg_namespace AS place WHERE place.oid = ${oid})`;

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
      WHERE standing.depth < ${mostDepth}),
   reads AS MATERIALIZED (
     SELECT standing.root, standing.depth, view.oid AS view, view.relname AS "viewName", view.relnamespace AS "viewPlace",
            edge.refobjid AS read,
            CASE WHEN EXISTS (
                      SELECT FROM pg_catalog.pg_options_to_table(view.reloptions) AS option
                       WHERE option.option_name = 'security_invoker'
                         AND pg_catalog.lower(option.option_value) IN ('true', 'tru', 'tr', 't', 'on', 'yes', 'ye', 'y', '1'))
                 THEN ${me} ELSE pg_catalog.pg_get_userbyid(view.relowner) END AS reader
       FROM standing JOIN pg_catalog.pg_class AS view ON view.oid = standing.view ${readsOf('view.oid')})
   SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT DISTINCT ON (one.schema, one.name, one.read, one.reader) one.schema, one.name,
                  pg_catalog.json_build_object('schema', one.schema, 'name', one.name, 'needs', one.needs,
                    'needed', one.needed, 'owner', one.owner, 'reader', one.reader,
                    'through', CASE WHEN one.view <> one.root THEN
                      pg_catalog.json_build_object('schema', one."viewSchema", 'name', one."viewName") END) AS told
             FROM (SELECT reads.*, ${placeOf('root.relnamespace')} AS schema, root.relname AS name,
                          ${placeOf('read.relnamespace')} AS needs, read.relname AS needed,
                          pg_catalog.pg_get_userbyid(read.relowner) AS owner, ${placeOf('reads."viewPlace"')} AS "viewSchema"
                     FROM reads JOIN pg_catalog.pg_class AS root ON root.oid = reads.root
                     JOIN pg_catalog.pg_class AS read ON read.oid = reads.read AND read.relkind IN ('r', 'p', 'v', 'm', 'f')
                    WHERE NOT pg_catalog.has_table_privilege(reads.reader, read.oid, 'SELECT')
                      AND NOT pg_catalog.has_any_column_privilege(reads.reader, read.oid, 'SELECT')) AS one
            ORDER BY one.schema, one.name, one.read, one.reader, one.depth LIMIT ${mostNeeds}) AS found) AS "ofViews"`;

/** A table with row security. */
interface SeenWithoutPolicy {
  readonly schema: string;
  readonly name: string;
  readonly privileges: readonly string[];
  /** There are policies for the role, and none lets a row pass. */
  readonly hasPolicies: boolean;
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
  /** As SQL. */
  readonly withPolicies: readonly string[];
  readonly ofDefaults: readonly SeenNeed[];
  /** `through` is the view under the named one that reads it. */
  readonly ofViews: readonly (SeenNeed & {
    readonly reader: string;
    readonly through: { readonly schema: string; readonly name: string } | null;
  })[];
}
