// What is in schemas and belongs to somebody else than the schemas' owner is to be. Members of extensions, and what goes
// with something else (sequences of columns, row types, constructors of ranges), are left out.
// https://www.postgresql.org/docs/current/catalog-pg-depend.html
import { identifier, literal } from '../text/sql-text.ts';

/** The word of ALTER … OWNER TO, as the server's own catalogs are asked for it. */
export const strayTypes = [
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'FOREIGN TABLE',
  'SEQUENCE',
  'ROUTINE',
  'TYPE',
  'OPERATOR',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'COLLATION',
  'CONVERSION',
  'STATISTICS',
  'TEXT SEARCH CONFIGURATION',
  'TEXT SEARCH DICTIONARY',
] as const;
export type StrayType = (typeof strayTypes)[number];

/** Catalogs with an owner and a schema: table, prefix of its columns, fixed oid, word. */
const others = [
  ['pg_operator', 'opr', 2617, 'OPERATOR'],
  ['pg_opclass', 'opc', 2616, 'OPERATOR CLASS'],
  ['pg_opfamily', 'opf', 2753, 'OPERATOR FAMILY'],
  ['pg_collation', 'coll', 3456, 'COLLATION'],
  ['pg_conversion', 'con', 2607, 'CONVERSION'],
  ['pg_statistic_ext', 'stx', 3381, 'STATISTICS'],
  ['pg_ts_config', 'cfg', 3602, 'TEXT SEARCH CONFIGURATION'],
  ['pg_ts_dict', 'dict', 3600, 'TEXT SEARCH DICTIONARY'],
] as const;

/** pg_type and those: the catalogs of what is neither a relation nor a routine. */
export const catalogsOfOthers = [1247, ...others.map(([, , oid]) => oid)];

/**
 * class, oid, schema, owner, word, tree, and whether it runs with its owner's rights, of all that has an owner; `place`
 * says of which, by `schema` and `owner`. Views from 15 on may run with the rights of who asks; a table's rules run with its owner's.
 * https://www.postgresql.org/docs/current/rules-privileges.html
 */
export function ownedThings(versionNum: number, place: (schema: string, owner: string) => string): string {
  // 1259 pg_class, 1255 pg_proc, 1247 pg_type, 3079 pg_extension. Up to 16 a multirange doesn't follow its range.
  const isMultirange = versionNum >= 170000 ? 'false' : "type.typtype = 'm'";
  const isPart = (catalog: number, oid: string, kinds: string) => `EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
       WHERE edge.classid = '${catalog}'::pg_catalog.oid AND edge.objid = ${oid} AND edge.objsubid = 0 AND edge.deptype IN (${kinds}))`;
  return `
    SELECT '1259'::pg_catalog.oid AS class, relation.oid, relation.relnamespace AS schema, relation.relowner AS owner,
           CASE relation.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                                 WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS type,
           CASE WHEN relation.relispartition THEN pg_catalog.pg_partition_root(relation.oid)::pg_catalog.oid
                ELSE relation.oid END AS tree,
           CASE relation.relkind WHEN 'm' THEN true
             WHEN 'v' THEN NOT coalesce((SELECT option.option_value::pg_catalog.bool
                                           FROM pg_catalog.pg_options_to_table(relation.reloptions) AS option
                                          WHERE option.option_name = 'security_invoker'), false)
             ELSE relation.relkind <> 'S'
                  AND EXISTS (SELECT FROM pg_catalog.pg_rewrite AS rule WHERE rule.ev_class = relation.oid) END AS definer
      FROM pg_catalog.pg_class AS relation
     WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${place('relation.relnamespace', 'relation.relowner')}
       AND NOT ${isPart(1259, 'relation.oid', "'e', 'i'")}
       AND NOT (relation.relkind = 'S' AND ${isPart(1259, 'relation.oid', "'a'")})
     UNION ALL
    SELECT '1255'::pg_catalog.oid, routine.oid, routine.pronamespace, routine.proowner, 'ROUTINE', routine.oid, routine.prosecdef
      FROM pg_catalog.pg_proc AS routine
     WHERE ${place('routine.pronamespace', 'routine.proowner')} AND NOT ${isPart(1255, 'routine.oid', "'e', 'i'")}
     UNION ALL
    SELECT '1247'::pg_catalog.oid, type.oid, type.typnamespace, type.typowner, 'TYPE', type.oid, false
      FROM pg_catalog.pg_type AS type
     WHERE type.typtype <> 'p' AND ${place('type.typnamespace', 'type.typowner')}
       AND NOT ${isPart(1247, 'type.oid', "'e'")}
       AND (${isMultirange} OR NOT ${isPart(1247, 'type.oid', "'i'")})${others
         .map(
           ([catalog, prefix, oid, word]) => `
     UNION ALL
    SELECT '${oid}'::pg_catalog.oid, thing.oid, thing.${prefix}namespace, thing.${prefix}owner, '${word}', thing.oid, false
      FROM pg_catalog.${catalog} AS thing
     WHERE ${place(`thing.${prefix}namespace`, `thing.${prefix}owner`)} AND NOT ${isPart(oid, 'thing.oid', "'e', 'i'")}`,
         )
         .join('')}`;
}

