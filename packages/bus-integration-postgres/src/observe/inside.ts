// Reads what is in one database: one message, and more where there is something to look at more closely. Never writes.
import type { DesiredNames } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import { readRow } from '../connection/session/shape.ts';
import { insideQuery } from '../sql/database-query.ts';
import { extensionsQuery } from '../sql/extension-query.ts';
import { obstaclesQuery } from '../sql/obstacles-query.ts';
import { straysQuery } from '../sql/strays-query.ts';
import { shown } from '../text/shown.ts';
import { insideShape, obstaclesShape } from './catalog-shapes.ts';
import { markOf } from './mark.ts';
import { askMore, askObjects, type ObjectsFound, withRoutines } from './objects.ts';
import type { ObservedInside, ObservedStrays } from './observation.ts';
import { createTogether } from './together.ts';
import type { WantedInside } from './wanted.ts';
import { extensionsShape, straysShape } from './wanted-shapes.ts';

/** Of the database that a session is in: its desired schemas, what may be in the way of commands, and what else is wanted. */
export async function readInside(
  session: Session,
  { deploymentId, databases }: DesiredNames,
  database: string,
  wanted?: WantedInside,
): Promise<ObservedInside> {
  const { schemas: desired, logins = [] } = databases.get(database) ?? {};
  const schemas = [...(desired ?? [])];
  const sql = insideQuery;
  const values = [schemas, markOf(deploymentId)];
  const doing = `reading schemas of ${shown(session.database)}`;
  const [row, more] =
    wanted === undefined
      ? [await readRow(session, insideShape, { sql, values, doing })]
      : await readWantedInside(session, { sql, values, doing }, wanted);
  const obstacles = row.hasObstacles
    ? await readRow(session, obstaclesShape, { sql: obstaclesQuery, values: [schemas, [...logins]], doing })
    : undefined;
  return {
    adminMayCreateSchemas: row.adminMayCreateSchemas,
    schemas: row.schemas.filter(({ name }) => desired?.has(name)),
    markedSchemas: row.schemas.filter(({ isMarked }) => isMarked),
    ...(obstacles && { obstacles }),
    ...more,
  };
}

interface SchemasQuery {
  readonly sql: string;
  readonly values: readonly (string | readonly string[])[];
  readonly doing: string;
}

async function readWantedInside(
  session: Session,
  { sql, values, doing }: SchemasQuery,
  { extensions, owners, objects }: WantedInside,
): Promise<
  [ReturnType<typeof insideShape>, Pick<ObservedInside, 'extensions' | 'strays' | 'lockCapacity' | 'objects'>]
> {
  const first = createTogether();
  const schemas = first.addOne(insideShape, sql, values);
  const versions = [...extensions.values()].map((version) => version ?? null);
  const installed =
    extensions.size > 0
      ? first.addOne(extensionsShape, extensionsQuery, [[...extensions.keys()], versions])
      : undefined;
  const held = objects && askObjects(first, objects);
  await first.ask(session, doing);
  const more = `reading what is in schemas of ${shown(session.database)}`;
  const found = objects && held && (await withRoutines(session, objects, held(), more));

  const second = createTogether();
  const all = objects && found && askMore(second, objects, found);
  const isAsking = owners.size > 0 && mayHaveStrays(owners, objects?.schemas ?? [], found);
  const strays = isAsking
    ? second.addOne(straysShape, straysQuery(session.serverVersionNum), [
        [...owners.keys()],
        [...owners.values()].map(({ owner }) => owner),
      ])
    : undefined;
  if (!second.isEmpty) await second.ask(session, more);
  const theirs = strays?.();
  return [
    schemas(),
    {
      ...installed?.(),
      ...(all && { objects: all() }),
      ...(owners.size > 0 && { strays: theirs?.strays.map(withoutControls) ?? [] }),
      ...(theirs && { lockCapacity: theirs.locks }),
    },
  ];
}

/**
 * Whether something in these schemas may be another's than their owners' and makers': looking at all kinds of things
 * takes the server longer than all else that is asked of a database.
 */
function mayHaveStrays(
  owners: WantedInside['owners'],
  looked: readonly string[],
  found: ObjectsFound | undefined,
): boolean {
  if (found === undefined || found.hasOthers || [...owners.keys()].some((schema) => !looked.includes(schema)))
    return true;
  return found.objects.patterns.some(({ schema, owner, isMember }) => {
    const declared = owners.get(schema);
    return declared !== undefined && !isMember && owner !== declared.owner && !declared.makers.includes(owner);
  });
}

/** A name with a control character is never written into a script. */
function withoutControls(one: ObservedStrays): ObservedStrays {
  return one.names?.some((name) => /\p{Cc}/u.test(name)) ? { ...one, names: null } : one;
}
