// What each database has with nothing inherited, and what in it refers to something that is not there. Pure.
import { keyAt, type NodePath, nodeAt, quotedName, type Span } from 'bus-integration-database/manifest';
import { nearest } from 'bus-integration-database/suggest';
import type { Manifest } from './definition.ts';
import { type RoleGround, requireRole } from './roles.ts';
import { type Access, type AccessDetail, schemasIn } from './shapes/access.ts';
import { type AccessWord, accessWords } from './shapes/access-words.ts';
import { type DatabaseEntry, databaseShape, type ExtensionEntry } from './shapes/database-shape.ts';
import { localeFault } from './shapes/locales.ts';

/** An access word of ours, or what stands in place of one: words of the file's own are written out. */
export type ExpandedAccess = AccessWord | AccessDetail;

export interface ExpandedExtension {
  readonly name: string;
  readonly schema: string;
  readonly version?: string;
}

/** A database with nothing inherited. */
export type ExpandedDatabase = Omit<DatabaseEntry, 'access' | 'extensions' | 'schemas'> & {
  readonly schemas: readonly string[];
  readonly extensions: readonly ExpandedExtension[];
  readonly access: Readonly<Record<string, ExpandedAccess>>;
};

interface Ground extends RoleGround {
  readonly words: Readonly<Record<string, AccessDetail>>;
}

const noAccess: Readonly<Record<string, Access>> = {};

/** Every database, merged and judged. */
export function expandDatabases(manifest: Manifest, ground: RoleGround): Readonly<Record<string, ExpandedDatabase>> {
  const { every_database: base = {}, databases = {}, words = {} } = manifest;
  const within: Ground = { ...ground, words };
  judgeNothingTaken(base, ['every_database'], noAccess, within);
  // Judged by itself too: a file may declare no database yet.
  if (Object.keys(databases).length === 0)
    expandDatabase(base, 'every database', (...path) => ['every_database', ...path], within);
  const expanded: Record<string, ExpandedDatabase> = Object.create(null);
  for (const [name, own] of Object.entries(databases)) {
    judgeNothingTaken(own, ['databases', name], base.access ?? noAccess, within);
    const originOf = (...path: (string | number)[]): NodePath => {
      const [key = ''] = path;
      return [...(Object.hasOwn(own, key) && isThere(own, path) ? ['databases', name] : ['every_database']), ...path];
    };
    expanded[name] = expandDatabase(databaseShape.merge(base, own), `database ${quotedName(name)}`, originOf, within);
  }
  return expanded;
}

/** Whether a database itself says something, so that what is wrong with it is told there. */
function isThere(own: DatabaseEntry, path: readonly (string | number)[]): boolean {
  let at: unknown = own;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string | number, unknown>)[step];
  }
  return true;
}

/** `none` takes away what is given to every database; where nothing is, it is a slip. */
function judgeNothingTaken(
  { access = noAccess }: DatabaseEntry,
  path: NodePath,
  given: Readonly<Record<string, Access>>,
  ground: Ground,
): void {
  for (const [role, word] of Object.entries(access)) {
    if (word !== 'none' || Object.hasOwn(given, role)) continue;
    const place = nodeAt(ground.root, [...path, 'access', role]) ?? ground.root;
    ground.problems.report(
      place,
      'contradiction',
      `none takes out what every_database gives, and it gives nothing to role ${quotedName(role)}`,
    );
  }
}

type OriginOf = (...path: (string | number)[]) => NodePath;

function expandDatabase(merged: DatabaseEntry, within: string, originOf: OriginOf, ground: Ground): ExpandedDatabase {
  const {
    owner,
    owner_of_database,
    access: desired = noAccess,
    extensions = [],
    schemas = ['public'],
    search_path,
    ...rest
  } = merged;
  const { root, problems } = ground;
  const place = (...path: (string | number)[]): Span =>
    nodeAt(root, originOf(...path)) ?? keyAt(root, originOf()) ?? root;
  if (owner !== undefined) requireRole(owner, place('owner'), ground);
  if (owner_of_database && owner === undefined)
    problems.report(
      place('owner_of_database'),
      'contradiction',
      'owner_of_database gives the database to its owner, and there is none',
    );
  const fault = localeFault(merged);
  if (fault !== undefined) problems.report(place(fault.key), 'contradiction', fault.why);
  if (rest.settings !== undefined && Object.hasOwn(rest.settings, 'search_path'))
    problems.report(
      keyAt(root, originOf('settings', 'search_path')) ?? place('settings', 'search_path'),
      'contradiction',
      "a database's search_path has a key of its own: search_path: [app]",
    );
  for (const [at, schema] of (rest.public?.create ?? []).entries()) {
    if (schemas.includes(schema)) continue;
    const message = `schema ${quotedName(schema)} is not declared in ${within}; declare it under schemas`;
    problems.report(place('public', 'create', at), 'undeclared-schema', message);
  }
  const access = accessOf(desired, schemas, within, originOf, ground);
  const path = search_path ?? (schemas.includes('public') ? undefined : schemas);
  return {
    ...(owner !== undefined && { owner }),
    ...(owner_of_database !== undefined && { owner_of_database }),
    ...rest,
    schemas,
    extensions: extensionsOf(extensions, schemas, within, originOf, ground),
    access,
    ...(path !== undefined && path.length > 0 && { search_path: path }),
  };
}

