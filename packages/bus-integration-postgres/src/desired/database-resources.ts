// What a manifest says of a database and of what is in it, as resources. Pure.
import { normalised } from '../kinds/access/grant-held.ts';
import type { Resource } from '../kinds/index.ts';
import type { ExpandedAccess, ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';
import { giftOf } from './access-gifts.ts';
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
  const inSchemas = kept.map(([role, { contents }]) => [role, contents] as const);
  const owned = owner !== undefined && {
    owner,
    makers: creatorsOf(database, roles).filter((role) => role !== owner),
    members: membersOf(owner, roles),
    privileges: Object.fromEntries(inSchemas),
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

function membersOf(owner: string, roles: ExpandedManifest['roles']): string[] {
  const isMember = ({ acts_as, member_of = [] }: ExpandedRole) =>
    acts_as === owner || member_of.some(({ role }) => role === owner);
  return Object.keys(roles).filter((name) => isMember(roles[name] ?? {}));
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

/** What access gives on everything of a kind: who owned a thing before keeps it. */
function keptBy(access: ExpandedAccess, database: ExpandedDatabase) {
  const gift = giftOf(access, { schemas: database.schemas, isClosed: database.routines === 'closed' });
  const [first] = gift.schemas.values();
  const of = (kind: 'tables' | 'sequences' | 'routines') => normalised(first?.[kind] ?? []);
  return {
    database: normalised(gift.database),
    contents: { TABLE: of('tables'), SEQUENCE: of('sequences'), ROUTINE: of('routines') },
  };
}
