// Which roles no service may act as.

/** Of pg_roles as `other`: may what a service must not. */
export const isPowerful = `(other.rolsuper OR other.rolcreaterole OR other.rolcreatedb OR other.rolreplication OR other.rolbypassrls
              OR other.rolname ~ '^pg_'::pg_catalog.text) AND other.rolname <> 'pg_database_owner'`;
