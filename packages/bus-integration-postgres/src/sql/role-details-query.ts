// What the cluster's catalogs say of roles, their memberships and settings beyond what every run reads, in one row.
// $1 role names, $2 database names, $3 names of settings in lower case.
// https://www.postgresql.org/docs/current/catalog-pg-auth-members.html
import { aclOf } from './objects-query.ts';

/** Who was granted something on parameters; the catalog came with 15. */
export function parameterGrantsQuery(versionNum: number): string {
  if (versionNum < 150000) return `(SELECT '[]'::pg_catalog.json)`;
  return `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', parameter.parname,
      'owner', pg_catalog.pg_get_userbyid(10::pg_catalog.oid),
      'acl', ${aclOf('parameter.paracl', `'p'`, '10::pg_catalog.oid')}
    ) ORDER BY parameter.parname), '[]')
    FROM pg_catalog.pg_parameter_acl AS parameter)`;
}

/**
 * The roles that are named, or own something in the databases that are named; all memberships of named roles, in them,
 * and of the admin; the settings that are named.
 *
 * The role that a GRANT of a role is recorded as: a superuser's as the bootstrap superuser's, that of a role with ADMIN as its own,
 * else as that of a group with ADMIN whose privileges it has. Before 16 a role has one membership in a group, whoever gave
 * it, and INHERIT is an attribute of the member.
 */
export function roleDetailsQuery(versionNum: number): string {
  const isNew = versionNum >= 160000;
  const grantor = isNew
    ? `CASE WHEN admin.rolsuper THEN pg_catalog.pg_get_userbyid(10::pg_catalog.oid)
            ELSE (SELECT holder.rolname
                    FROM pg_catalog.pg_auth_members AS edge
                    JOIN pg_catalog.pg_roles AS holder ON holder.oid = edge.member
                   WHERE edge.roleid = role.oid AND edge.admin_option AND pg_catalog.pg_has_role(edge.member, 'USAGE')
                   ORDER BY holder.oid <> admin.oid, holder.rolname LIMIT 1) END`
    : `CASE WHEN admin.rolsuper OR (admin.rolcreaterole AND NOT role.rolsuper)
              OR pg_catalog.pg_has_role(role.oid, 'MEMBER WITH ADMIN OPTION') THEN admin.rolname END`;
  const maySet =
    versionNum >= 150000 ? `pg_catalog.has_parameter_privilege(wanted.name, 'SET')` : `(SELECT rolsuper FROM admin)`;
  return `
WITH admin AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname = current_user),
named AS (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ANY ($1::pg_catalog.text[])),
places AS (SELECT oid, datname FROM pg_catalog.pg_database WHERE datname = ANY ($2::pg_catalog.text[]))
SELECT
  (SELECT pg_catalog.json_build_object(
      'inherits', admin.rolinherit,
      'replicates', admin.rolsuper OR admin.rolreplication,
      'bypassesRowSecurity', admin.rolsuper OR admin.rolbypassrls) FROM admin) AS admin,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'inherits', role.rolinherit,
      'validUntil', CASE WHEN pg_catalog.isfinite(role.rolvaliduntil) THEN
          pg_catalog.to_char(pg_catalog.timezone('UTC', role.rolvaliduntil), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        ELSE role.rolvaliduntil::pg_catalog.text END,
      'adminHasRights', pg_catalog.pg_has_role(role.oid, 'USAGE'),
      'adminMaySet', pg_catalog.pg_has_role(role.oid, '${isNew ? 'SET' : 'MEMBER'}'),
      'grantor', ${grantor},
      'groups', CASE WHEN role.rolsuper OR role.rolname = 'pg_database_owner' THEN '[]'
                  WHEN EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge WHERE edge.member = role.oid) THEN
                (SELECT pg_catalog.json_agg(other.rolname ORDER BY other.rolname)
                   FROM pg_catalog.pg_roles AS other
                  WHERE NOT other.rolsuper AND other.rolname <> 'pg_database_owner'
                    AND pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER'))
                  ELSE pg_catalog.json_build_array(role.rolname) END
    ) ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role CROSS JOIN admin
   WHERE role.oid IN (SELECT oid FROM named)
      OR role.oid IN (SELECT owned.refobjid FROM pg_catalog.pg_shdepend AS owned
                       WHERE owned.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid
                         AND owned.deptype = 'o' AND owned.dbid IN (SELECT oid FROM places))) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'group', pg_catalog.pg_get_userbyid(edge.roleid),
      'member', member.rolname,
      'grantor', grantor.rolname,
      'admin', edge.admin_option,
      'inherit', ${isNew ? 'edge.inherit_option' : 'member.rolinherit'},
      'set', ${isNew ? 'edge.set_option' : 'true'}
    ) ORDER BY edge.roleid, edge.member, edge.grantor), '[]')
    FROM pg_catalog.pg_auth_members AS edge
    JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member
    LEFT JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = edge.grantor
   WHERE edge.roleid IN (SELECT oid FROM named) OR edge.member IN (SELECT oid FROM named)
      OR edge.member IN (SELECT oid FROM admin)) AS edges,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'role', role.rolname, 'database', places.datname, 'items', stored.setconfig
    ) ORDER BY role.rolname, places.datname), '[]')
    FROM pg_catalog.pg_db_role_setting AS stored
    LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = stored.setrole
    LEFT JOIN places ON places.oid = stored.setdatabase
   WHERE (stored.setrole IN (SELECT oid FROM named) AND stored.setdatabase IN (SELECT 0::pg_catalog.oid UNION ALL SELECT oid FROM places))
      OR (stored.setrole = 0::pg_catalog.oid AND stored.setdatabase IN (SELECT oid FROM places))) AS settings,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', wanted.name,
      'adminMaySet', ${maySet},
      'type', known.vartype,
      'unit', known.unit,
      'context', known.context,
      'least', known.min_val,
      'most', known.max_val,
      'words', known.enumvals
    ) ORDER BY wanted.name), '[]')
    FROM pg_catalog.unnest($3::pg_catalog.text[]) AS wanted(name)
    LEFT JOIN pg_catalog.pg_settings AS known ON pg_catalog.lower(known.name) = wanted.name) AS parameters,
  ${parameterGrantsQuery(versionNum)} AS "parameterGrants"`;
}
