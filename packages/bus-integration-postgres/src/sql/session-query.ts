// What is asked of a session of its own kind, where the server didn't report it at the login.

/** https://www.postgresql.org/docs/current/hot-standby.html */
export const attributesQuery = `
SELECT pg_catalog.pg_is_in_recovery() AS "isStandby",
       pg_catalog.current_setting('default_transaction_read_only')::boolean AS "isReadOnly"`;
