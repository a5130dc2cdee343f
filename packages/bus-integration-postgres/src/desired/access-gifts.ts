// What an access word, or what stands in place of one, gives in a database: on it, on its schemas, on what is in them. Pure.
import type { DesiredNamed } from '../kinds/access/contents.ts';
import type { ExpandedAccess } from '../manifest/databases.ts';
import type { AccessDetail } from '../manifest/shapes/access.ts';
import { accessWords, type Detail, scopeOf } from '../manifest/shapes/access-words.ts';
import { type KindNamed, parseKindNamed, parseObjectName } from '../manifest/shapes/object-names.ts';

export interface AccessGift {
  readonly database: ReadonlySet<string>;
  /** By name, of each declared schema. */
  readonly schemas: ReadonlyMap<string, SchemaGift>;
  /** Types, foreign servers and foreign-data wrappers on which it has USAGE. */
  readonly used: readonly KindNamed[];
}

export interface SchemaGift {
  readonly schema: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly sequences: ReadonlySet<string>;
  readonly routines: ReadonlySet<string>;
  readonly named: readonly DesiredNamed[];
}

/** While it is put together. */
type Draft = { readonly [Key in Exclude<keyof SchemaGift, 'named'>]: Set<string> } & { readonly named: DesiredNamed[] };

export interface GiftGround {
  readonly schemas: readonly string[];
  /** PUBLIC calls no routines: words give them. */
  readonly isClosed: boolean;
}

/** Of words, by the list of schemas that they are about: a database's words are asked for more than once. */
const known = new WeakMap<readonly string[], Map<string, AccessGift>>();

export function giftOf(access: ExpandedAccess | undefined, ground: GiftGround): AccessGift {
  if (typeof access !== 'string') return findGift(access, ground);
  const gifts = known.get(ground.schemas) ?? new Map<string, AccessGift>();
  known.set(ground.schemas, gifts);
  const key = `${access} ${ground.isClosed}`;
  const gift = gifts.get(key) ?? findGift(access, ground);
  gifts.set(key, gift);
  return gift;
}

function findGift(access: ExpandedAccess | undefined, ground: GiftGround): AccessGift {
  const schemas = new Map(ground.schemas.map((name) => [name, emptyGift()]));
  if (access === undefined) return { database: new Set(), schemas, used: [] };
  return typeof access === 'string' ? giftOfWord(access, schemas, ground) : giftOfDetail(access, schemas);
}

function emptyGift(): Draft {
  return { schema: new Set(), tables: new Set(), sequences: new Set(), routines: new Set(), named: [] };
}

function giftOfWord(word: keyof typeof accessWords, schemas: Map<string, Draft>, { isClosed }: GiftGround): AccessGift {
  const gift = accessWords[word];
  for (const one of schemas.values()) {
    for (const key of ['schema', 'tables', 'sequences'] as const) add(one[key], gift[key]);
    if (isClosed) add(one.routines, gift.routines);
  }
  return { database: new Set(gift.database), schemas, used: [] };
}

/** What each detail gives on things of a kind. */
function given(detail: Detail) {
  const word = detail === 'read' || detail === 'write' || detail === 'create' ? accessWords[detail] : undefined;
  if (word !== undefined) return word;
  const scope = scopeOf(detail);
  const on = (kind: string): readonly string[] => (scope.all.includes(kind) ? [detail] : []);
  return {
    database: on('database'),
    schema: on('schemas'),
    tables: on('tables'),
    sequences: on('sequences'),
    routines: on('routines'),
  };
}

function giftOfDetail(access: AccessDetail, schemas: Map<string, Draft>): AccessGift {
  // Every role of access may connect.
  const database = new Set<string>(accessWords.connect.database);
  const used: KindNamed[] = [];
  for (const [key, objects = []] of Object.entries(access)) {
    const detail = key as Detail;
    const gives = given(detail);
    if (detail === 'read' || detail === 'write' || detail === 'create') add(database, gives.database);
    const names = typeof objects === 'string' ? [objects] : Array.isArray(objects) ? objects : [];
    for (const name of names) {
      const thing = parseKindNamed(name);
      if (thing !== undefined) used.push(thing);
      else if (name === 'database') add(database, gives.database);
      else if (scopeOf(detail).all.includes(name)) for (const one of schemas.values()) addAll(one, name, gives);
      else addNamed(schemas, name, gives);
    }
    if (typeof objects === 'string' || Array.isArray(objects)) continue;
    for (const [name, columns] of Object.entries(objects)) {
      const table = parseObjectName(name);
      const gift = schemas.get(table?.schema ?? '');
      gift?.named.push({ relation: table?.name ?? '', columns: [...columns].sort(), tables: [detail], sequences: [] });
    }
  }
  for (const [name, one] of schemas) {
    const isAnyType = used.some(({ schema }) => schema === name);
    const sets = [one.tables, one.sequences, one.routines];
    const isEmpty = one.named.length === 0 && !isAnyType && sets.every(({ size }) => size === 0);
    // Nothing in a schema is of use without it.
    if (!isEmpty) one.schema.add('USAGE');
  }
  return { database, schemas, used };
}

type Given = ReturnType<typeof given>;

function addAll(gift: Draft, kind: string, gives: Given): void {
  if (kind === 'schemas') add(gift.schema, gives.schema);
  if (kind === 'tables' || kind === 'sequences' || kind === 'routines') add(gift[kind], gives[kind]);
}

function addNamed(schemas: ReadonlyMap<string, Draft>, text: string, gives: Given): void {
  const parsed = parseObjectName(text);
  if (parsed === undefined) return;
  const { schema, name, arguments: types } = parsed;
  if (schema === undefined) {
    const gift = schemas.get(name);
    if (gift !== undefined) add(gift.schema, gives.schema);
    return;
  }
  const named = schemas.get(schema)?.named;
  if (types !== undefined) named?.push({ routine: name, arguments: types, routines: gives.routines });
  else named?.push({ relation: name, tables: gives.tables, sequences: gives.sequences });
}

function add(set: Set<string>, list: Iterable<string>): void {
  for (const one of list) set.add(one);
}
