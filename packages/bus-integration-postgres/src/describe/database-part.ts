// A database of a server as a manifest says it, and what of it a manifest can't say. Pure.
import { count, printable } from 'bus-integration-database';
import type { DatabaseEntry } from '../manifest/shapes/database-shape.ts';
import type { AclEntry } from '../observe/acl-entry.ts';
import { someNames } from '../text/bounded.ts';
import { type AccessGround, type DescribedAccess, schemaFault } from './access.ts';
import type { DescribedDatabase } from './described-shapes.ts';
import { direct } from './holders.ts';
import type { Note } from './notes.ts';
import { objectText, usedText } from './object-text.ts';
import { settingsPart } from './role-part.ts';

export function databasePart(
  ground: AccessGround,
  said: DescribedAccess,
): { readonly entry: DatabaseEntry; readonly notes: readonly Note[] } {
  const { database, inside, cluster } = ground;
  const { name, connectionLimit } = database;
  const { schemas, owner, access, unsaidDefaults } = said;
  const path = ['databases', name];
  const { settings: all, notes: ofSettings } = settingsPart(undefined, name, path, cluster);
  const { search_path: stored, ...settings } = all;
  const search_path = stored ?? (schemas.includes('public') ? undefined : ('keep' as const));
  const extensions = inside.extensions.filter(({ schema }) => schema === 'public' || schemas.includes(schema));
  const isGiven = owner !== undefined && database.owner === owner;
  const everyone = everyonesPart(ground, schemas);
  const entry = {
    ...(owner !== undefined && { owner }),
    ...(isGiven && { owner_of_database: true }),
    ...creationPart(ground),
    ...(connectionLimit >= 0 && { connections: connectionLimit }),
    ...(Object.keys(settings).length > 0 && { settings }),
    schemas,
    ...(search_path !== undefined && { search_path }),
    ...(extensions.length > 0 && {
      extensions: extensions.map(({ name: one, schema }) => (schema === 'public' ? one : { name: one, schema })),
    }),
    ...(Object.keys(everyone).length > 0 && { public: everyone }),
    ...(unsaidDefaults !== undefined && { default_privileges: 'keep' as const }),
    ...(Object.keys(access).length > 0 && { access }),
  } as DatabaseEntry;
  return { entry, notes: [...notesOf(ground, said), ...ofSettings] };
}

/** What every role of the server has. */
function everyonesPart({ database, inside }: AccessGround, schemas: readonly string[]) {
  const held = direct(database.acl, null);
  const create = inside.schemas
    .filter(({ name, acl }) => schemas.includes(name) && direct(acl, null).has('CREATE'))
    .map(({ name }) => name);
  return {
    ...(held.has('CONNECT') && { connect: true }),
    ...(held.has('TEMPORARY') && { temporary: true }),
    ...(create.length > 0 && { create }),
  };
}

/** Only what another new database would not have by itself. */
function creationPart({ database, cluster }: AccessGround) {
  const model = cluster.databases.find(({ name }) => name === 'template0');
  const locales = (one: DescribedDatabase | undefined) =>
    one === undefined ? [] : one.provider === 'libc' ? [one.collate, one.characterType] : [one.locale ?? ''];
  const own = locales(database);
  const isAsModel = database.provider === model?.provider && own.join('\n') === locales(model).join('\n');
  const isOne = new Set(own).size === 1;
  return {
    ...(database.encoding !== 'UTF8' && { encoding: database.encoding }),
    ...(!isAsModel && isOne && { provider: database.provider, locale: own[0] }),
    ...(database.tablespace !== 'pg_default' && { tablespace: database.tablespace }),
  };
}

