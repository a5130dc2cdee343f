// What is still there of roles and databases that are to be retired, in one row of the cluster's shared catalogs, and what
// of such roles a database holds. For any admin.
// https://www.postgresql.org/docs/current/catalog-pg-shdepend.html
import { keptApplicationName } from '../text/application-names.ts';
import { literal } from '../text/sql-text.ts';
import { carriesMark } from './leftovers-query.ts';
import { mostNamed, ownedThings } from './strays-query.ts';

const authid = `'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid`;
/** What its owner takes along: nothing that a new owner could have. */
const notOwned = `held.classid IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass::pg_catalog.oid,
                                   'pg_catalog.pg_user_mapping'::pg_catalog.regclass::pg_catalog.oid)`;

/**
 * Of the roles $1 that exist: the databases in which something depends on them, what of it they own, what they own and
 * have rights on that all databases share, and who owns what they have rights on. Of the databases $2 that exist: whose
 * sessions are in them. $3 is the deployment's mark.
 *
 * What belongs to a role of the server's own has no owner in pg_shdepend. That is the first superuser (10), or, of schema
 * public from 15 on, the database's owner.
 */
export function retiredQuery(versionNum: number): string {
  const serversOwn = `CASE WHEN ${versionNum >= 150000} AND held.objid = 2200::pg_catalog.oid
          AND held.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid
        THEN place.datdba ELSE 10::pg_catalog.oid END`;
  return `
SELECT
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'places', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                     'database', place.datname,
                     'comment', pg_catalog.shobj_description(place.oid, 'pg_database'),
                     'allowsConnections', place.datallowconn,
                     'adminMayConnect', pg_catalog.has_database_privilege(place.oid, 'CONNECT'),
                     'owns', dependent.owns) ORDER BY place.datname), '[]')
                   FROM (SELECT held.dbid, pg_catalog.count(*) FILTER (WHERE held.deptype = 'o' AND NOT ${notOwned}) AS owns
                           FROM pg_catalog.pg_shdepend AS held
                          WHERE held.refobjid = role.oid AND held.refclassid = ${authid}
                          GROUP BY held.dbid) AS dependent
                   JOIN pg_catalog.pg_database AS place ON place.oid = dependent.dbid),
      'ownsDatabases', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                            'name', owned.datname,
                            'isOurs', coalesce(${carriesMark("pg_catalog.shobj_description(owned.oid, 'pg_database')", '$3')}, false))
                          ORDER BY owned.datname), '[]')
                          FROM pg_catalog.pg_database AS owned WHERE owned.datdba = role.oid),
      'ownsTablespaces', (SELECT coalesce(pg_catalog.json_agg(space.spcname ORDER BY space.spcname), '[]')
                            FROM pg_catalog.pg_tablespace AS space WHERE space.spcowner = role.oid),
      'isInShared', EXISTS (SELECT FROM pg_catalog.pg_shdepend AS held
                             WHERE held.refobjid = role.oid AND held.dbid = 0::pg_catalog.oid AND held.refclassid = ${authid}),
      'members', (SELECT coalesce(pg_catalog.json_agg(DISTINCT member.rolname), '[]')
                    FROM pg_catalog.pg_auth_members AS edge
                    JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member
                   WHERE edge.roleid = role.oid AND member.rolname <> current_user),
      'given', (SELECT coalesce(pg_catalog.json_agg(DISTINCT given.text), '[]') FROM (
                  SELECT pg_catalog.format('%s on database %I to %s', entry.privilege_type, granted.datname,
                           CASE WHEN entry.grantee = 0::pg_catalog.oid THEN 'PUBLIC'
                                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(entry.grantee)) END) AS text
                    FROM pg_catalog.pg_database AS granted CROSS JOIN LATERAL pg_catalog.aclexplode(granted.datacl) AS entry
                   WHERE entry.grantor = role.oid AND entry.grantee <> role.oid AND granted.datdba <> role.oid
                   UNION ALL
                  SELECT pg_catalog.format('membership of %I in %I', pg_catalog.pg_get_userbyid(edge.member),
                           pg_catalog.pg_get_userbyid(edge.roleid))
                    FROM pg_catalog.pg_auth_members AS edge
                   WHERE edge.grantor = role.oid AND ${versionNum >= 160000}) AS given),
      'grantors', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                       'name', owner.rolname,
                       'isSuperuser', owner.rolsuper,
                       'databases', granted.databases) ORDER BY owner.rolname), '[]')
                     FROM (SELECT coalesce(owned.refobjid, ${serversOwn}) AS owner,
                                  pg_catalog.json_agg(DISTINCT coalesce(place.datname, '')) AS databases
                             FROM pg_catalog.pg_shdepend AS held
                             LEFT JOIN pg_catalog.pg_shdepend AS owned
                               ON owned.dbid = held.dbid AND owned.classid = held.classid AND owned.objid = held.objid
                                  AND owned.deptype = 'o'
                             LEFT JOIN pg_catalog.pg_database AS place ON place.oid = held.dbid
                            WHERE held.refobjid = role.oid AND held.deptype = 'a' AND held.refclassid = ${authid}
                              AND held.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass::pg_catalog.oid
                              AND NOT ${notOwned}
                              AND owned.refobjid IS DISTINCT FROM role.oid
                            GROUP BY 1) AS granted
                     JOIN pg_catalog.pg_roles AS owner ON owner.oid = granted.owner))
      ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role
   WHERE role.rolname = ANY ($1::pg_catalog.text[])) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', gone.datname,
      'oid', gone.oid::pg_catalog.text,
      'isTemplate', gone.datistemplate,
      'sessions', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('role', counted.role, 'count', counted.count)
                     ORDER BY counted.role), '[]')
                     FROM (SELECT pg_catalog.pg_get_userbyid(session.usesysid) AS role, pg_catalog.count(*) AS count
                             FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                            WHERE session.datid = gone.oid AND session.usesysid IS NOT NULL
                              AND session.application_name <> ${literal(keptApplicationName)}
                            GROUP BY 1) AS counted)) ORDER BY gone.datname), '[]')
    FROM pg_catalog.pg_database AS gone
   WHERE gone.datname = ANY ($2::pg_catalog.text[])) AS databases`;
}