/** Things are named where there are no more of a kind, and none has a control character in its name. */
export const mostNamed = 50;

/**
 * By schema, owner and kind. $1 schemas and $2 who is to own what is in each. What the server's lock table holds says how
 * many can be altered in one transaction.
 * https://www.postgresql.org/docs/current/runtime-config-locks.html
 */
export function straysQuery(versionNum: number): string {
  return `
WITH wanted AS MATERIALIZED (
    SELECT schema.oid, schema.nspname, coalesce(role.oid, 0::pg_catalog.oid) AS owner
      FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS desired (name, owner)
      JOIN pg_catalog.pg_namespace AS schema ON schema.nspname = desired.name
      LEFT JOIN pg_catalog.pg_roles AS role ON role.rolname = desired.owner),
  owned AS (${ownedThings(versionNum, (schema, owner) => `EXISTS (SELECT FROM wanted WHERE wanted.oid = ${schema} AND wanted.owner <> ${owner})`)}),
  counted AS (SELECT owned.*, pg_catalog.count(*) OVER (PARTITION BY owned.schema, owned.owner, owned.type, owned.definer) AS count FROM owned),
  patterns AS (
    SELECT wanted.nspname AS schema, counted.owner, counted.type, counted.definer, pg_catalog.max(counted.count) AS count,
           pg_catalog.json_agg((pg_catalog.pg_identify_object(counted.class, counted.oid, 0)).identity ORDER BY counted.oid)
             FILTER (WHERE counted.count <= ${mostNamed}) AS names
      FROM counted JOIN wanted ON wanted.oid = counted.schema
     GROUP BY wanted.nspname, counted.owner, counted.type, counted.definer)
SELECT least(pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8
             * (pg_catalog.current_setting('max_connections')::pg_catalog.int8
                + pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8), 2147483647)::pg_catalog.int4 AS locks,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'schema', patterns.schema,
      'owner', pg_catalog.pg_get_userbyid(patterns.owner),
      'adminActsAsOwner', pg_catalog.pg_has_role(patterns.owner, 'USAGE'),
      'type', patterns.type, 'runsAsOwner', patterns.definer, 'count', patterns.count, 'names', patterns.names)
    ORDER BY patterns.schema, pg_catalog.pg_get_userbyid(patterns.owner), patterns.type, patterns.definer), '[]') FROM patterns) AS strays`;
}

export interface Moving {
  readonly schema: string;
  readonly from: string;
  readonly to: string;
  readonly type: StrayType;
  /** Those that run with their owner's rights, or the others. */
  readonly runsAsOwner: boolean;
  /** How many at most. */
  readonly most: number;
  /** What roles keep on each. */
  readonly keeps: readonly Kept[];
}

/** What a role keeps on a thing that goes to another owner, and on the sequences of its columns, which go with a table. */
export interface Kept {
  readonly role: string;
  readonly privileges: readonly string[];
  readonly sequences: readonly string[];
}

