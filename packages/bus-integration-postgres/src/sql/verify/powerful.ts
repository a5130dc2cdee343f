// Which roles no service may act as, and which others act as the server whatever was granted.

/** Of pg_roles as `other`: may what a service must not. */
export const isPowerful = `(other.rolsuper OR other.rolcreaterole OR other.rolcreatedb OR other.rolreplication OR other.rolbypassrls
              OR other.rolname ~ '^pg_'::pg_catalog.text) AND other.rolname <> 'pg_database_owner'`;

/** Its members run programs, or write files, as the server's own user, or read all of its files. */
const ofServer = "'pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'";

/** More rows are not read. */
const mostOthers = 200;

/**
 * Logins beside the roles $1, the admin and superusers that get at everything: members of those predefined roles, and before
 * 16 who may make roles, since that makes itself a member of any role but a superuser.
 * https://www.postgresql.org/docs/current/predefined-roles.html, https://www.postgresql.org/docs/15/role-attributes.html
 *
 * @param grantor of an `edge`, as SQL
 */
export function powersOfOthers(versionNum: number, grantor: string): string {
  return `(SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.name, found.power), '[]')
     FROM (SELECT role.rolname AS name, other.rolname AS power, pg_catalog.json_build_object(
                    'name', role.rolname, 'power', other.rolname, 'isItself', other.oid = role.oid,
                    'edges', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', joined.rolname, 'grantor', ${grantor})
                                       ORDER BY joined.rolname, edge.grantor), '[]')
                                FROM pg_catalog.pg_auth_members AS edge JOIN pg_catalog.pg_roles AS joined ON joined.oid = edge.roleid
                               WHERE edge.member = role.oid AND pg_catalog.pg_has_role(joined.oid, other.oid, 'MEMBER'))) AS told
             FROM pg_catalog.pg_roles AS other
             JOIN pg_catalog.pg_roles AS role ON pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER')
            WHERE (other.rolname IN (${ofServer})${versionNum < 160000 ? ' OR (other.rolcreaterole AND NOT other.rolsuper)' : ''})
              AND role.rolcanlogin AND NOT role.rolsuper AND role.rolname <> current_user
              AND role.rolname <> ALL ($1::pg_catalog.text[])
              AND EXISTS (SELECT FROM pg_catalog.pg_database AS database
                           WHERE database.datallowconn AND pg_catalog.has_database_privilege(role.oid, database.oid, 'CONNECT'))
            ORDER BY role.rolname, other.rolname LIMIT ${mostOthers}) AS found)`;
}
