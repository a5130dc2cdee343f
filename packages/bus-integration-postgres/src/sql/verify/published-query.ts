// Tables that a publication has and that say by nothing which row an UPDATE or DELETE is about: the server refuses both.
// A column; `schemas` stands in its WITH.
// https://www.postgresql.org/docs/current/logical-replication-publication.html

/** How many are read. */
const mostRead = 50;

const hasIndex = (which: string) => `EXISTS (SELECT FROM pg_catalog.pg_index AS index
                    WHERE index.indrelid = relation.oid AND index.indisvalid AND index.${which})`;

/** @param me the role, as SQL */
export function unidentified(versionNum: number, me: string): string {
  // Publications of schemas came with 15.
  const ofSchema =
    versionNum >= 150000
      ? `OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS published
                     WHERE published.pnpubid = publication.oid AND published.pnnspid = relation.relnamespace)`
      : '';
  return `
  CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_publication) THEN '[]'::pg_catalog.json ELSE
  (SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.schema, found.name), '[]')
     FROM (SELECT schemas.nspname AS schema, relation.relname AS name,
                  pg_catalog.json_build_object('schema', schemas.nspname, 'name', relation.relname,
                    'publications', pg_catalog.json_agg(publication.pubname ORDER BY publication.pubname),
                    'updates', pg_catalog.bool_or(publication.pubupdate) AND pg_catalog.has_table_privilege(${me}, relation.oid, 'UPDATE'),
                    'deletes', pg_catalog.bool_or(publication.pubdelete) AND pg_catalog.has_table_privilege(${me}, relation.oid, 'DELETE')) AS told
             FROM pg_catalog.pg_publication AS publication
            CROSS JOIN schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
            WHERE (publication.pubupdate OR publication.pubdelete)
              AND relation.relkind = 'r' AND relation.relpersistence = 'p'
              AND (pg_catalog.has_table_privilege(${me}, relation.oid, 'UPDATE')
                   OR pg_catalog.has_table_privilege(${me}, relation.oid, 'DELETE'))
              AND CASE relation.relreplident WHEN 'f' THEN false WHEN 'n' THEN true
                       WHEN 'i' THEN NOT ${hasIndex('indisreplident')} ELSE NOT ${hasIndex('indisprimary')} END
              AND (publication.puballtables ${ofSchema}
                   OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS published
                               WHERE published.prpubid = publication.oid
                                 AND (published.prrelid = relation.oid
                                      OR relation.relispartition AND published.prrelid IN (
                                           SELECT ancestor.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(relation.oid) AS ancestor (relid)))))
            GROUP BY schemas.nspname, relation.oid, relation.relname
            ORDER BY schemas.nspname, relation.relname LIMIT ${mostRead}) AS found) END AS unidentified`;
}

/** A table that is published and has no replica identity. */
export interface SeenUnidentified {
  readonly schema: string;
  readonly name: string;
  readonly publications: readonly string[];
  /** UPDATE was granted and is refused; as is DELETE. */
  readonly updates: boolean;
  readonly deletes: boolean;
}
