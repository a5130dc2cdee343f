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
   WHERE function.proname IN (${listed(fileFunctions)}) AND function.prolang IN (${nativeLanguages})
   UNION ALL
  SELECT 'language', language.lanname::pg_catalog.text, entry.grantee
    FROM pg_catalog.pg_language AS language
   CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(language.lanacl, pg_catalog.acldefault('l', language.lanowner))) AS entry
   WHERE language.lanpltrusted AND language.lanname ~ '^(c|internal|pl.*u)$'::pg_catalog.text`;

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
export const grantedHere = toOthers(granted);
/** Those of the whole cluster, for {@link grantsOf}. */
export const grantedParametersOf = (versionNum: number): string =>
  toOthers(
    versionNum >= 150000
      ? grantedParameters
      : 'SELECT NULL AS kind, NULL AS name, NULL::pg_catalog.oid AS grantee LIMIT 0',
  );

/**
 * As JSON, those that `role` has or may take on.
 *
 * @param from a relation like `grantedHere`
 * @param role an oid or a name, as SQL
 */
export const grantsOf = (from: string, role: string): string => `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('kind', entry.kind, 'name', entry.name, 'to', entry."to")
         ORDER BY entry.kind, entry.name, entry."to"), '[]')
  FROM ${from} AS entry
 WHERE CASE WHEN entry.grantee = 0::pg_catalog.oid THEN true ELSE pg_catalog.pg_has_role(${role}, entry.grantee, 'MEMBER') END`;

export interface DangerousGrant {
  readonly kind: 'table' | 'function' | 'language' | 'parameter';
  /** As GRANT has it: of a parameter with what is granted on it. */
  readonly name: string;
  /** null for PUBLIC. */
  readonly to: string | null;
}
