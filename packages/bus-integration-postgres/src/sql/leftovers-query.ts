// What carries a deployment's mark and is not declared. For any admin.
// https://www.postgresql.org/docs/current/catalog-pg-shdepend.html

/** Whether the comment `note` has the line that is the parameter. */
export function carriesMark(note: string, parameter: string): string {
  return `${parameter} = ANY (pg_catalog.string_to_array(pg_catalog.replace(${note}, E'\\r', ''), E'\\n'))`;
}

/**
 * Whether a role or database carries the mark $1 beside the roles $2 and the databases $3: planning what follows takes the
 * server ten times as long. 1260 is pg_authid, 1262 pg_database.
 */
export const hasRemainsQuery = `
SELECT EXISTS (SELECT FROM pg_catalog.pg_shdescription AS note
    LEFT JOIN pg_catalog.pg_database AS database
      ON note.classoid = '1262'::pg_catalog.oid AND database.oid = note.objoid
   WHERE ${carriesMark('note.description', '$1')}
     AND (database.datname <> ALL ($3::pg_catalog.text[])
       OR (note.classoid = '1260'::pg_catalog.oid
         AND pg_catalog.pg_get_userbyid(note.objoid) <> ALL ($2::pg_catalog.text[])))) AS "hasRemains"`;

/**
 * Roles and databases with the mark $1, without the roles $2 and the databases $3: of each role the databases that hold
 * something of it, whether something that all databases share does, and whose objects it has rights on. Of the roles $4
 * and the databases $5 those that exist; of the roles $6, whether the admin may act as them.
 *
 * What belongs to a role of the server's own has no owner in pg_shdepend. That is the first superuser (10), or, of schema
 * public, pg_database_owner: the database's owner. A policy's owner is its table's, which only its database tells.
 */
export function leftoversQuery(versionNum: number): string {
  // https://www.postgresql.org/docs/16/role-attributes.html: from 16 on CREATEROLE alone does not reach others' roles.
  const mayGrant = (role: string) =>
    `admin.rolsuper OR (admin.rolcreaterole AND NOT ${role}.rolsuper AND ${
      versionNum >= 160000
        ? `EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge
                    WHERE edge.roleid = ${role}.oid AND edge.admin_option AND pg_catalog.pg_has_role(edge.member, 'USAGE'))`
        : 'true'
    })`;
  const serversOwn = `CASE WHEN ${versionNum >= 150000} AND held.objid = 2200::pg_catalog.oid
          AND held.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid
        THEN database.datdba ELSE 10::pg_catalog.oid END`;
  return `
SELECT
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'owner', pg_catalog.pg_get_userbyid(database.datdba),
      'adminActsAsOwner', pg_catalog.pg_has_role(database.datdba, 'USAGE'),
      'sessions', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                    WHERE session.datid = database.oid AND session.pid <> pg_catalog.pg_backend_pid()),
      -- A superuser may act as anybody, strangers among them: there a membership counts.
      'isCredible', owner.rolsuper OR owner.oid = admin.oid OR CASE WHEN admin.rolsuper
        THEN EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge WHERE edge.roleid = owner.oid AND edge.member = admin.oid)
        ELSE pg_catalog.pg_has_role(owner.oid, 'USAGE') END) ORDER BY database.datname), '[]')
    FROM pg_catalog.pg_database AS database
    JOIN pg_catalog.pg_roles AS owner ON owner.oid = database.datdba
    JOIN pg_catalog.pg_roles AS admin ON admin.rolname = current_user
    JOIN pg_catalog.pg_shdescription AS note
      ON note.objoid = database.oid AND note.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid
   WHERE database.datname <> ALL ($3::pg_catalog.text[]) AND ${carriesMark('note.description', '$1')}) AS databases,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'adminMayGrant', ${mayGrant('role')},
      'sessions', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                    WHERE session.usesysid = role.oid),
      'databases', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                        'name', database.datname,
                        'allowsConnections', database.datallowconn,
                        'adminMayConnect', pg_catalog.has_database_privilege(database.oid, 'CONNECT'))
                      ORDER BY database.datname), '[]')
                      FROM pg_catalog.pg_database AS database
                     WHERE EXISTS (SELECT FROM pg_catalog.pg_shdepend AS held
                       WHERE held.dbid = database.oid AND held.refobjid = role.oid
                       AND held.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid)),
      'ownsShared', EXISTS (SELECT FROM pg_catalog.pg_shdepend AS held
                     WHERE held.refobjid = role.oid AND held.dbid = 0::pg_catalog.oid AND held.deptype = 'o'
                       AND held.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid),
      'isInShared', EXISTS (SELECT FROM pg_catalog.pg_shdepend AS held
                     WHERE held.refobjid = role.oid AND held.dbid = 0::pg_catalog.oid
                       AND held.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid),
      'grantors', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                      'name', owner.rolname,
                      'adminMayGrant', ${mayGrant('owner')},
                      'adminActsAs', pg_catalog.pg_has_role(owner.oid, 'USAGE'),
                      'databases', granted.databases) ORDER BY owner.rolname), '[]')
                     FROM (SELECT coalesce(owned.refobjid, ${serversOwn}) AS owner,
                                  pg_catalog.json_agg(DISTINCT coalesce(database.datname, '')) AS databases
                             FROM pg_catalog.pg_shdepend AS held
                             LEFT JOIN pg_catalog.pg_shdepend AS owned
                               ON owned.dbid = held.dbid AND owned.classid = held.classid AND owned.objid = held.objid
                                  AND owned.deptype = 'o'
                             LEFT JOIN pg_catalog.pg_database AS database ON database.oid = held.dbid
                            WHERE held.refobjid = role.oid AND (held.deptype = 'a' OR held.deptype = 'r')
                              AND held.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid
                              AND held.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass::pg_catalog.oid
                              AND owned.refobjid IS DISTINCT FROM role.oid
                            GROUP BY 1) AS granted
                     JOIN pg_catalog.pg_roles AS owner ON owner.oid = granted.owner))
      ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role
    JOIN pg_catalog.pg_roles AS admin ON admin.rolname = current_user
    JOIN pg_catalog.pg_shdescription AS note
      ON note.objoid = role.oid AND note.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid
   WHERE role.rolname <> ALL ($2::pg_catalog.text[]) AND role.rolname <> current_user
     AND ${carriesMark('note.description', '$1')}) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'isOurs', coalesce(${carriesMark("pg_catalog.shobj_description(role.oid, 'pg_authid')", '$1')}, false))), '[]')
    FROM pg_catalog.pg_roles AS role WHERE role.rolname = ANY ($4::pg_catalog.text[])) AS "namedRoles",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', heir.rolname,
      'adminMayGrant', ${mayGrant('heir')},
      'adminActsAs', pg_catalog.pg_has_role(heir.oid, 'USAGE'))), '[]')
    FROM pg_catalog.pg_roles AS heir
    JOIN pg_catalog.pg_roles AS admin ON admin.rolname = current_user
   WHERE heir.rolname = ANY ($6::pg_catalog.text[])) AS heirs,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'isOurs', coalesce(${carriesMark("pg_catalog.shobj_description(database.oid, 'pg_database')", '$1')}, false))), '[]')
    FROM pg_catalog.pg_database AS database WHERE database.datname = ANY ($5::pg_catalog.text[])) AS "namedDatabases"`;
}

/** A schema with the deployment's mark, declared or not. */
export interface MarkedSchema {
  readonly name: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
}