const placeOf = (schema: string, from: string) => (inSchema: string, owner: string) =>
  `${inSchema} = (SELECT schema.oid FROM pg_catalog.pg_namespace AS schema WHERE schema.nspname = ${literal(schema)})
       AND ${owner} = (SELECT role.oid FROM pg_catalog.pg_roles AS role WHERE role.rolname = ${literal(from)})`;

const run = (sql: string, what: string, role: string) =>
  `EXECUTE pg_catalog.format('${sql} TO %s', ${what}, ${literal(identifier(role))});`;

const onSequences = (statements: readonly string[]) =>
  statements.length === 0
    ? []
    : [
        `FOR part IN
      SELECT (pg_catalog.pg_identify_object(edge.classid, edge.objid, 0)).identity
        FROM pg_catalog.pg_depend AS edge JOIN pg_catalog.pg_class AS sequence ON sequence.oid = edge.objid
       WHERE edge.classid = '1259'::pg_catalog.oid AND edge.refclassid = '1259'::pg_catalog.oid AND edge.refobjid = moved.oid
         AND edge.refobjsubid > 0 AND sequence.relkind = 'S'
    LOOP
      ${statements.join('\n      ')}
    END LOOP;`,
      ];

/** Moves so many things of a kind, with what others keep on them; partitions beside their tables. */
export function movingBlock(versionNum: number, { schema, from, to, type, runsAsOwner, most, keeps }: Moving): string {
  const word = type === 'SEQUENCE' || type === 'ROUTINE' || type === 'TYPE' ? type : 'TABLE';
  const granted = keeps.flatMap(({ role, privileges }) =>
    privileges.length === 0 ? [] : [run(`GRANT ${privileges.join(', ')} ON ${word} %s`, 'moved.identity', role)],
  );
  const ofParts = keeps.flatMap(({ role, sequences }) =>
    sequences.length === 0 ? [] : [run(`GRANT ${sequences.join(', ')} ON SEQUENCE %s`, 'part.identity', role)],
  );
  return movingLoop(
    `SELECT owned.oid, (pg_catalog.pg_identify_object(owned.class, owned.oid, 0)).identity FROM (${ownedThings(versionNum, placeOf(schema, from))}) AS owned
     WHERE owned.type = ${literal(type)} AND ${runsAsOwner ? '' : 'NOT '}owned.definer ORDER BY owned.tree, owned.oid LIMIT ${most}`,
    [run(`ALTER ${type} %s OWNER`, 'moved.identity', to), ...granted, ...onSequences(ofParts)],
  );
}

/** Lets the new owner use all that is still another's: it is its own once it has moved. */
export function sharingBlock(versionNum: number, { schema, from, to }: Pick<Moving, 'schema' | 'from' | 'to'>): string {
  const role = literal(identifier(to));
  return movingLoop(
    `SELECT owned.oid, (pg_catalog.pg_identify_object(owned.class, owned.oid, 0)).identity,
           CASE owned.type WHEN 'SEQUENCE' THEN 'SEQUENCE' WHEN 'ROUTINE' THEN 'ROUTINE' ELSE 'TABLE' END AS word
      FROM (${ownedThings(versionNum, placeOf(schema, from))}) AS owned
     WHERE owned.type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE', 'ROUTINE')`,
    [
      `EXECUTE pg_catalog.format('GRANT ALL ON %s %s TO %s', moved.word, moved.identity, ${role});`,
      ...onSequences([run('GRANT ALL ON SEQUENCE %s', 'part.identity', to)]),
    ],
  );
}

function movingLoop(query: string, statements: readonly string[]): string {
  return quotedBlock(`DECLARE moved pg_catalog.record; part pg_catalog.record;
BEGIN
  FOR moved IN
    ${query}
  LOOP
    ${statements.join('\n    ')}
  END LOOP;
END`);
}

/** Quoted by a word that is not in it. */
function quotedBlock(body: string): string {
  let tag = '$bus$';
  for (let number = 1; body.includes(tag); number += 1) tag = `$bus${number}$`;
  return `DO ${tag}\n${body} ${tag}`;
}