/**
 * What the current database holds of the roles $1: what they own, by its kind; the policies that are for such a role alone,
 * and what they granted of others' things, which DROP OWNED takes too. Of the schemas with things that only who may create
 * there may get: which of the roles $2 may. Of what runs with its owner's rights: the names.
 * https://www.postgresql.org/docs/current/sql-drop-owned.html
 */
export function heldQuery(versionNum: number): string {
  return `
WITH role AS (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname = ANY ($1::pg_catalog.text[])),
held AS (SELECT held.* FROM pg_catalog.pg_shdepend AS held
           JOIN pg_catalog.pg_database AS place ON place.oid = held.dbid AND place.datname = pg_catalog.current_database()
          WHERE held.refclassid = ${authid}),
definers AS (
  SELECT owned.owner, owned.type, pg_catalog.count(*) AS count,
         pg_catalog.json_agg((pg_catalog.pg_identify_object(owned.class, owned.oid, 0)).identity ORDER BY owned.oid) AS names
    FROM (${ownedThings(versionNum, (_, owner) => `${owner} IN (SELECT oid FROM role)`)}) AS owned
   WHERE owned.definer GROUP BY owned.owner, owned.type),
access AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS classid, oid AS objid, 0 AS objsubid, relacl AS acl
    FROM pg_catalog.pg_class WHERE relacl IS NOT NULL
   UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, attrelid, attnum::int, attacl
    FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL AND NOT attisdropped
   UNION ALL
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, oid, 0, proacl FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL
   UNION ALL
  SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid, oid, 0, nspacl
    FROM pg_catalog.pg_namespace WHERE nspacl IS NOT NULL
   UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, oid, 0, typacl FROM pg_catalog.pg_type WHERE typacl IS NOT NULL
   UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass::pg_catalog.oid, oid, 0, srvacl
    FROM pg_catalog.pg_foreign_server WHERE srvacl IS NOT NULL)
SELECT role.rolname AS role,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('type', counted.type, 'count', counted.count)
      ORDER BY counted.type), '[]')
     FROM (SELECT coalesce((pg_catalog.pg_identify_object(held.classid, held.objid, 0)).type, 'object') AS type,
                  pg_catalog.count(*) AS count
             FROM held WHERE held.refobjid = role.oid AND held.deptype = 'o' AND NOT ${notOwned} GROUP BY 1) AS counted) AS owned,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.pg_describe_object(held.classid, held.objid, 0)
      ORDER BY held.objid), '[]')
     FROM held WHERE held.refobjid = role.oid AND held.deptype = 'r'
      AND NOT EXISTS (SELECT FROM held AS other WHERE other.classid = held.classid AND other.objid = held.objid
                         AND other.deptype = 'r' AND other.refobjid <> role.oid)) AS policies,
  (SELECT coalesce(pg_catalog.json_agg(DISTINCT pg_catalog.format('%s on %s to %s', entry.privilege_type,
        pg_catalog.pg_describe_object(access.classid, access.objid, access.objsubid),
        CASE WHEN entry.grantee = 0::pg_catalog.oid THEN 'PUBLIC'
             ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(entry.grantee)) END)), '[]')
     FROM access CROSS JOIN LATERAL pg_catalog.aclexplode(access.acl) AS entry
    WHERE entry.grantor = role.oid AND entry.grantee <> role.oid
      AND EXISTS (SELECT FROM held WHERE held.refobjid = role.oid AND held.deptype = 'a' AND held.classid = access.classid
                     AND held.objid = access.objid AND held.objsubid = access.objsubid)
      AND NOT EXISTS (SELECT FROM held WHERE held.refobjid = role.oid AND held.deptype = 'o'
                         AND held.classid = access.classid AND held.objid = access.objid)) AS given,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', space.nspname,
      'owner', pg_catalog.pg_get_userbyid(CASE WHEN pg_catalog.pg_get_userbyid(space.nspowner) = 'pg_database_owner'
                 THEN place.datdba ELSE space.nspowner END),
      'creators', (SELECT coalesce(pg_catalog.json_agg(heir.rolname), '[]') FROM pg_catalog.pg_roles AS heir
                    WHERE heir.rolname = ANY ($2::pg_catalog.text[])
                      AND pg_catalog.has_schema_privilege(heir.oid, space.oid, 'CREATE'))) ORDER BY space.nspname), '[]')
     FROM pg_catalog.pg_namespace AS space
     JOIN pg_catalog.pg_database AS place ON place.datname = pg_catalog.current_database()
    WHERE pg_catalog.quote_ident(space.nspname) IN (
      SELECT (pg_catalog.pg_identify_object(held.classid, held.objid, 0)).schema FROM held
       WHERE held.refobjid = role.oid AND held.deptype = 'o' AND NOT ${notOwned}
         AND held.classid NOT IN ('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid,
                                  'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid))) AS schemas,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('type', definers.type, 'count', definers.count,
      'names', CASE WHEN definers.count <= ${mostNamed} THEN definers.names END) ORDER BY definers.type), '[]')
     FROM definers WHERE definers.owner = role.oid) AS "runsAsOwner",
  (SELECT pg_catalog.count(*)::int FROM held WHERE held.refobjid = role.oid AND held.deptype = 'o'
      AND held.classid = 'pg_catalog.pg_default_acl'::pg_catalog.regclass::pg_catalog.oid) AS "defaultPrivileges",
  (SELECT pg_catalog.count(*)::int FROM held WHERE held.refobjid = role.oid AND held.deptype = 'o'
      AND held.classid = 'pg_catalog.pg_user_mapping'::pg_catalog.regclass::pg_catalog.oid) AS "userMappings"
  FROM role ORDER BY role.rolname`;
}

