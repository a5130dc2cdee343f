// What the server's shared catalogs say of declared roles and databases that decides whether services can log in, and
// who else can. One statement, for any admin. $1 role names, $2 database names.
import { mayHaveGrants } from './grants-query.ts';
import { isPowerful, powersOfOthers } from './powerful.ts';

/** When the server was started, to the microsecond: no two servers that run at the same time have the same. */
export const startedAt = `pg_catalog.to_char(pg_catalog.timezone('UTC'::pg_catalog.text, pg_catalog.pg_postmaster_start_time()),
    'YYYY-MM-DD HH24:MI:SS.US'::pg_catalog.text)`;

export function declaredQuery(versionNum: number): string {
  // From 16 on a membership may be one that lets its member only pass it on, which whoever made a role has.
  // https://www.postgresql.org/docs/16/role-membership.html
  const lets = versionNum >= 160000 ? '(edge.inherit_option OR edge.set_option)' : 'true';
  // Before 16 whoever may revoke a membership takes it whoever granted it.
  const grantor = (edge: string) =>
    versionNum >= 160000
      ? `CASE WHEN ${edge}.grantor <> 10::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(${edge}.grantor) END`
      : 'NULL';
  const members = (
    which: string,
  ) => `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', member.rolname,
                             'grantor', ${grantor('edge')}) ORDER BY member.rolname, edge.grantor), '[]')
                    FROM pg_catalog.pg_auth_members AS edge
                    JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member
                   WHERE edge.roleid = role.oid AND NOT member.rolsuper AND member.rolname <> current_user AND ${which})`;
  // Who made a role has it. Who makes roles and owns a database that is looked at was its admin before.
  const isAdmin = `edge.admin_option AND NOT ${lets}
                     AND NOT (member.rolcreaterole AND EXISTS (SELECT FROM pg_catalog.pg_database AS database
                          WHERE database.datdba = member.oid AND database.datname = ANY ($2::pg_catalog.text[])))
                     AND ((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
                          OR NOT pg_catalog.pg_has_role(member.oid, 'MEMBER'))`;
  return `
SELECT ${startedAt} AS "startedAt", pg_catalog.current_database() AS database,
  ${versionNum >= 150000 ? 'EXISTS (SELECT FROM pg_catalog.pg_parameter_acl)' : 'false'} AS "hasParameters",
  ${powersOfOthers(versionNum, grantor('edge'))} AS powers,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'canLogin', role.rolcanlogin,
      'validUntil', CASE WHEN pg_catalog.isfinite(role.rolvaliduntil) THEN
         pg_catalog.to_char(pg_catalog.timezone('UTC'::pg_catalog.text, role.rolvaliduntil), 'YYYY-MM-DD HH24:MI'::pg_catalog.text) END,
      'hasExpired', coalesce(role.rolvaliduntil < pg_catalog.now(), false),
      'expiresSoon', coalesce(role.rolvaliduntil < pg_catalog.now() + '14 days'::pg_catalog.interval, false),
      'connectionLimit', role.rolconnlimit,
      'connections', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                       WHERE session.usesysid = role.oid),
      'members', ${members(lets)},
      'admins', ${members(isAdmin)},
      'passesOn', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('group', other.rolname, 'holder', holder.rolname,
                             'grantor', ${grantor('edge')}, 'isMember', ${lets}) ORDER BY other.rolname, holder.rolname, edge.grantor), '[]')
                     FROM pg_catalog.pg_auth_members AS edge
                     JOIN pg_catalog.pg_roles AS other ON other.oid = edge.roleid
                     JOIN pg_catalog.pg_roles AS holder ON holder.oid = edge.member
                    WHERE edge.admin_option AND NOT role.rolsuper AND NOT (${isPowerful})
                      AND (holder.oid = role.oid
                           OR (holder.rolname <> ALL ($1::pg_catalog.text[]) AND pg_catalog.pg_has_role(role.oid, holder.oid, 'MEMBER')))),
      'mayConnect', pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'CONNECT'),
      'mayHaveGrants', pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'CONNECT')
        AND (${mayHaveGrants('role.oid', 'edge.roleid <> role.oid')})
    ) ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role WHERE role.rolname = ANY ($1::pg_catalog.text[])) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'allowsConnections', database.datallowconn,
      'isTemplate', database.datistemplate,
      'connectionLimit', database.datconnlimit,
      'connections', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                       WHERE session.datid = database.oid),
      'others', (SELECT coalesce(pg_catalog.json_agg(DISTINCT grantee.rolname), '[]')
                   FROM pg_catalog.aclexplode(database.datacl) AS entry
                   JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = entry.grantee
                  WHERE entry.privilege_type = 'CONNECT' AND entry.grantee <> database.datdba AND NOT grantee.rolsuper
                    AND grantee.rolname <> current_user AND grantee.rolname <> ALL ($1::pg_catalog.text[])),
      'creators', (SELECT coalesce(pg_catalog.json_agg(DISTINCT grantee.rolname), '[]')
                   FROM pg_catalog.aclexplode(database.datacl) AS entry
                   JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = entry.grantee
                  WHERE entry.privilege_type = 'CREATE' AND entry.grantee <> database.datdba AND NOT grantee.rolsuper
                    AND grantee.rolname <> current_user AND grantee.rolname <> ALL ($1::pg_catalog.text[])),
      'strangeOwner', (SELECT pg_catalog.json_build_object('name', owner.rolname, 'admin', current_user)
                         FROM pg_catalog.pg_roles AS owner
                        WHERE owner.oid = database.datdba AND NOT owner.rolsuper AND NOT owner.rolcreatedb
                          AND owner.rolname <> current_user
                          AND ((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
                               OR NOT pg_catalog.pg_has_role(owner.oid, 'USAGE')))
    ) ORDER BY database.datname), '[]')
    FROM pg_catalog.pg_database AS database WHERE database.datname = ANY ($2::pg_catalog.text[])) AS databases,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'role', role.rolname, 'database', database.datname, 'settings', stored.setconfig)), '[]')
    FROM pg_catalog.pg_db_role_setting AS stored
    LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = stored.setrole
    LEFT JOIN pg_catalog.pg_database AS database ON database.oid = stored.setdatabase
   WHERE (stored.setrole = 0::pg_catalog.oid OR role.rolname = ANY ($1::pg_catalog.text[]))
     AND (stored.setdatabase = 0::pg_catalog.oid OR database.datname = ANY ($2::pg_catalog.text[]))) AS settings`;
}
