// Grants on what a superuser alone has at first, and that let a role read passwords, or files, or run code, as the
// server. Privileges on catalogs, functions and languages are each database's own.

/** With SELECT on the column, or the whole relation, one reads passwords, or their verifiers. */
const secretColumns = [
  ['pg_authid', 'rolpassword'],
  ['pg_shadow', 'passwd'],
  ['pg_subscription', 'subconninfo'],
  ['pg_user_mapping', 'umoptions'],
] as const;

/** Of the server and its extensions: those that read or write files of the server, or log in from it as its user. */
const fileFunctions = [
  ...['pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'lo_import', 'lo_export'],
  ...['pg_ls_dir', 'pg_ls_logdir', 'pg_ls_waldir', 'pg_ls_archive_statusdir', 'pg_ls_tmpdir', 'pg_ls_summariesdir'],
  ...['pg_ls_logicalsnapdir', 'pg_ls_logicalmapdir', 'pg_ls_replslotdir', 'pg_hba_file_rules', 'pg_logdir_ls'],
  ...['pg_ident_file_mappings', 'pg_show_all_file_settings', 'pg_file_write', 'pg_file_sync', 'pg_file_rename'],
  ...['pg_file_unlink', 'dblink_connect_u'],
];

/** internal and c, whose oids are fixed: a function of a user's in another language only has the same name. */
const nativeLanguages = "'12'::pg_catalog.oid, '13'::pg_catalog.oid";

const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
const regclass = (name: string) => `'pg_catalog.${name}'::pg_catalog.regclass::pg_catalog.oid`;

const isFileFunction = `function.proname IN (${listed(fileFunctions)}) AND function.prolang IN (${nativeLanguages})`;
const isMarkedTrusted = "language.lanpltrusted AND language.lanname ~ '^(c|internal|pl.*u)$'::pg_catalog.text";

/**
 * Whether a role may have any of {@link grantedHere}, or take it on: false says that it has none. A new session plans
 * this in a third of the time.
 *
 * @param role its oid or name, as SQL
 * @param isOther whether the oid `edge.roleid` is another's
 */
export const mayHaveGrants = (role: string, isOther: string): string => `
  ${secretColumns.map(([name, column]) => `pg_catalog.has_column_privilege(${role}, 'pg_catalog.${name}', '${column}', 'SELECT')`).join(' OR ')}
  OR EXISTS (SELECT FROM pg_catalog.pg_proc AS function
              WHERE ${isFileFunction} AND pg_catalog.has_function_privilege(${role}, function.oid, 'EXECUTE'))
  OR EXISTS (SELECT FROM pg_catalog.pg_language AS language
              WHERE ${isMarkedTrusted} AND pg_catalog.has_language_privilege(${role}, language.oid, 'USAGE'))
  -- It is a member of a role: that may have them.
  OR EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge
              WHERE pg_catalog.pg_has_role(${role}, edge.roleid, 'MEMBER') AND ${isOther})`;

/**
 * In the current database: `kind`, `name` as GRANT has it, and the `grantee`'s oid, 0 for PUBLIC. No language can be
 * granted that is not trusted: one of those is marked as trusted.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
const granted = `
  SELECT DISTINCT 'table' AS kind, pg_catalog.format('pg_catalog.%s', relation.relname) AS name, entry.grantee
    FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
   CROSS JOIN LATERAL pg_catalog.aclexplode(pg_catalog.array_cat(relation.relacl, attribute.attacl)) AS entry
   WHERE relation.oid IN (${secretColumns.map(([name]) => regclass(name)).join(', ')})
     AND attribute.attname IN (${listed(secretColumns.map(([, column]) => column))}) AND entry.privilege_type = 'SELECT'
   UNION ALL
  SELECT 'function', pg_catalog.format('%s.%I(%s)', function.pronamespace::pg_catalog.regnamespace, function.proname,
                                       pg_catalog.pg_get_function_identity_arguments(function.oid)), entry.grantee
    FROM pg_catalog.pg_proc AS function
   CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(function.proacl, pg_catalog.acldefault('f', function.proowner))) AS entry
   WHERE ${isFileFunction}
   UNION ALL
  SELECT 'language', language.lanname::pg_catalog.text, entry.grantee
    FROM pg_catalog.pg_language AS language
   CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(language.lanacl, pg_catalog.acldefault('l', language.lanowner))) AS entry
   WHERE ${isMarkedTrusted}`;

/**
 * Of the whole cluster, from 15 on: what the server runs or loads is set by parameters.
 * https://www.postgresql.org/docs/current/sql-grant.html
 */
const grantedParameters = `
  SELECT 'parameter' AS kind, pg_catalog.format('%s ON PARAMETER %I', entry.privilege_type, parameter.parname) AS name, entry.grantee
    FROM pg_catalog.pg_parameter_acl AS parameter CROSS JOIN LATERAL pg_catalog.aclexplode(parameter.paracl) AS entry
   WHERE entry.privilege_type = 'ALTER SYSTEM'
      OR NOT EXISTS (SELECT FROM pg_catalog.pg_settings AS setting
                      WHERE pg_catalog.lower(setting.name) = parameter.parname
                        AND setting.context NOT IN ('superuser', 'superuser-backend'))`;

/** What is a superuser's anyway is left out, and what membership of a predefined role brings, which is told as that. */
const toOthers = (grants: string) => `
  SELECT found.kind, found.name, found.grantee, grantee.rolname AS "to"
    FROM (${grants}) AS found LEFT JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = found.grantee
   WHERE found.grantee = 0::pg_catalog.oid OR (NOT grantee.rolsuper AND grantee.rolname !~ '^pg_'::pg_catalog.text)`;

/** Those of the current database, for {@link grantsOf}. */
const grantedHere = toOthers(granted);

/** What the current role may in the current database, as the only column `grants`. */
export const ownGrantsQuery = `SELECT (${grantsOf(`(${grantedHere})`, 'current_user')}) AS grants`;

/** What the roles $1 may in the current database, where they may enter it, and to the parameters of the server. */
export function rolesGrantsQuery(versionNum: number): string {
  const parameters =
    versionNum >= 150000
      ? grantedParameters
      : 'SELECT NULL AS kind, NULL AS name, NULL::pg_catalog.oid AS grantee LIMIT 0';
  return `
WITH here AS MATERIALIZED (${grantedHere}), parameters AS MATERIALIZED (${toOthers(parameters)})
SELECT role.rolname AS name,
  CASE WHEN pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'CONNECT')
       THEN (${grantsOf('here', 'role.oid')}) END AS grants,
  (${grantsOf('parameters', 'role.oid')}) AS parameters
  FROM pg_catalog.pg_roles AS role WHERE role.rolname = ANY ($1::pg_catalog.text[])`;
}

/**
 * As JSON, those that `role` has or may take on.
 *
 * @param from a relation like `grantedHere`
 * @param role an oid or a name, as SQL
 */
function grantsOf(from: string, role: string): string {
  return `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('kind', entry.kind, 'name', entry.name, 'to', entry."to")
         ORDER BY entry.kind, entry.name, entry."to"), '[]')
  FROM ${from} AS entry
 WHERE CASE WHEN entry.grantee = 0::pg_catalog.oid THEN true ELSE pg_catalog.pg_has_role(${role}, entry.grantee, 'MEMBER') END`;
}

export interface DangerousGrant {
  readonly kind: 'table' | 'function' | 'language' | 'parameter';
  /** As GRANT has it: of a parameter with what is granted on it. */
  readonly name: string;
  /** null for PUBLIC. */
  readonly to: string | null;
}
