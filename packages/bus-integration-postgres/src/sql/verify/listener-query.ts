// What the listener policy is judged by, in one round trip. $1 service roles, $2 databases, $3 settings.
// No verifier leaves the server, only its kind.

// Membership as pg_hba.conf means it: direct or not, inherited or not, and a superuser is a member of nothing by that.
const memberOf = (role: string) => `(
  WITH RECURSIVE above AS (
    SELECT edge.roleid FROM pg_catalog.pg_auth_members AS edge WHERE edge.member = ${role}.oid
     UNION
    SELECT edge.roleid FROM above JOIN pg_catalog.pg_auth_members AS edge ON edge.member = above.roleid)
  SELECT coalesce(pg_catalog.json_agg(parent.rolname ORDER BY parent.rolname), '[]')
    FROM above JOIN pg_catalog.pg_roles AS parent ON parent.oid = above.roleid)`;

export const listenerQuery = `
SELECT
  (SELECT coalesce(pg_catalog.json_object_agg(setting.name, setting.setting), '{}')
     FROM pg_catalog.pg_settings AS setting WHERE setting.name = ANY ($3::pg_catalog.text[])) AS settings,
  (SELECT coalesce(pg_catalog.json_agg(setting.name ORDER BY setting.name), '[]')
     FROM pg_catalog.pg_settings AS setting
    WHERE setting.pending_restart AND (setting.name = ANY ($3::pg_catalog.text[])
      OR setting.name IN ('ident_file', 'unix_socket_directories'))) AS "pendingRestart",
  pg_catalog.host(pg_catalog.inet_server_addr()) AS "serverAddress",
  pg_catalog.inet_server_port() AS "serverPort",
  pg_catalog.host(pg_catalog.inet_client_addr()) AS "clientAddress",
  pg_catalog.current_setting('server_version_num')::int AS "versionNum",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'isSuperuser', role.rolsuper,
      'replicates', role.rolreplication,
      'isService', role.rolname = ANY ($1::pg_catalog.text[]),
      'connectionLimit', role.rolconnlimit,
      'memberOf', ${memberOf('role')}) ORDER BY role.rolname), '[]')
     FROM pg_catalog.pg_roles AS role
    WHERE role.rolcanlogin AND (role.rolsuper OR role.rolreplication OR role.rolname = ANY ($1::pg_catalog.text[]))) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'isDeclared', database.datname = ANY ($2::pg_catalog.text[]),
      'connectionLimit', database.datconnlimit,
      'adminMayConnect', pg_catalog.has_database_privilege(database.oid, 'CONNECT'),
      'isOpenToPublic', EXISTS (
        SELECT FROM pg_catalog.aclexplode(
            coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))) AS entry
         WHERE entry.grantee = 0::pg_catalog.oid AND entry.privilege_type = 'CONNECT')) ORDER BY database.datname), '[]')
     FROM pg_catalog.pg_database AS database
    WHERE database.datallowconn AND database.datconnlimit <> -2) AS databases,
  pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT') AS "readsVerifiers"`;

/** Needs SELECT on pg_authid.rolpassword. */
export const weakVerifierQuery = `
SELECT authid.rolname AS name, authid.rolsuper AS "isSuperuser"
  FROM pg_catalog.pg_authid AS authid
 WHERE authid.rolcanlogin AND authid.rolpassword IS NOT NULL AND authid.rolpassword NOT LIKE 'SCRAM-SHA-256$%'
 ORDER BY authid.rolname`;

/** Schemas of the current database in which everybody may create. */
export const publicWritableQuery = `
SELECT schema.nspname AS name, pg_catalog.pg_get_userbyid(schema.nspowner) AS owner
  FROM pg_catalog.pg_namespace AS schema
 WHERE schema.nspname !~ '^pg_(toast|temp)'::pg_catalog.text
   AND EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(schema.nspacl, pg_catalog.acldefault('n', schema.nspowner))) AS entry
                WHERE entry.grantee = 0::pg_catalog.oid AND entry.privilege_type = 'CREATE')
 ORDER BY schema.nspname`;
