// Types, foreign servers and foreign-data wrappers as what privileges are held on: which there are, and the role that grants
// on them. Pure. https://www.postgresql.org/docs/current/sql-grant.html
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { ObservedUsed } from '../../observe/observed-objects.ts';
import type { Guarded } from '../../ownership/effective.ts';
import { printable, shown } from '../../text/shown.ts';
import type { Scope } from '../kind/kind.ts';
import { mayActAs } from '../owners/acting.ts';
import { movable } from '../owners/strays.ts';
import { type FilledObject, type Grantee, granteeName, type UsedObject, wordsOf } from './grant-object.ts';

export function findUsed(seen: Observation, on: UsedObject): ObservedUsed | undefined {
  const schema = on.type === 'type' ? on.schema : null;
  return seen.inside
    .get(on.database)
    ?.objects?.used.find((one) => one.type === on.type && one.schema === schema && one.name === on.name);
}

type SchemaObject = Extract<FilledObject, { readonly type: 'schema' }>;

/** Those of the declared databases that were read; of a type with the role that its schema is to belong to. */
export function usedObjects(
  { databases, seen }: Pick<Scope, 'databases' | 'seen'>,
  schemaOf: (database: string, schema: string) => SchemaObject | undefined,
): (readonly [FilledObject, Guarded])[] {
  return [...databases.keys()].flatMap((database) =>
    (seen.inside.get(database)?.objects?.used ?? []).map((found) => {
      const { type, schema, name } = found;
      if (type !== 'type' || schema === null)
        return [{ type: type as 'foreign-server', database, name }, found] as const;
      const { owner, makers } = schemaOf(database, schema) ?? {};
      const owned = { ...(owner !== undefined && { owner }), ...(makers !== undefined && { makers }) };
      return [{ type, database, schema, name, ...owned }, found] as const;
    }),
  );
}

/** As which role it is granted on one; undefined where it is by the admin's own right, or not at all. */
export function usedOwner(on: UsedObject, object: Guarded | undefined, scope: Scope): string | undefined {
  if (object === undefined) return undefined;
  const owner = isToMove(on, object, scope) ? on.owner : undefined;
  if (owner !== undefined) return owner;
  return !object.adminActsAsOwner && mayActAs(object.owner, scope, on.database) ? object.owner : undefined;
}

/** It goes to the schema's owner before anything is granted on it. */
function isToMove(on: UsedObject, { owner: from }: Guarded, scope: Scope): boolean {
  if (on.type !== 'type' || on.owner === undefined) return false;
  const { database, schema: name, owner, makers = [] } = on;
  return movable({ database, name, owner, makers }, scope).some((one) => one.owner === from);
}

/** An extension that is declared beside it makes it. */
export function comesLater(on: UsedObject): boolean {
  return on.type !== 'type' && on.comesWith !== undefined;
}

/** What is not there is granted by the next apply. */
export function absentUsed(on: UsedObject, grantee: Grantee, { seen }: Scope): Diagnostic[] {
  if (seen.inside.get(on.database)?.objects === undefined || comesLater(on)) return [];
  return [
    {
      severity: 'warn',
      code: 'missing-object',
      message: `role ${shown(granteeName(grantee) ?? 'PUBLIC')} is given USAGE on ${wordsOf(on)}, which is not there`,
      target: printable(on.database),
      ...advise('make it, then apply again; or correct its name in access'),
    },
  ];
}
