// What a manifest says of access to a database, as resources. Pure.
import { grantOf } from '../kinds/grant.ts';
import type { Resource } from '../kinds/index.ts';
import { accessWords } from '../manifest/access-words.ts';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';

export function accessResources(
  database: string,
  { schemas, owner, access, public: everyone }: ExpandedDatabase,
  { roles }: ExpandedManifest,
): Resource[] {
  const onDatabase = { type: 'database', database } as const;
  const grants = Object.keys(roles).flatMap((role): Resource[] => {
    const word = access[role];
    const given = typeof word === 'string' ? accessWords[word] : undefined;
    const isOwner = role === owner;
    if (given === undefined && !isOwner) return [];
    const ofOwner = isOwner ? ['CONNECT', 'CREATE', 'TEMPORARY'] : [];
    return [
      grantOf(onDatabase, { role }, [...(given?.database ?? []), ...ofOwner]),
      ...(isOwner
        ? []
        : schemas.map((schema) => grantOf({ type: 'schema', database, schema }, { role }, given?.schema ?? []))),
    ];
  });
  return [
    ...grants,
    grantOf(onDatabase, { everyone: true }, everyone?.connect ? ['CONNECT'] : []),
    ...schemas.map((schema) => grantOf({ type: 'schema', database, schema }, { everyone: true }, [])),
  ];
}
