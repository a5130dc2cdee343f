// Reads what is in declared schemas and who may use it: one message, and one more where names of many alike are needed.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  type RowShape,
  record,
  shaped,
  text,
  tuple,
} from '../connection/session/shape.ts';
import {
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
import { shown } from '../text/shown.ts';
import { literal } from '../text/sql-text.ts';
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

/** A name in a schema. */
type Qualified = readonly [schema: string, name: string];

/** What is to be known of what is in one database. */
export interface ObjectsAsked {
  readonly schemas: readonly string[];
  readonly roles: readonly string[];
  readonly relations: readonly Qualified[];
  readonly routines: readonly Qualified[];
  readonly used: readonly Pick<ObservedUsed, 'type' | 'schema' | 'name'>[];
  /** Patterns of many whose names are needed. */
  readonly unnamed: (objects: ObservedObjects) => readonly ObservedPattern[];
}

const name: RowShape<NameInSchema> = (value) => {
  const [own, routineArguments] = tuple<[string, string | null]>(text, nullable(text))(value);
  return routineArguments === null ? { name: own } : { name: own, arguments: routineArguments };
};

const owned = { schema: text, owner: text, adminActsAsOwner: boolean, acl: list(aclEntry(text)) };
const pattern = record<ObservedPattern>({
  ...owned,
  class: oneOf('tables', 'sequences', 'routines'),
  isMember: boolean,
  count: integer,
  names: nullable(list(name)),
  aclText: nullable(text),
});
const column = record<ObservedColumn>({ ...owned, table: text, column: text });
const defaults = record<ObservedDefaults>({
  creator: text,
  schema: nullable(text),
  of: oneOf('tables', 'sequences', 'routines'),
  acl: list(aclEntry(text)),
});
const relation = record<ObservedRelation>({
  ...owned,
  name: text,
  class: oneOf('tables', 'sequences'),
  isMember: boolean,
  columns: list(text),
});
const routine = record<ObservedRoutine>({
  ...owned,
  name: text,
  arguments: text,
  isMember: boolean,
  types: list(tuple<[string, string, boolean]>(text, text, boolean)),
});

const usedObject = record<ObservedUsed>({
  type: oneOf('type', 'foreign-server', 'foreign-data-wrapper'),
  schema: nullable(text),
  name: text,
  owner: text,
  adminActsAsOwner: boolean,
  acl: list(aclEntry(text)),
});

/** Reads only. */
export async function readObjects(session: Session, asked: ObjectsAsked): Promise<ObservedObjects> {
  const { schemas, roles, relations, routines, used } = asked;
  const named = (wanted: readonly Qualified[]) => [
    schemas,
    roles,
    wanted.map(([schema]) => schema),
    wanted.map(([, own]) => own),
  ];
  const doing = `reading privileges in ${shown(session.database)}`;
  const [relationPatterns, routinePatterns, columns, stored, foundRelations, foundRoutines, foundUsed] =
    await readLists(
      session,
      [
        bound(relationPatternsQuery, [schemas]),
        bound(routinePatternsQuery, [schemas]),
        bound(columnGrantsQuery, [schemas, roles]),
        bound(defaultPrivilegesQuery, [schemas, roles]),
        ...(relations.length > 0 ? [bound(namedRelationsQuery, named(relations))] : [none]),
        ...(routines.length > 0 ? [bound(namedRoutinesQuery, named(routines))] : [none]),
        bound(usedQuery, [
          schemas,
          roles,
          used.map(({ type }) => type),
          used.map(({ schema }) => schema ?? ''),
          used.map(({ name: own }) => own),
        ]),
      ],
      doing,
    );
  const as = <T>(shape: RowShape<T>, rows: readonly unknown[] = []) =>
    rows.map((row) => shaped(row, shape, session.where, doing));
  const found: ObservedObjects = {
    patterns: [...as(pattern, relationPatterns), ...as(pattern, routinePatterns)].map(ordered),
    columns: as(column, columns),
    defaults: as(defaults, stored),
    relations: as(relation, foundRelations),
    routines: as(routine, foundRoutines),
    used: as(usedObject, foundUsed),
  };
  const many = asked.unnamed(found);
  if (many.length === 0) return found;
  const statements = many.map(({ schema, class: ofClass, owner, aclText }) =>
    bound(ofClass === 'routines' ? routineNamesQuery : relationNamesQuery, [schema, ofClass, owner, aclText ?? '']),
  );
  const lists = await readLists(session, statements, doing);
  const names = new Map(
    many.map((one, index) => [
      one,
      as(record({ name }), lists[index])
        .map((row) => row.name)
        .sort(byName),
    ]),
  );
  return { ...found, patterns: found.patterns.map((one) => ({ ...one, names: names.get(one) ?? one.names })) };
}

function ordered(one: ObservedPattern): ObservedPattern {
  return { ...one, names: one.names && [...one.names].sort(byName) };
}

function byName(one: NameInSchema, other: NameInSchema): number {
  const [a, b] = [one, other].map(({ name: own, arguments: of = '' }) => `${own}(${of}`) as [string, string];
  return a < b ? -1 : Number(a > b);
}

const none = 'SELECT NULL::pg_catalog.text AS nothing WHERE false';

/** The rows of each statement, in one message. */
async function readLists(session: Session, statements: readonly string[], doing: string): Promise<unknown[][]> {
  const selects = statements.map(
    (sql) => `SELECT coalesce(pg_catalog.json_agg(found), '[]') AS found FROM (${sql}) AS found`,
  );
  const [, ...answers] = await session.script(['BEGIN READ ONLY', ...selects, 'COMMIT'].join(';\n'), { doing });
  return selects.map((_, index) => shaped(answers[index]?.[0], rowsOfOne, session.where, doing).found as unknown[]);
}

const anything: RowShape<unknown> = (value) => value;
const rowsOfOne = record({ found: list(anything) });

/** A statement of one message takes no parameters. */
function bound(sql: string, values: readonly (string | readonly string[])[]): string {
  return sql.replaceAll(/\$(\d)/g, (_, place: string) => {
    const value = values[Number(place) - 1] ?? '';
    return typeof value === 'string' ? literal(value) : `ARRAY[${value.map(literal).join(', ')}]`;
  });
}
