// What to do inside a database that was just made: template0 decides what it holds, so it is looked at, never inferred.
// An upgraded cluster can carry an open schema public on any version. Pure.
import type { Step } from 'bus-integration-database';
import { privilegeStatements, schemaCreation } from '../kinds/rules.ts';
import type { ObservedInside } from '../observe/observation.ts';
import { revocable } from '../ownership/effective.ts';
import { identifier } from '../text/sql-text.ts';

export interface NewDatabase {
  readonly database: string;
  /** The whole plan's steps. */
  readonly steps: readonly Step[];
  readonly schemas: readonly string[];
  readonly found: ObservedInside;
  readonly deploymentId: string;
  readonly admin: string;
}

/**
 * The statements, in order, those that belong into one transaction together: schemas made, grants, then PUBLIC's right to
 * create taken where this admin can.
 */
export function insideNewDatabase({ database, steps, schemas, found, deploymentId, admin }: NewDatabase): string[][] {
  const present = new Map(found.schemas.map((schema) => [schema.name, schema]));
  const missing = schemas.filter((name) => !present.has(name));
  const creations = missing.map((name) => schemaCreation(database, name, deploymentId).map(({ sql }) => sql));
  const grants = steps.flatMap((step) => {
    if (step.action !== 'grant-privileges' || step.after?.database !== database) return [];
    // Where the schema is another's, what the service has through PUBLIC must do: a GRANT would only be a warning.
    const on_schemas = step.after.on_schemas.filter(({ schema }) => present.get(schema)?.adminActsAsOwner ?? true);
    return privilegeStatements('GRANT', 'TO', { ...step.after, on_schemas }).filter(({ phase }) => phase === 'inside');
  });
  const revocations = schemas
    .filter((name) => {
      const schema = present.get(name);
      return schema !== undefined && revocable(schema, null, admin).includes('CREATE');
    })
    .map((name) => `REVOKE CREATE ON SCHEMA ${identifier(name)} FROM PUBLIC`);
  return [...creations, ...grants.map(({ sql }) => [sql]), ...revocations.map((sql) => [sql])];
}
