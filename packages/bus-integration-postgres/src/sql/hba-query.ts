// What a server tells of its pg_hba files.

/** Whatever DateStyle the session has. */
const inUtc = (time: string) => `pg_catalog.to_char(pg_catalog.timezone('UTC'::pg_catalog.text, ${time}),
         'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::pg_catalog.text)`;

/** https://www.postgresql.org/docs/current/view-pg-settings.html shows no row of what the session may not examine. */
export const conditionSql = `
SELECT (SELECT hba.setting FROM pg_catalog.pg_settings AS hba WHERE hba.name = 'hba_file') AS file,
       coalesce((SELECT hba.pending_restart FROM pg_catalog.pg_settings AS hba WHERE hba.name = 'hba_file'), false)
         AS is_pending,
       -- Asked beforehand: a refusal would stand in the server's log. An absolute path needs the role beside the function.
       pg_catalog.pg_has_role('pg_read_server_files', 'USAGE')
         AND pg_catalog.has_function_privilege('pg_catalog.pg_read_binary_file(pg_catalog.text, bigint, bigint, boolean)', 'EXECUTE')
         AND pg_catalog.has_function_privilege('pg_catalog.pg_stat_file(pg_catalog.text, boolean)', 'EXECUTE') AS reads_files,
       pg_catalog.has_function_privilege('pg_catalog.pg_ls_dir(pg_catalog.text, boolean, boolean)', 'EXECUTE') AS lists_directories,
       pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
         AND pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS reads_view,
       ${inUtc('pg_catalog.pg_conf_load_time()')} AS loaded_at,
       coalesce((SELECT validators.setting <> '' FROM pg_catalog.pg_settings AS validators
                 WHERE validators.name = 'oauth_validator_libraries'), true) AS has_validators`;

/** https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-GENFILE */
export const fileSql = 'SELECT pg_catalog.pg_read_binary_file($1, 0, $2::bigint, true) AS content';

/** Nothing at all for a directory that isn't there. */
export const directorySql = `
SELECT entry.name, coalesce((pg_catalog.pg_stat_file($1::pg_catalog.text || '/'::pg_catalog.text || entry.name, true)).isdir, false) AS is_directory
  FROM pg_catalog.pg_ls_dir($1, true, true) AS entry (name)
 ORDER BY entry.name`;

export const changedSql = `
SELECT ${inUtc('pg_catalog.max((pg_catalog.pg_stat_file(path, true)).modification)')} AS changed_at
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS path`;

/** https://www.postgresql.org/docs/current/view-pg-hba-file-rules.html */
export function rowsSql(majorVersion: number): string {
  return `
SELECT coalesce(${majorVersion >= 16 ? 'rule.file_name' : 'NULL'}, $1) AS file, rule.line_number AS line, rule.type,
       rule.database AS databases, rule.user_name AS users, rule.address, rule.netmask, rule.auth_method AS method,
       rule.options, rule.error
  FROM pg_catalog.pg_hba_file_rules AS rule`;
}

export const membershipSql = `
WITH RECURSIVE membership (member, role) AS (
  SELECT direct.member, direct.roleid
    FROM pg_catalog.pg_auth_members AS direct
    JOIN pg_catalog.pg_roles AS member ON member.oid = direct.member
   WHERE member.rolname = ANY ($1::pg_catalog.text[])
   UNION
  SELECT membership.member, further.roleid
    FROM membership
    JOIN pg_catalog.pg_auth_members AS further ON further.member = membership.role
)
SELECT member.rolname AS user,
       coalesce(pg_catalog.array_agg(role.rolname::pg_catalog.text ORDER BY role.rolname) FILTER (WHERE role.oid IS NOT NULL), '{}') AS groups
  FROM pg_catalog.pg_roles AS member
  LEFT JOIN membership ON membership.member = member.oid
  LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = membership.role
 WHERE member.rolname = ANY ($1::pg_catalog.text[])
 GROUP BY member.rolname
 ORDER BY member.rolname`;