/** Sessions of the roles $1, by role: in a transaction of its own each time, since a transaction sees them as it first did. */
export const sessionsQuery = `
SELECT pg_catalog.count(*)::int AS count
  FROM pg_catalog.pg_stat_get_activity(NULL) AS session
  JOIN pg_catalog.pg_roles AS role ON role.oid = session.usesysid
 WHERE role.rolname = ANY ($1::pg_catalog.text[])`;

/**
 * Ends the unused connections for reading that processes of ours keep in the database $1: those of this admin, which any
 * role may end of its own.
 */
export const endKeptQuery = `
SELECT pg_catalog.pg_terminate_backend(session.pid, '5000'::pg_catalog.int8)
  FROM pg_catalog.pg_stat_activity AS session
 WHERE session.datname = $1::pg_catalog.name AND session.application_name = ${literal(keptApplicationName)}
   AND session.usename = current_user AND session.state = 'idle'`;

/** What still depends on the role $1, wherever it is; what all databases share by its name. */
export const dependentsQuery = `
SELECT coalesce(place.datname, '') AS database,
  CASE WHEN held.dbid = 0::pg_catalog.oid
       THEN pg_catalog.string_agg(pg_catalog.pg_describe_object(held.classid, held.objid, held.objsubid), ', ') END AS shared,
  pg_catalog.count(*)::int AS count
  FROM pg_catalog.pg_shdepend AS held
  JOIN pg_catalog.pg_roles AS role ON role.oid = held.refobjid
  LEFT JOIN pg_catalog.pg_database AS place ON place.oid = held.dbid
 WHERE held.refclassid = ${authid} AND role.rolname = $1
   -- A membership that it was given or gave goes with it.
   AND held.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass::pg_catalog.oid
 GROUP BY held.dbid, place.datname
 ORDER BY 1`;
