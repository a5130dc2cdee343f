// One database's catalogs in one round trip, whatever the number of schemas and roles. A new session plans each part at
// some cost, so each catalog is read once, and only by who looks at it.
// https://www.postgresql.org/docs/current/catalog-pg-namespace.html
import { carriesMark } from './leftovers-query.ts';

/**
 * The schemas $1 and those with the deployment's mark $2, in the order of their names. 2615 is pg_namespace; a join, since
 * a subquery would be planned by itself.
 */
const schemas = `
  SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', schema.nspname,
      'owner', pg_catalog.pg_get_userbyid(schema.nspowner),
      'adminActsAsOwner', pg_catalog.pg_has_role(schema.nspowner, 'USAGE'),
      'isMarked', coalesce(${carriesMark('note.description', '$2')}, false),
      'acl', coalesce(schema.nspacl, pg_catalog.acldefault('n', schema.nspowner))::pg_catalog.text
    ) ORDER BY schema.nspname), '[]')
    FROM pg_catalog.pg_namespace AS schema
    LEFT JOIN pg_catalog.pg_description AS note
      ON note.objoid = schema.oid AND note.classoid = '2615'::pg_catalog.oid AND note.objsubid = 0
   WHERE schema.nspname = ANY ($1::pg_catalog.text[]) OR ${carriesMark('note.description', '$2')}`;

/** Both are empty catalogs in most databases: tables with row security and without any policy are not looked for. */
export const insideQuery = `
SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "adminMayCreateSchemas",
  (${schemas}) AS schemas,
  EXISTS (SELECT FROM pg_catalog.pg_event_trigger) OR EXISTS (SELECT FROM pg_catalog.pg_policy) AS "hasObstacles"`;