function notesOf(ground: AccessGround, { schemas, owner, unsaidDefaults }: DescribedAccess): Note[] {
  const { database, inside, roles, cluster } = ground;
  const path = ['databases', database.name];
  const note = (text: string): Note => ({ path, text });
  const isDeclared = ({ schema }: { readonly schema: string }) => schemas.includes(schema);
  const notes: Note[] = [];
  if (direct(database.acl, null).has('CREATE'))
    notes.push({ path, text: 'PUBLIC has CREATE on it, which a plan takes away', severity: 'warn' });
  if (database.provider === 'libc' && database.collate !== database.characterType)
    notes.push(
      note(`its LC_COLLATE is ${printable(database.collate)}, its LC_CTYPE ${printable(database.characterType)}`),
    );
  if (database.owner !== cluster.admin && database.owner !== owner)
    notes.push(note(`the database itself belongs to ${printable(database.owner)}`));
  for (const schema of inside.schemas.filter(({ name }) => schemas.includes(name)))
    if (schema.owner !== owner && schema.owner !== cluster.admin && !/^pg_|^postgres$/.test(schema.owner))
      notes.push(note(`schema ${printable(schema.name)} belongs to ${printable(schema.owner)}`));
  const undeclared = inside.schemas.filter(({ name, isMember }) => !schemas.includes(name) && !isMember);
  for (const { name } of undeclared) {
    const fault = schemaFault(name);
    if (fault !== undefined) notes.push(note(`schema ${printable(name)} is left out, and left as it is: it ${fault}`));
  }
  for (const { name, acl } of undeclared)
    if (direct(acl, null).has('CREATE'))
      notes.push(note(`PUBLIC may create in schema ${printable(name)}, which is not declared: nothing is in it`));
  for (const { schema, owner: other, type, count: number } of inside.strays.filter(isDeclared))
    if (!/^pg_/.test(ownerOfSchema(ground, schema)))
      notes.push(
        note(
          `${count(number, type.toLowerCase())} in schema ${printable(schema)} ${number === 1 ? 'belongs' : 'belong'} to ${printable(other)}`,
        ),
      );
  for (const { name, schema } of inside.extensions.filter((one) => one.schema !== 'public' && !isDeclared(one)))
    if (name !== 'plpgsql')
      notes.push(note(`extension ${printable(name)} is in schema ${printable(schema)}, which no file can declare`));
  for (const { role, database: place, name } of cluster.settings)
    if (role !== null && place === database.name && !(name === 'role' && ground.acting.has(role)))
      notes.push(note(`role ${printable(role)} has a setting of its own here: ${printable(name)}`));
  notes.push(...publicNotes(ground, schemas).map(note));
  for (const one of inside.used) {
    const isPart = one.schema === null || schemas.includes(one.schema);
    const to = granteesOf(one.acl.filter(({ grantee }) => !isPart || grantee === null || !roles.has(grantee)));
    // What everyone has on a type by itself is no news.
    const told = one.type === 'type' ? to.filter((text) => text !== 'PUBLIC: USAGE') : to;
    const closed = one.type === 'type' && !direct(one.acl, null).has('USAGE') ? ['PUBLIC has no USAGE'] : [];
    const words = [...told, ...closed];
    if (words.length > 0 || one.type === 'foreign-server')
      notes.push(note(`${printable(usedText(one))}: ${words.length > 0 ? words.join('; ') : 'no file makes it'}`));
  }
  for (const { name, acl } of inside.languages) {
    const to = granteesOf(acl);
    if (to.length > 0) notes.push(note(`language ${printable(name)}: ${to.join('; ')}`));
  }
  if (unsaidDefaults !== undefined)
    notes.push(note(`default privileges are kept as they are, since no access says them: ${unsaidDefaults}`));
  for (const { creator, schema, of, acl } of inside.defaults) {
    const isSaid = (entry: AclEntry) =>
      unsaidDefaults === undefined &&
      (of === 'tables' || of === 'sequences') &&
      roles.has(creator) &&
      roles.has(entry.grantee ?? '');
    const to = granteesOf(acl.filter((entry) => entry.grantee !== creator && !isSaid(entry)));
    const isCalled = of === 'routines' && schema === null && !acl.some(({ grantee }) => grantee === null);
    if (isCalled) to.push('PUBLIC loses EXECUTE');
    if (to.length > 0)
      notes.push(
        note(
          `default privileges of what ${printable(creator)} makes${schema === null ? '' : ` in ${printable(schema)}`}, ${of}: ${to.join('; ')}${whyUnsaid(of, roles.has(creator), to)}`,
        ),
      );
  }
  return notes;
}

/** Of such as no file says, whatever access there is. */
function whyUnsaid(
  of: AccessGround['inside']['defaults'][number]['of'],
  isDeclared: boolean,
  to: readonly string[],
): string {
  if (of === 'types' || of === 'schemas' || of === 'large objects') return ` (no file says any of ${of})`;
  if (of === 'routines') return ' (said only with routines: closed)';
  if (!isDeclared) return ' (who makes them is not declared)';
  return to.every((one) => one.startsWith('PUBLIC')) ? ' (no file gives PUBLIC any)' : '';
}

function ownerOfSchema({ inside }: AccessGround, name: string): string {
  return inside.schemas.find((schema) => schema.name === name)?.owner ?? '';
}

/** What PUBLIC has on what is in the schemas beyond what it has anyway, and what it lacks of that. */
function publicNotes({ inside }: AccessGround, schemas: readonly string[]): string[] {
  const isDeclared = ({ schema }: { readonly schema: string }) => schemas.includes(schema);
  const used = inside.schemas.filter(
    ({ name, acl }) => name !== 'public' && schemas.includes(name) && direct(acl, null).has('USAGE'),
  );
  const open = inside.relations
    .filter(isDeclared)
    .flatMap(({ schema, name, acl, columns }) =>
      [...direct(acl, null), ...columns.flatMap((column) => [...direct(column.acl, null)])].length === 0
        ? []
        : [objectText(schema, name)],
    );
  const closed = inside.routines.filter(isDeclared).filter(({ acl }) => !direct(acl, null).has('EXECUTE'));
  return [
    ...(used.length === 0 ? [] : [`PUBLIC has USAGE on schema ${someNames(used.map(({ name }) => name))}`]),
    ...(open.length === 0 ? [] : [`PUBLIC has privileges on ${someNames(open)}`]),
    ...(closed.length === 0
      ? []
      : [`PUBLIC may not call ${someNames(closed.map(({ schema, name }) => objectText(schema, name)))}`]),
  ];
}

/** `app: SELECT, INSERT` for each. */
function granteesOf(acl: readonly AclEntry[]): string[] {
  const held = new Map<string, string[]>();
  for (const { grantee, grantor, privilege, isGrantable } of acl) {
    if (grantee === grantor) continue;
    const name = grantee === null ? 'PUBLIC' : printable(grantee);
    held.set(name, [...(held.get(name) ?? []), isGrantable ? `${privilege} with grant option` : privilege]);
  }
  return [...held].map(([name, privileges]) => `${name}: ${privileges.join(', ')}`);
}
