// What a manifest says of access to a database, as resources. Pure.
import type { ContentsGrant } from '../kinds/access/contents.ts';
import type { DefaultPrivileges } from '../kinds/access/default-privileges-held.ts';
import { grantOf, normalised } from '../kinds/access/grant-held.ts';
import type { FilledObject, Grantee } from '../kinds/access/grant-object.ts';
import type { Resource } from '../kinds/index.ts';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';
import type { KindNamed } from '../manifest/shapes/object-names.ts';
import { type AccessGift, giftOf } from './access-gifts.ts';
import { creatorsOf } from './creators.ts';

/** Who makes the schemas' contents has all on them; on the database it is given what it needs to make more. */
const givenToOwner = ['CONNECT', 'CREATE', 'TEMPORARY'];
const classes = ['tables', 'sequences', 'routines'] as const;

export function accessResources(database: string, said: ExpandedDatabase, { roles }: ExpandedManifest): Resource[] {
  const { schemas, owner, owner_of_database, access, public: everyone, routines, extensions } = said;
  const isClosed = routines === 'closed';
  // Of the others nothing is desired: what they have is found where it is read.
  const heard = Object.keys(roles).filter((role) => role === owner || access[role] !== undefined);
  const gifts = new Map(heard.map((role) => [role, giftOf(access[role], { schemas, isClosed })]));
  const makers = creatorsOf(said, roles).filter((name) => name !== owner);
  const ownedBy = owner === undefined ? { isAsOwned: true as const } : { owner, makers };
  const onDatabase = {
    type: 'database',
    database,
    ...(owner_of_database && owner !== undefined && { owner }),
  } as const;
  const onSchemas = schemas.map((schema) => ({ type: 'schema', database, schema, ...ownedBy }) as const);
  const ofRole = (role: string, gift: AccessGift): Resource[] => {
    if (role === owner) return [grantOf(onDatabase, { role }, [...gift.database, ...givenToOwner])];
    return [
      grantOf(onDatabase, { role }, gift.database),
      ...onSchemas.map((on) => grantOf(on, { role }, gift.schemas.get(on.schema)?.schema ?? [])),
    ];
  };
  const everyones = [
    grantOf(onDatabase, { everyone: true }, [
      ...(everyone?.connect ? ['CONNECT'] : []),
      ...(everyone?.temporary ? ['TEMPORARY'] : []),
    ]),
    ...onSchemas.map((on) => grantOf(on, { everyone: true }, everyone?.create?.includes(on.schema) ? ['CREATE'] : [])),
  ];
  const usedObject = ({ type, schema = '', name }: KindNamed): FilledObject => {
    if (type === 'type') return { type, database, schema, name, ...ownedBy };
    // An extension most often makes the wrapper that is called as itself.
    return { type, database, name, ...(extensions.some((one) => one.name === name) && { comesWith: name }) };
  };
  const managed = managesContents(said);
  const contents = (
    schema: string,
    grantee: Grantee,
  ): Pick<ContentsGrant, 'kind' | 'database' | 'schema' | 'grantee'> => {
    const within = extensions.filter((one) => one.schema === schema);
    return {
      kind: 'contents-grant',
      database,
      schema,
      grantee,
      ...(owner !== undefined && { owner, makers }),
      ...(isClosed && { isClosed }),
      ...(within.length > 0 && { extensions: within }),
    };
  };
  const ofContents = (role: string, gift: AccessGift): ContentsGrant[] =>
    role === owner
      ? []
      : [...gift.schemas].map(([schema, { tables, sequences, routines, named }]) => ({
          ...contents(schema, { role }),
          tables: normalised(tables),
          sequences: normalised(sequences),
          ...((isClosed || routines.size > 0) && { routines: normalised(routines) }),
          named,
        }));
  return [
    ...[...gifts].flatMap(([role, gift]) => [...ofRole(role, gift), ...(managed ? ofContents(role, gift) : [])]),
    ...[...gifts].flatMap(([role, { used }]) =>
      used
        // Types are the owner's own.
        .filter(({ type }) => role !== owner || type !== 'type')
        .map((thing) => grantOf(usedObject(thing), { role }, ['USAGE'])),
    ),
    ...everyones,
    // Without it nobody would look who else has something there.
    ...(managed
      ? schemas.map((schema) => ({
          ...contents(schema, { everyone: true }),
          ...(isClosed && { routines: [] }),
          named: [],
        }))
      : []),
    ...(managed
      ? [...(owner === undefined ? [] : [owner]), ...makers].flatMap((creator) =>
          laterOf(database, creator, said, gifts),
        )
      : []),
  ];
}

/** As long as roles only make things of their own, what is in a schema is their business. */
export function managesContents({ owner, access, routines }: ExpandedDatabase): boolean {
  const words = Object.values(access);
  return owner !== undefined || routines === 'closed' || words.some((word) => word !== 'connect' && word !== 'create');
}

/** What comes later is to be as what is there. */
function laterOf(
  database: string,
  creator: string,
  { schemas, owner, routines, default_privileges }: ExpandedDatabase,
  gifts: ReadonlyMap<string, AccessGift>,
): DefaultPrivileges[] {
  const isKept = default_privileges === 'keep' && { isKept: true as const };
  const later = { kind: 'default-privileges', database, creator, ...isKept } as const;
  const given = [...gifts].flatMap(([role, gift]) => {
    if (role === creator || role === owner) return [];
    return schemas.flatMap((schema) =>
      classes.flatMap((of): DefaultPrivileges[] => {
        const privileges = normalised(gift.schemas.get(schema)?.[of] ?? []);
        return privileges.length === 0 ? [] : [{ ...later, schema, of, grantee: { role }, privileges }];
      }),
    );
  });
  const closed: DefaultPrivileges = { ...later, of: 'routines', grantee: { everyone: true }, privileges: [] };
  const place: DefaultPrivileges = {
    ...later,
    of: 'tables',
    grantee: { everyone: true },
    privileges: [],
    isPlace: true,
  };
  return [place, ...given, ...(routines === 'closed' ? [closed] : [])];
}
