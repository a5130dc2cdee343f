// Strangers at declared schemas. Asked by a service after its login, and only where there may be one: planning it takes
// the server as long as half of what every login asks.

/** Who owns and may create in the schemas $1; $2 the admin role's name; $3 the roles that are declared for this database. */
export const declaredSchemasQuery = `
SELECT (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', schema.nspname, 'owner', owner.rolname,
      'isStrange', NOT (owner.rolname = $2::pg_catalog.name OR owner.rolname = 'pg_database_owner' OR owner.rolsuper
        OR owner.rolcreatedb OR EXISTS (SELECT FROM pg_catalog.pg_database AS here
                                         WHERE here.datname = pg_catalog.current_database() AND here.datdba = owner.oid)
        -- A superuser may act as anybody, strangers among them.
        OR EXISTS (SELECT FROM pg_catalog.pg_roles AS admin
                    WHERE admin.rolname = $2::pg_catalog.name AND NOT admin.rolsuper
                      AND pg_catalog.pg_has_role(admin.oid, owner.oid, 'USAGE'))),
      'creators', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', grantee.rolname,
              'grantor', pg_catalog.pg_get_userbyid(entry.grantor)) ORDER BY grantee.rolname, entry.grantor), '[]')
          FROM pg_catalog.aclexplode(schema.nspacl) AS entry
          JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = entry.grantee
         WHERE entry.privilege_type = 'CREATE' AND entry.grantee <> schema.nspowner AND grantee.rolname <> $2::pg_catalog.name
           -- What services have through a group is told of the services.
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS service
                            WHERE service.rolname = ANY ($3::pg_catalog.text[])
                              AND pg_catalog.pg_has_role(service.oid, grantee.oid, 'USAGE')))) ORDER BY schema.nspname), '[]')
     FROM pg_catalog.pg_namespace AS schema
     JOIN pg_catalog.pg_roles AS owner ON owner.oid = schema.nspowner
    WHERE schema.nspname = ANY ($1::pg_catalog.text[])) AS "declaredSchemas"`;

export interface DeclaredSchema {
  readonly name: string;
  readonly owner: string;
  /** The owner is neither the admin, nor one that it acts as, nor a superuser or a role with CREATEDB. */
  readonly isStrange: boolean;
  /** Roles with CREATE that no declared role acts as. */
  readonly creators: readonly { readonly name: string; readonly grantor: string }[];
}
