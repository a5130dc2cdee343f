// What a manifest says of a database and of what is in it, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import { accessWords } from '../manifest/access-words.ts';
import type { ExpandedAccess, ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';
import { creatorsOf } from './creators.ts';

export function databaseResources(
  name: string,
  database: ExpandedDatabase,
  { deployment, roles }: ExpandedManifest,
): Resource[] {
  const { schemas, owner, owner_of_database, connections, extensions } = database;
  const creation = creationOf(database);
  const kept = Object.entries(database.access).map(([role, access]) => [role, keptBy(access, database)] as const);
  const given = owner_of_database === true ? owner : undefined;
  const owned = owner !== undefined && {
    owner,
    makers: creatorsOf(database, roles).filter((role) => role !== owner),
    privileges: Object.fromEntries(kept),
  };
  const onDatabase = kept.map(([role, { database: privileges }]) => [role, privileges] as const);
  return [
    {
      kind: 'database',
      name,
      deployment,
      isFinished: true,
      ...(creation !== undefined && { creation }),
      ...(connections !== undefined && { connectionLimit: connections === 'unlimited' ? -1 : connections }),
      ...(given !== undefined && { owner: given, privileges: Object.fromEntries(onDatabase) }),
    },
    ...schemas.map((schema): Resource => ({ kind: 'schema', database: name, name: schema, ...owned })),
    ...extensions.map(
      (extension): Resource => ({
        kind: 'extension',
        database: name,
        ...extension,
        beside: extensions.map((one) => one.name),
        ...(given !== undefined && { databaseOwner: given }),
      }),
    ),
  ];
}

function creationOf({ encoding, locale, provider, template, tablespace }: ExpandedDatabase) {
  const creation = {
    ...(encoding !== undefined && { encoding }),
    ...(locale !== undefined && { locale }),
    ...(provider !== undefined && { provider }),
    ...(template !== undefined && { template }),
    ...(tablespace !== undefined && { tablespace }),
  };
  return Object.keys(creation).length === 0 ? undefined : creation;
}

const kinds = { tables: 'TABLE', sequences: 'SEQUENCE', routines: 'ROUTINE', schemas: 'schema' } as const;

interface Kept {
  readonly database: readonly string[];
  readonly schema: readonly string[];
  readonly TABLE: readonly string[];
  readonly SEQUENCE: readonly string[];
  readonly ROUTINE: readonly string[];
}

/** What access gives on everything of a kind: who owned a thing before keeps it. What is given on one alone is granted again. */
function keptBy(access: ExpandedAccess, { routines }: ExpandedDatabase): Kept {
  const isClosed = routines === 'closed';
  if (typeof access === 'string') {
    const { database, schema, tables, sequences, routines: called } = accessWords[access];
    return { database, schema, TABLE: tables, SEQUENCE: sequences, ROUTINE: isClosed ? called : [] };
  }
  const kept = { database: ['CONNECT'], schema: ['USAGE'], TABLE: [], SEQUENCE: [], ROUTINE: [] } as Record<
    keyof Kept,
    string[]
  >;
  for (const [detail, objects] of Object.entries(access)) {
    const all = typeof objects === 'string' ? kinds[objects as keyof typeof kinds] : undefined;
    if (all === undefined) continue;
    const word = detail === 'read' || detail === 'write' ? accessWords[detail] : undefined;
    kept[all].push(...(word === undefined ? [detail] : word[objects as 'tables' | 'sequences' | 'routines']));
  }
  return kept;
}
