// The schemas that concern a service, as it sees them itself.
import { carriesMark } from '../leftovers-query.ts';

const isMarked = carriesMark('note.description', '$2');

/**
 * The schemas $1, those with the deployment's mark $2, and those in which this role may create: one scan, since each look
 * at a catalog is planned by itself. 2615 is pg_namespace.
 */
export const reachedSchemas = `
  SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', schema.nspname,
      'owner', pg_catalog.pg_get_userbyid(schema.nspowner),
      'isUsed', pg_catalog.has_schema_privilege(schema.oid, 'USAGE'),
      'isCreatedIn', pg_catalog.has_schema_privilege(schema.oid, 'CREATE'),
      'actsAsOwner', pg_catalog.pg_has_role(schema.nspowner, 'USAGE'),
      'isMarked', coalesce(${isMarked}, false),
      -- Another server may not have the role.
      'adminActsAsOwner', CASE WHEN ${isMarked} THEN pg_catalog.pg_has_role($3::pg_catalog.name, schema.nspowner, 'USAGE') END,
      'creators', (SELECT coalesce(pg_catalog.json_agg(CASE WHEN entry.grantee <> 0::pg_catalog.oid
                                                       THEN pg_catalog.pg_get_userbyid(entry.grantee) END), '[]')
                     FROM pg_catalog.aclexplode(schema.nspacl) AS entry
                    WHERE entry.privilege_type = 'CREATE' AND entry.grantee <> schema.nspowner)
    ) ORDER BY schema.nspname), '[]')
    FROM pg_catalog.pg_namespace AS schema
    LEFT JOIN pg_catalog.pg_description AS note
      ON note.objoid = schema.oid AND note.classoid = '2615'::pg_catalog.oid AND note.objsubid = 0
   WHERE schema.nspname = ANY ($1::pg_catalog.text[]) OR ${isMarked}
      OR pg_catalog.has_schema_privilege(schema.oid, 'CREATE')`;

/** A schema as the service sees it. */
export interface ReachedSchema {
  readonly name: string;
  readonly owner: string;
  readonly isUsed: boolean;
  readonly isCreatedIn: boolean;
  readonly actsAsOwner: boolean;
  /** Carries the deployment's mark. */
  readonly isMarked: boolean;
  /** Null of those without the mark. */
  readonly adminActsAsOwner: boolean | null;
  /** Who may create in it, beside its owner; null for PUBLIC. */
  readonly creators: readonly (string | null)[];
}
