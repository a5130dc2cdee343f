// The cluster's catalogs in one round trip, or the server alone. $1 role names, $2 database names, $3 the deployment's
// mark, $4 with sizes.
// https://www.postgresql.org/docs/current/catalogs.html
import { keptApplicationName } from '../text/application-names.ts';
import { literal } from '../text/sql-text.ts';

/**
 * The server and the admin: the first two columns of {@link clusterQuery}, without parameters.
 *
 * Statements differ by what a server version knows, never by what the admin may do: that would be an error here.
 * A plain admin isn't told the type of others' processes (https://www.postgresql.org/docs/current/monitoring-stats.html);
 * of those, the ones with a role in a database count as connections.
 */
export function serverQuery(versionNum: number): string {
  const mutesLogging =
    versionNum >= 150000
      ? `pg_catalog.has_parameter_privilege('log_statement', 'SET')
           AND pg_catalog.has_parameter_privilege('log_min_error_statement', 'SET')
           AND pg_catalog.has_parameter_privilege('log_min_duration_statement', 'SET')`
      : 'admin.rolsuper';
  return `
SELECT
  pg_catalog.json_build_object(
    'version', pg_catalog.current_setting('server_version'),
    'versionNum', pg_catalog.current_setting('server_version_num')::int,
    'database', pg_catalog.current_database(),
    'isInRecovery', pg_catalog.pg_is_in_recovery(),
    'readsOnlyByDefault', pg_catalog.current_setting('default_transaction_read_only')::boolean,
    'maxConnections', pg_catalog.current_setting('max_connections')::int,
    'reservedConnections', pg_catalog.current_setting('superuser_reserved_connections')::int
      + coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0),
    'entersPostgres', coalesce((SELECT datallowconn AND pg_catalog.has_database_privilege(oid, 'CONNECT')
                                  FROM pg_catalog.pg_database WHERE datname = 'postgres'), false),
    'usedConnections', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL)
                          WHERE coalesce(backend_type = 'client backend', datid IS NOT NULL AND usesysid IS NOT NULL)),
    'pid', pg_catalog.pg_backend_pid(),
    'hasSsl', pg_catalog.current_setting('ssl')::boolean,
    'scramIterations', coalesce(pg_catalog.current_setting('scram_iterations', true)::int, 4096),
    'encoding', (SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = 'template0'),
    'characterType', (SELECT datctype FROM pg_catalog.pg_database WHERE datname = 'template0')
  ) AS server,
  (SELECT pg_catalog.json_build_object(
      'name', admin.rolname,
      'isSuperuser', admin.rolsuper,
      'createsRoles', admin.rolsuper OR admin.rolcreaterole,
      'createsDatabases', admin.rolsuper OR admin.rolcreatedb,
      'peers', (SELECT coalesce(pg_catalog.json_agg(peer.rolname), '[]') FROM pg_catalog.pg_roles AS peer
                 WHERE peer.rolsuper OR peer.rolcreatedb),
      'mutesLogging', admin.rolsuper OR (${mutesLogging}),
      'readsVerifiers', pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT'),
      'readsSystemIdentifier', pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'))
    FROM pg_catalog.pg_roles AS admin WHERE admin.rolname = current_user) AS admin`;
}

/** Sessions, but for those that a serving surface keeps. */
const sessionsBy = (
  of: 'usesysid' | 'datid',
) => `(SELECT ${of}, pg_catalog.count(*) AS count FROM pg_catalog.pg_stat_get_activity(NULL)
                WHERE application_name <> ${literal(keptApplicationName)} GROUP BY ${of}) AS sessions`;

/**
 * Whether `admin` may alter `role`: from 16 on CREATEROLE alone does not reach others' roles; before that it did not reach roles
 * with REPLICATION. https://www.postgresql.org/docs/16/role-attributes.html
 */
export function mayAlter(versionNum: number): string {
  const reaches =
    versionNum >= 160000
      ? `EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge
                  WHERE edge.roleid = role.oid AND edge.admin_option AND pg_catalog.pg_has_role(edge.member, 'USAGE'))`
      : 'NOT role.rolreplication';
  return `(admin.rolsuper OR (admin.rolcreaterole AND NOT role.rolsuper AND ${reaches}))`;
}