function accessOf(
  desired: Readonly<Record<string, Access>>,
  schemas: readonly string[],
  within: string,
  originOf: OriginOf,
  ground: Ground,
): Readonly<Record<string, ExpandedAccess>> {
  const { root, problems } = ground;
  const access: Record<string, ExpandedAccess> = Object.create(null);
  for (const [role, given] of Object.entries(desired)) {
    requireRole(role, keyAt(root, originOf('access', role)) ?? root, ground);
    if (given === 'none') continue;
    const expanded = typeof given === 'string' ? meaningOf(given, originOf('access', role), ground) : given;
    if (expanded === undefined) continue;
    access[role] = expanded;
    if (typeof expanded === 'string') continue;
    for (const { schema, detail, name } of schemasIn(expanded)) {
      if (schemas.includes(schema)) continue;
      const close = nearest(schema, schemas);
      const hint =
        close === undefined ? `declared: ${schemas.map(quotedName).join(', ')}` : `did you mean ${quotedName(close)}?`;
      const origins =
        typeof given === 'string' ? [['words', given]] : [originOf('access', role), ['every_database', 'access', role]];
      const place =
        placeOfName(
          name,
          origins.map((path) => [...path, detail]),
          ground,
        ) ?? root;
      problems.report(place, 'undeclared-schema', `schema ${quotedName(schema)} is not declared in ${within}; ${hint}`);
    }
  }
  return access;
}

/** Where a name stands in a list or a map that may have been put together of two. */
function placeOfName(name: string, paths: readonly NodePath[], { root }: Ground): Span | undefined {
  for (const path of paths) {
    const node = nodeAt(root, path);
    const item =
      node?.kind === 'list' ? node.items.find((one) => one.kind === 'text' && one.source === name) : undefined;
    const found = item ?? (node?.kind === 'map' ? node.entries.get(name)?.key : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function meaningOf(word: string, path: NodePath, { words, root, problems }: Ground): ExpandedAccess | undefined {
  if (Object.hasOwn(accessWords, word)) return word as AccessWord;
  if (Object.hasOwn(words, word)) return words[word];
  if (nodeAt(root, ['words', word]) !== undefined) return undefined;
  const known = [...Object.keys(accessWords), 'none', ...Object.keys(words)];
  const close = nearest(word, known);
  const hint =
    close === undefined
      ? `expected ${known.map(quotedName).join(', ')}, or a map`
      : `did you mean ${quotedName(close)}?`;
  problems.report(
    nodeAt(root, path) ?? root,
    'unknown-word',
    `${quotedName(word)} is not an access word; ${hint}`,
    close,
  );
  return undefined;
}

function extensionsOf(
  given: readonly ExtensionEntry[],
  schemas: readonly string[],
  within: string,
  originOf: OriginOf,
  ground: Ground,
): readonly ExpandedExtension[] {
  return given.map((extension) => {
    const { name, schema = 'public', version } = typeof extension === 'string' ? { name: extension } : extension;
    if (schema !== 'public' && !schemas.includes(schema)) {
      const place = extensionPlace(name, originOf, ground);
      const close = nearest(schema, schemas);
      const hint = close === undefined ? 'declare it under schemas' : `did you mean ${quotedName(close)}?`;
      ground.problems.report(
        place,
        'undeclared-schema',
        `schema ${quotedName(schema)} of extension ${quotedName(name)} is not declared in ${within}; ${hint}`,
      );
    }
    return { name, schema, ...(version !== undefined && { version }) };
  });
}

/** An item of a list that was put together of two. */
function extensionPlace(name: string, originOf: OriginOf, { root }: Ground): Span {
  for (const path of [originOf('extensions'), ['every_database', 'extensions']]) {
    const node = nodeAt(root, path);
    for (const item of node?.kind === 'list' ? node.items : []) {
      const found = nodeAt(item, ['schema']);
      const named = nodeAt(item, ['name']);
      if (found !== undefined && named?.kind === 'text' && named.source === name) return found;
    }
  }
  return nodeAt(root, originOf('extensions')) ?? root;
}
