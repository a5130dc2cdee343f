// What is judged inside each declared database: as its services saw it when they logged in, else as the admin sees it.
// Never writes.

import { readRows, record, text } from '../../connection/session/shape.ts';
import { eachInParallel } from '../../run/parallel.ts';
import type { Run } from '../../run/run.ts';
import { publicWritableQuery } from '../../sql/verify/listener-query.ts';
import { toOperationError } from '../../text/sqlstate.ts';
import type { ListenerDatabase } from './listener-facts.ts';

/** A schema in which everybody may create. */
interface WritableSchema {
  readonly name: string;
  readonly owner: string;
}

const writableShape = record<WritableSchema>({ name: text, owner: text });

/** By the databases that somebody has looked into. */
export type SeenInside = ReadonlyMap<string, readonly WritableSchema[]>;

export interface InsideFacts {
  readonly writableSchemas: readonly (WritableSchema & { readonly database: string })[];
  /** Declared databases that nobody could look into; without a reason the admin has no right to CONNECT. */
  readonly closedDatabases: readonly { readonly name: string; readonly reason?: string }[];
}

/** A login for each declared database that nobody has looked into yet. */
export async function lookInside(
  databases: readonly ListenerDatabase[],
  seen: SeenInside,
  run: Run,
  jobs: number | Promise<number>,
): Promise<InsideFacts> {
  const declared = databases.filter(({ isDeclared }) => isDeclared);
  const writable = new Map(seen);
  const reasons = new Map<string, string>();
  const unseen = declared.filter(({ name, adminMayConnect }) => adminMayConnect && !seen.has(name));
  const options = { jobs, signal: run.signal };
  await eachInParallel(unseen, options, async ({ name }) => {
    try {
      await using session = await run.open('read', name);
      writable.set(
        name,
        await readRows(session, writableShape, { sql: publicWritableQuery, doing: 'reading schemas' }),
      );
    } catch (error) {
      if (run.signal.aborted) throw error;
      // It is only one part of what is judged.
      reasons.set(name, toOperationError(error, name).message);
    }
  });
  return {
    writableSchemas: declared.flatMap(({ name: database }) =>
      (writable.get(database) ?? []).map((schema) => ({ database, ...schema })),
    ),
    closedDatabases: declared
      .filter(({ name }) => !writable.has(name))
      .map(({ name }) => {
        const reason = reasons.get(name);
        return { name, ...(reason !== undefined && { reason }) };
      }),
  };
}
