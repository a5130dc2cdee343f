// Reads what a role may in a database, in whatever session is there.
import type { Session } from '../../connection/session/session.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  readRow,
  record,
  text,
  tuple,
} from '../../connection/session/shape.ts';
import { accessQuery } from '../../sql/verify/access-query.ts';
import type {
  SeenAccess,
  SeenColumns,
  SeenEdge,
  SeenEntry,
  SeenGroup,
  SeenLater,
  SeenParameter,
  SeenRelation,
  SeenRoutine,
  SeenSchema,
  SeenUsed,
} from '../../sql/verify/seen-access.ts';
import type { ExpectedAccess } from './declared-access.ts';

const entry = { privilege: text, grantee: nullable(text), grantor: text };
const entries = list(record<SeenEntry>(entry));

const need = { schema: text, name: text, needs: text, needed: text, owner: text };

const shape = record<SeenAccess>({
  withoutPolicy: list(
    record<SeenAccess['withoutPolicy'][number]>({ schema: text, name: text, privileges: list(text) }),
  ),
  unidentified: list(
    record<SeenAccess['unidentified'][number]>({
      schema: text,
      name: text,
      publications: list(text),
      updates: boolean,
      deletes: boolean,
    }),
  ),
  ofDefaults: list(record<SeenAccess['ofDefaults'][number]>(need)),
  ofViews: list(
    record<SeenAccess['ofViews'][number]>({
      ...need,
      reader: text,
      through: nullable(record<NonNullable<SeenAccess['ofViews'][number]['through']>>({ schema: text, name: text })),
    }),
  ),
  database: list(text),
  onDatabase: record<SeenAccess['onDatabase']>({ owner: text, entries }),
  schemas: list(record<SeenSchema>({ name: text, owner: text, isOwn: boolean, privileges: list(text), entries })),
  relations: list(
    record<SeenRelation>({
      schema: text,
      kind: oneOf('table', 'view', 'foreign table', 'sequence'),
      owner: text,
      isOwn: boolean,
      count: integer,
      name: text,
      names: list(text),
      isApart: boolean,
      isOfColumn: boolean,
      privileges: list(text),
      columns: nullable(
        list(
          record<SeenColumns>({
            privilege: text,
            names: list(text),
            entries: list(record<SeenColumns['entries'][number]>({ ...entry, column: text })),
          }),
        ),
      ),
      entries,
      publicColumns: nullable(list(record<SeenColumns['entries'][number]>({ ...entry, column: text }))),
      column: nullable(text),
    }),
  ),
  routines: list(
    record<SeenRoutine>({
      schema: text,
      owner: text,
      isOwn: boolean,
      count: integer,
      isCalled: boolean,
      entries,
      named: list(record<SeenRoutine['named'][number]>({ name: text, arguments: text })),
      types: nullable(list(tuple<[string, string, boolean]>(text, text, boolean))),
    }),
  ),
  later: list(
    record<SeenLater>({
      creator: text,
      schema: text,
      of: oneOf('tables', 'sequences', 'routines'),
      privileges: list(text),
      entries: list(record<SeenLater['entries'][number]>({ ...entry, isEverywhere: boolean })),
    }),
  ),
  used: list(
    record<SeenUsed>({
      type: oneOf('type', 'foreign-server', 'foreign-data-wrapper'),
      schema: nullable(text),
      name: text,
      owner: text,
      isOwn: boolean,
      isUsed: boolean,
      entries,
    }),
  ),
  parameters: list(record<SeenParameter>({ name: text, owner: text, privileges: list(text), entries })),
  groups: list(record<SeenGroup>({ name: text, isInherited: boolean, isSettable: boolean })),
  edges: list(record<SeenEdge>({ group: text, member: text, grantor: nullable(text), inherits: boolean })),
  isSuperuser: boolean,
});

/** One statement. */
export async function readAccess(
  session: Session,
  { role, schemas, creators, used }: ExpectedAccess,
  doing: string,
): Promise<SeenAccess> {
  const named = [...schemas].flatMap(([schema, { relations }]) => [...relations.keys()].map((name) => [schema, name]));
  const called = [...schemas].flatMap(([schema, one]) => one.called.map(({ routine }) => [schema, routine]));
  const types = used.filter(({ type }) => type === 'type');
  const values = [
    role,
    [...schemas.keys()],
    [...creators],
    named.map(([schema]) => schema),
    named.map(([, name]) => name),
    called.map(([schema]) => schema),
    called.map(([, name]) => name),
    types.map(({ schema = '' }) => schema),
    types.map(({ name }) => name),
  ];
  return await readRow(session, shape, { sql: accessQuery(session.serverVersionNum), values, doing });
}