/** The server, the admin, the roles and databases that are named or carry the mark. */
export function clusterQuery(versionNum: number): string {
  // Membership of pg_database_owner is another in each database; memberships of most roles are none.
  const isMember = `NOT role.rolsuper
                    AND EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge WHERE edge.member = role.oid)`;
  return `${serverQuery(versionNum)},
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'canLogin', role.rolcanlogin,
      'isSuperuser', role.rolsuper,
      'createsRoles', role.rolcreaterole,
      'createsDatabases', role.rolcreatedb,
      'replicates', role.rolreplication,
      'bypassesRowSecurity', role.rolbypassrls,
      'hasExpired', coalesce(role.rolvaliduntil < pg_catalog.now(), false),
      'connectionLimit', role.rolconnlimit,
      'comment', note.description,
      'memberOf', CASE WHEN ${isMember} THEN
                    (SELECT coalesce(pg_catalog.json_agg(other.rolname ORDER BY other.rolname), '[]')
                       FROM pg_catalog.pg_roles AS other
                      WHERE other.oid <> role.oid AND other.rolname <> 'pg_database_owner'
                        AND pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER')) ELSE '[]' END,
      'powerfulGroups', CASE WHEN ${isMember} THEN
                    (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', other.rolname, 'power',
                           CASE WHEN other.rolsuper THEN 'is a superuser'
                                WHEN other.rolcreaterole THEN 'has CREATEROLE'
                                WHEN other.rolcreatedb THEN 'has CREATEDB'
                                WHEN other.rolreplication THEN 'has REPLICATION'
                                ELSE 'has BYPASSRLS' END) ORDER BY other.rolname), '[]')
                     FROM pg_catalog.pg_roles AS other
                    WHERE other.oid <> role.oid AND pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER')
                      AND (other.rolsuper OR other.rolcreaterole OR other.rolcreatedb OR other.rolreplication OR other.rolbypassrls)) ELSE '[]' END,
      'powerfulGrants', CASE WHEN ${isMember} THEN
                    (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                         'group', via.rolname, 'grantor', pg_catalog.pg_get_userbyid(edge.grantor)) ORDER BY via.rolname), '[]')
                       FROM pg_catalog.pg_auth_members AS edge
                       JOIN pg_catalog.pg_roles AS via ON via.oid = edge.roleid
                      WHERE edge.member = role.oid AND EXISTS (
                        SELECT FROM pg_catalog.pg_roles AS other
                         WHERE pg_catalog.pg_has_role(via.oid, other.oid, 'MEMBER') AND other.rolname <> 'pg_database_owner'
                           AND (other.rolsuper OR other.rolcreaterole OR other.rolcreatedb OR other.rolreplication
                                OR other.rolbypassrls OR other.rolname ~ '^pg_'::pg_catalog.text))) ELSE '[]' END,
      'inherits', CASE WHEN ${isMember} THEN
                    (SELECT coalesce(pg_catalog.json_agg(other.rolname ORDER BY other.rolname), '[]')
                       FROM pg_catalog.pg_roles AS other
                      WHERE other.oid <> role.oid AND other.rolname <> 'pg_database_owner'
                        AND pg_catalog.pg_has_role(role.oid, other.oid, 'USAGE')) ELSE '[]' END,
      'ownsDatabases', (SELECT coalesce(pg_catalog.json_agg(owned.datname ORDER BY owned.datname), '[]')
                          FROM pg_catalog.pg_database AS owned WHERE owned.datdba = role.oid),
      'adminMayAlter', ${mayAlter(versionNum)},
      'connections', coalesce(sessions.count, 0)
    ) ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role
    JOIN pg_catalog.pg_roles AS admin ON admin.rolname = current_user
    LEFT JOIN pg_catalog.pg_shdescription AS note
      ON note.objoid = role.oid AND note.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid
    LEFT JOIN ${sessionsBy('usesysid')} ON sessions.usesysid = role.oid
   WHERE role.rolname = ANY ($1::pg_catalog.text[])
      OR $3 = ANY (pg_catalog.string_to_array(pg_catalog.replace(note.description, E'\\r', ''), E'\\n'))) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'owner', pg_catalog.pg_get_userbyid(database.datdba),
      'adminActsAsOwner', pg_catalog.pg_has_role(database.datdba, 'USAGE'),
      'adminMayConnect', pg_catalog.has_database_privilege(database.oid, 'CONNECT'),
      'encoding', pg_catalog.pg_encoding_to_char(database.encoding),
      'allowsConnections', database.datallowconn,
      'connectionLimit', database.datconnlimit,
      'comment', note.description,
      'connections', coalesce(sessions.count, 0),
      'sizeBytes', CASE WHEN $4::boolean AND database.datconnlimit <> -2
                         AND pg_catalog.has_database_privilege(database.oid, 'CONNECT')
                        THEN pg_catalog.pg_database_size(database.oid) END,
      'acl', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
                  CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
                  pg_catalog.pg_get_userbyid(entry.grantor), entry.privilege_type, entry.is_grantable)
                ORDER BY entry.grantee, entry.grantor, entry.privilege_type), '[]')
                FROM pg_catalog.aclexplode(coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))) AS entry)
    ) ORDER BY database.datname), '[]')
    FROM pg_catalog.pg_database AS database
    LEFT JOIN pg_catalog.pg_shdescription AS note
      ON note.objoid = database.oid AND note.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid
    LEFT JOIN ${sessionsBy('datid')} ON sessions.datid = database.oid
   WHERE database.datname = ANY ($2::pg_catalog.text[])
      OR $3 = ANY (pg_catalog.string_to_array(pg_catalog.replace(note.description, E'\\r', ''), E'\\n'))) AS databases`;
}

/** Needs SELECT on pg_authid.rolpassword. $1 role names. */
export const verifierQuery = `
SELECT authid.rolname AS name, authid.rolpassword AS verifier
  FROM pg_catalog.pg_authid AS authid
 WHERE authid.rolname = ANY ($1::pg_catalog.text[])
 ORDER BY authid.rolname`;

/** Needs EXECUTE on pg_control_system. */
export const systemIdentifierQuery = `
SELECT control.system_identifier::pg_catalog.text AS "systemIdentifier" FROM pg_catalog.pg_control_system() AS control`;
