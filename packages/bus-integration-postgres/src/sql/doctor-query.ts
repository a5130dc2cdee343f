// What only the doctor asks of a server, in one round trip. $1 database names. Everybody may run it: what a view hides
// from this admin comes back as null. https://www.postgresql.org/docs/current/view-pg-locks.html

/** The same text in every session, whatever its time zone. */
const startedAt = `pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.pg_postmaster_start_time()), 'YYYY-MM-DD HH24:MI:SS.US "UTC"')`;

/** Statements differ by what a server version knows, never by what the admin may do: that would be an error here. */
export function doctorQuery(versionNum: number): string {
  // https://www.postgresql.org/docs/current/sql-altercollation.html#SQL-ALTERCOLLATION-NOTES
  const collations =
    versionNum >= 150000
      ? `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', database.datname,
            'recorded', database.datcollversion,
            'actual', pg_catalog.pg_database_collation_actual_version(database.oid)) ORDER BY database.datname), '[]')
           FROM pg_catalog.pg_database AS database
          WHERE (database.datname = ANY ($1::pg_catalog.text[]) OR database.datname IN ('template0', 'template1'))
            AND database.datcollversion IS NOT NULL
            AND database.datcollversion IS DISTINCT FROM pg_catalog.pg_database_collation_actual_version(database.oid))`
      : "'[]'::pg_catalog.json";
  return `
SELECT
  pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000::double precision AS "clockMs",
  pg_catalog.pg_backend_pid() AS pid,
  pg_catalog.host(pg_catalog.inet_server_addr()) AS address,
  pg_catalog.inet_server_port() AS port,
  ${startedAt} AS "startedAt",
  pg_catalog.json_build_object(
    'settings', pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE'),
    'sessions', pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
    'rules', pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
             AND pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE')) AS sees,
  pg_catalog.json_build_object(
    'shared_preload_libraries', CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
                                     THEN pg_catalog.current_setting('shared_preload_libraries') END,
    'session_preload_libraries', CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
                                      THEN pg_catalog.current_setting('session_preload_libraries') END,
    'local_preload_libraries', pg_catalog.current_setting('local_preload_libraries'),
    'passwordcheck', pg_catalog.current_setting('passwordcheck.min_password_length', true),
    'credcheck', pg_catalog.current_setting('credcheck.encrypted_password_allowed', true),
    'rds', pg_catalog.current_setting('rds.restrict_password_commands', true),
    'supautils', pg_catalog.current_setting('supautils.reserved_roles', true)) AS settings,
  coalesce((SELECT pg_catalog.pg_has_role(oid, 'USAGE') FROM pg_catalog.pg_roles WHERE rolname = 'rds_password'), false)
    AS "changesRdsPasswords",
  (SELECT pg_catalog.json_build_object(
      'limit', CASE WHEN admin.rolsuper THEN -1 ELSE admin.rolconnlimit END,
      'used', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS session WHERE session.usesysid = admin.oid))
     FROM pg_catalog.pg_roles AS admin WHERE admin.rolname = current_user) AS own,
  (SELECT coalesce(pg_catalog.json_agg(setting.name ORDER BY setting.name), '[]')
     FROM pg_catalog.pg_settings AS setting WHERE setting.pending_restart) AS "pendingRestart",
  ${collations} AS collations,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'database', session.datname, 'pid', session.pid, 'role', session.usename, 'application', session.application_name)
      ORDER BY session.datname, session.pid), '[]')
     FROM pg_catalog.pg_stat_activity AS session
    WHERE session.datname IN ('template0', 'template1') AND session.pid <> pg_catalog.pg_backend_pid()
      AND session.usesysid IS NOT NULL) AS "templateSessions",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'gid', prepared.gid, 'role', prepared.owner, 'database', prepared.database,
      'seconds', pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - prepared.prepared)::int)
      ORDER BY prepared.prepared), '[]')
     FROM pg_catalog.pg_prepared_xacts AS prepared) AS prepared,
  (SELECT coalesce(pg_catalog.json_agg(blocker ORDER BY blocker.seconds DESC NULLS LAST, blocker.pid), '[]')
     FROM (${blockers}) AS blocker) AS blockers`;
}

/**
 * Who holds what CREATE ROLE, CREATE DATABASE, ALTER, COMMENT and GRANT on shared things may have to wait for: locks on
 * the shared catalogs that a writer of them keeps until its end, on our databases and on template0 as objects, and
 * stronger ones on the schemas' catalog in our databases. https://www.postgresql.org/docs/current/explicit-locking.html
 */
const blockers = `
SELECT lock.pid, prepared.gid, activity.application_name AS application, activity.usename AS role,
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - coalesce(prepared.prepared, activity.xact_start))::int AS seconds,
       pg_catalog.array_agg(DISTINCT CASE WHEN lock.locktype = 'object' THEN 'database '::pg_catalog.text || named.datname::pg_catalog.text
                                          WHEN lock.database <> 0::pg_catalog.oid THEN relation.relname::pg_catalog.text || ' of '::pg_catalog.text || host.datname::pg_catalog.text
                                          ELSE relation.relname::pg_catalog.text END) AS things,
       pg_catalog.bool_or(lock.mode <> 'RowExclusiveLock') AS "isStrong"
  FROM pg_catalog.pg_locks AS lock
  LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = lock.pid
  LEFT JOIN pg_catalog.pg_locks AS own
    ON lock.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
       AND own.virtualtransaction = lock.virtualtransaction
  LEFT JOIN pg_catalog.pg_prepared_xacts AS prepared ON prepared.transaction = own.transactionid
  LEFT JOIN pg_catalog.pg_class AS relation ON lock.locktype = 'relation' AND relation.oid = lock.relation
  LEFT JOIN pg_catalog.pg_database AS host ON host.oid = lock.database
  LEFT JOIN pg_catalog.pg_database AS named
    ON lock.locktype = 'object' AND lock.classid = 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid AND named.oid = lock.objid
 WHERE lock.granted AND lock.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
   AND ((lock.locktype = 'relation' AND lock.database = 0::pg_catalog.oid
         AND lock.relation IN ('pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid,
                               'pg_catalog.pg_shdescription'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_auth_members'::pg_catalog.regclass::pg_catalog.oid)
         AND lock.mode IN ('RowExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
     OR (lock.locktype = 'relation' AND host.datname = ANY ($1::pg_catalog.text[])
         AND lock.relation = 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid
         AND lock.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
     OR (lock.locktype = 'object' AND (named.datname = ANY ($1::pg_catalog.text[]) OR named.datname = 'template0')
         AND lock.mode IN ('ShareUpdateExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')))
 GROUP BY lock.pid, prepared.gid, activity.application_name, activity.usename, prepared.prepared, activity.xact_start`;

/** Which server process, of which server, answers on a connection. */
export const backendQuery = `
SELECT pg_catalog.pg_backend_pid() AS pid, ${startedAt} AS "startedAt"`;
