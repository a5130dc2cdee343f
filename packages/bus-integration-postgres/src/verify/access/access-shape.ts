// Reads what a role may in a database, in whatever session is there.
import type { Session } from '../../connection/session/session.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  type RowShape,
  readRow,
  record,
  refuseShape,
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
  TableNeeds,
} from '../../sql/verify/seen-access.ts';
import type { ExpectedAccess } from './declared-access.ts';

const entry = { privilege: text, grantee: nullable(text), grantor: text };
const entries = list(record<SeenEntry>(entry));

const need = { schema: text, name: text, needs: text, needed: text, owner: text };

/** What is asked of tables, of what lists declare too. */
export const needsOfTables: { readonly [Name in keyof TableNeeds]: RowShape<TableNeeds[Name]> } = {
  withoutPolicy: list(
    record<TableNeeds['withoutPolicy'][number]>({
      schema: text,
      name: text,
      privileges: list(text),
      hasPolicies: boolean,
    }),
  ),
  withPolicies: list(text),
  unidentified: list(
    record<TableNeeds['unidentified'][number]>({
      schema: text,
      name: text,
      publications: list(text),
      updates: boolean,
      deletes: boolean,
    }),
  ),
};

const shape = record<SeenAccess>({
  ...needsOfTables,
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

const answers = list(shape);

function answersFor(count: number) {
  return record<{ readonly found: readonly SeenAccess[] }>({
    found: (value) => {
      const found = answers(value);
      return found.length === count ? found : refuseShape(value, `a list of ${count}`);
    },
  });
}

/** How many roles a statement asks about: an answer is bounded too. */
const mostAtOnce = 50;

/** A statement for every 50 roles. The answers are in the order of the roles. */
export async function readAccesses(
  session: Session,
  roles: readonly ExpectedAccess[],
  doing: string,
): Promise<readonly SeenAccess[]> {
  const seen: SeenAccess[] = [];
  for (let at = 0; at < roles.length; at += mostAtOnce) {
    const asked = roles.slice(at, at + mostAtOnce);
    const { found } = await readRow(session, answersFor(asked.length), {
      sql: accessQuery(session.serverVersionNum),
      values: [JSON.stringify(asked.map(askedOf))],
      doing,
    });
    seen.push(...found);
  }
  return seen;
}

function askedOf({ role, schemas, creators, used }: ExpectedAccess) {
  return {
    role,
    schemas: [...schemas.keys()],
    creators: [...creators],
    relations: [...schemas].flatMap(([schema, { relations }]) => [...relations.keys()].map((name) => [schema, name])),
    routines: [...schemas].flatMap(([schema, { called }]) => called.map(({ routine }) => [schema, routine])),
    types: used.flatMap(({ type, schema = '', name }) => (type === 'type' ? [[schema, name]] : [])),
  };
}

/** Of one role. */
export async function readAccess(session: Session, role: ExpectedAccess, doing: string): Promise<SeenAccess> {
  return (await readAccesses(session, [role], doing))[0] as SeenAccess;
}
