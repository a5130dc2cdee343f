// Reads what a role may in a database, in whatever session is there.
import type { Session } from '../../connection/session/session.ts';
import { boolean, integer, list, nullable, oneOf, readRow, record, text } from '../../connection/session/shape.ts';
import {
  accessQuery,
  type SeenAccess,
  type SeenEntry,
  type SeenGroup,
  type SeenLater,
  type SeenRelation,
  type SeenRoutine,
  type SeenSchema,
} from '../../sql/verify/access-query.ts';
import type { ExpectedAccess } from './declared-access.ts';

const entries = list(record<SeenEntry>({ privilege: text, grantee: nullable(text) }));

const shape = record<SeenAccess>({
  database: list(text),
  schemas: list(record<SeenSchema>({ name: text, owner: text, isOwn: boolean, privileges: list(text), entries })),
  relations: list(
    record<SeenRelation>({
      schema: text,
      kind: oneOf('table', 'view', 'foreign table', 'sequence'),
      owner: text,
      isOwn: boolean,
      count: integer,
      name: text,
      isApart: boolean,
      privileges: list(text),
      columns: nullable(
        list(record<NonNullable<SeenRelation['columns']>[number]>({ privilege: text, names: list(text) })),
      ),
      entries,
      column: nullable(text),
    }),
  ),
  routines: list(
    record<SeenRoutine>({
      schema: text,
      name: text,
      owner: text,
      isOwn: boolean,
      count: integer,
      isCalled: boolean,
      entries,
    }),
  ),
  later: list(
    record<SeenLater>({
      creator: text,
      schema: text,
      of: oneOf('tables', 'sequences', 'routines'),
      privileges: list(text),
    }),
  ),
  groups: list(record<SeenGroup>({ name: text, isInherited: boolean, isSettable: boolean })),
});

/** One statement. */
export async function readAccess(
  session: Session,
  { role, schemas, creators }: ExpectedAccess,
  doing: string,
): Promise<SeenAccess> {
  const named = [...schemas].flatMap(([schema, { relations }]) => [...relations.keys()].map((name) => [schema, name]));
  const values = [
    role,
    [...schemas.keys()],
    [...creators],
    named.map(([schema]) => schema),
    named.map(([, name]) => name),
  ];
  return await readRow(session, shape, { sql: accessQuery(session.serverVersionNum), values, doing });
}
