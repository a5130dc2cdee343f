// What is in declared schemas and who may use it: which statements ask for it, and what their answers come to.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  type RowShape,
  record,
  text,
  tuple,
} from '../connection/session/shape.ts';
import {
  besideQuery,
  columnGrantsQuery,
  defaultPrivilegesQuery,
  namedRelationsQuery,
  namedRoutinesQuery,
  relationNamesQuery,
  relationPatternsQuery,
  routineNamesQuery,
  routinePatternsQuery,
  usedQuery,
} from '../sql/objects-query.ts';
import { aclText } from './acl-text.ts';
import { aclEntry } from './catalog-shapes.ts';
import type {
  NameInSchema,
  ObservedColumn,
  ObservedDefaults,
  ObservedObjects,
  ObservedPattern,
  ObservedRelation,
  ObservedRoutine,
  ObservedUsed,
} from './observed-objects.ts';
import { createTogether, type Together } from './together.ts';

/** A name in a schema. */
type Qualified = readonly [schema: string, name: string];

/** What is to be known of what is in one database. */
export interface ObjectsAsked {
  readonly schemas: readonly string[];
  readonly roles: ReadonlySet<string>;
  readonly relations: readonly Qualified[];
  readonly routines: readonly Qualified[];
  readonly used: readonly Pick<ObservedUsed, 'type' | 'schema' | 'name'>[];
  /** Patterns of many whose names are needed. */
  readonly unnamed: (objects: ObservedObjects) => readonly ObservedPattern[];
}

/** What the first answers show. */
export interface ObjectsFound {
  /** Without routines' patterns, columns, and the names of many. */
  readonly objects: ObservedObjects;
  readonly hasRoutines: boolean;
  readonly hasColumnGrants: boolean;
  /** On types, foreign servers or foreign-data wrappers. */
  readonly hasUsedGrants: boolean;
  /** Things that are neither relations nor routines. */
  readonly hasOthers: boolean;
}

const name: RowShape<NameInSchema> = (value) => {
  if (typeof value === 'string') return { name: text(value) };
  const [own, routineArguments] = tuple<[string, string | null]>(text, nullable(text))(value);
  return routineArguments === null ? { name: own } : { name: own, arguments: routineArguments };
};

const owned = { schema: text, owner: text, adminActsAsOwner: boolean };
const apart = { ...owned, acl: list(aclEntry(text)) };
const pattern = record<Omit<ObservedPattern, 'aclText'> & { readonly isDefault: boolean; readonly aclText: string }>({
  ...owned,
  class: oneOf('tables', 'sequences', 'routines'),
  isMember: boolean,
  count: integer,
  names: nullable(list(name)),
  isDefault: boolean,
  acl: aclText,
  aclText: text,
});
const patternRow: RowShape<ObservedPattern> = (value) => {
  const given =
    typeof value === 'object' && value !== null && 'acl' in value ? { ...value, aclText: value.acl } : value;
  const { isDefault, ...one } = pattern(given);
  const names = one.names && one.names.length > 1 ? sortedByName(one.names) : one.names;
  return { ...one, names, aclText: isDefault ? null : one.aclText };
};
const column = record<ObservedColumn>({ ...apart, table: text, column: text });
const defaults = record<ObservedDefaults>({
  creator: text,
  schema: nullable(text),
  of: oneOf('tables', 'sequences', 'routines'),
  acl: aclText,
});
const relation = record<ObservedRelation>({
  ...apart,
  name: text,
  class: oneOf('tables', 'sequences'),
  isMember: boolean,
  columns: list(text),
});
const routine = record<ObservedRoutine>({
  ...apart,
  name: text,
  arguments: text,
  isMember: boolean,
  types: list(tuple<[string, string, boolean]>(text, text, boolean)),
});
const beside = record<Omit<ObjectsFound, 'objects'>>({
  hasRoutines: boolean,
  hasColumnGrants: boolean,
  hasUsedGrants: boolean,
  hasOthers: boolean,
});

const usedObject = record<ObservedUsed>({
  type: oneOf('type', 'foreign-server', 'foreign-data-wrapper'),
  schema: nullable(text),
  name: text,
  owner: text,
  adminActsAsOwner: boolean,
  acl: list(aclEntry(text)),
});

const none = () => [];

export function askObjects(together: Together, asked: ObjectsAsked): () => ObjectsFound {
  const { schemas, roles, relations, routines, used } = asked;
  const named = (wanted: readonly Qualified[]) => [
    [],
    [],
    wanted.map(([schema]) => schema),
    wanted.map(([, own]) => own),
  ];
  const relationPatterns = together.add(patternRow, relationPatternsQuery, [schemas]);
  const besides = together.addOne(beside, besideQuery, [schemas]);
  const stored = together.add(defaults, defaultPrivilegesQuery);
  const found = relations.length > 0 ? together.add(relation, namedRelationsQuery, named(relations)) : none;
  const foundRoutines = routines.length > 0 ? together.add(routine, namedRoutinesQuery, named(routines)) : none;
  const foundUsed = used.length > 0 ? askUsed(together, asked) : none;
  return () => {
    const objects: ObservedObjects = {
      patterns: relationPatterns(),
      columns: [],
      defaults: stored().filter(({ creator }) => roles.has(creator)),
      relations: found(),
      routines: foundRoutines(),
      used: foundUsed(),
    };
    return { ...besides(), objects };
  };
}

function askUsed(together: Together, { schemas, roles, used }: ObjectsAsked) {
  return together.add(usedObject, usedQuery, [
    schemas,
    [...roles],
    used.map(({ type }) => type),
    used.map(({ schema }) => schema ?? ''),
    used.map(({ name: own }) => own),
  ]);
}

/** Where no schema has routines, a new session doesn't plan the statement that looks for them. */
export async function withRoutines(session: Session, { schemas }: ObjectsAsked, found: ObjectsFound, doing: string) {
  if (!found.hasRoutines) return found;
  const together = createTogether();
  const routinePatterns = together.add(patternRow, routinePatternsQuery, [schemas]);
  await together.ask(session, doing);
  const { objects } = found;
  return { ...found, objects: { ...objects, patterns: [...objects.patterns, ...routinePatterns()] } };
}

/** What the first answers left out, where it is needed. */
export function askMore(together: Together, asked: ObjectsAsked, found: ObjectsFound): () => ObservedObjects {
  const { objects, hasColumnGrants, hasUsedGrants } = found;
  const columns = hasColumnGrants
    ? together.add(column, columnGrantsQuery, [asked.schemas, [...asked.roles]])
    : undefined;
  const used = hasUsedGrants && asked.used.length === 0 ? askUsed(together, asked) : undefined;
  const names = new Map(
    asked.unnamed(objects).map((one) => {
      const { schema, class: ofClass, owner, aclText: written } = one;
      const query = ofClass === 'routines' ? routineNamesQuery : relationNamesQuery;
      return [one, together.add(record({ name }), query, [schema, ofClass, owner, written ?? ''])] as const;
    }),
  );
  const withNames = (one: ObservedPattern): ObservedPattern => {
    const read = names.get(one);
    return read === undefined
      ? one
      : {
          ...one,
          names: sortedByName(read().map((row) => row.name)),
        };
  };
  return () => ({
    ...objects,
    ...(columns !== undefined && { columns: columns() }),
    ...(used !== undefined && { used: used() }),
    ...(names.size > 0 && { patterns: objects.patterns.map(withNames) }),
  });
}

function sortedByName(names: readonly NameInSchema[]): NameInSchema[] {
  const keyed = names.map((one) => ({ one, key: `${one.name}(${one.arguments ?? ''}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ one }) => one);
}
