// A deployment by manifest on a server of its own, applied and looked at.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMutating, type Response } from 'bus-integration-database';
import type { Meter } from 'bus-integration-postgres';
import { type Major, type Server, startServer } from 'embedded';
import pg from 'pg';
import { expect } from 'vitest';
import { createDeployment, type Flags, stepLines, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { type AdminKind, adminDsnOf } from './admins.ts';

export interface OnServer extends AsyncDisposable {
  readonly server: Server;
  readonly adminDsn: string;
  readonly folder: string;
  plan(manifest: string, flags?: Flags, meter?: Meter): Promise<Response>;
  apply(manifest: string, flags?: Flags): Promise<Response>;
  /** Applied, and nothing is left to do; the answer. */
  converge(manifest: string, allow?: readonly string[]): Promise<Response>;
  /** Runs statements as a service does, with the DSN of a file. */
  asService(file: string, sql: string): Promise<void>;
  /** Runs statements in a database as a role, which searches a schema; default: as the superuser. */
  make(sql: string, at?: { readonly as?: string; readonly database?: string; readonly schema?: string }): Promise<void>;
}

/** What is said under `roles` and `databases`, in the YAML of a manifest. */
export function manifestWith(roles: string, databases: string): string {
  return `version: 1\ndeployment: example-dev\nroles: ${roles}\ndatabases: ${databases}\n`;
}

export async function onServer(major: Major, kind: AdminKind): Promise<OnServer> {
  const server = await startServer({ major });
  const folder = temporaryFolder();
  const adminDsn = await adminDsnOf(server, kind);
  const of = (manifest: string, meter?: Meter) =>
    createDeployment({ adminDsn, folder: folder.path, desired: { databases: [], manifest }, ...(meter && { meter }) });
  return {
    server,
    adminDsn,
    folder: folder.path,
    plan: (manifest, flags, meter) => of(manifest, meter).plan(flags),
    apply: (manifest, flags) => of(manifest).apply(flags),
    converge: async (manifest, allow = []) => {
      const applied = await of(manifest).apply({ allow });
      expect(applied.ok, explain(applied)).toBe(true);
      const again = await of(manifest).plan();
      expect(stepLines(again.steps), JSON.stringify(again.steps.filter(isMutating))).toEqual([]);
      expect(again.ok, explain(again)).toBe(true);
      return applied;
    },
    asService: async (file, sql) => {
      const client = new pg.Client({
        connectionString: readFileSync(join(folder.path, 'local', 'dsn', file), 'utf8').trim(),
      });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    },
    make: async (sql, { as, database = 'orders', schema = 'app' } = {}) => {
      const role = as === undefined ? '' : `SET ROLE "${as}"; `;
      await server.query(`${role}SET search_path = "${schema}"; ${sql}`, { database });
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

/** The statements of a plan or an apply that are about privileges, without the joining of roles. */
export function privilegeSql({ steps }: Response): string[] {
  return steps
    .flatMap(({ sql = [] }) => sql)
    .filter((sql) => / ON .* (TO|FROM) /.test(sql) && /^(GRANT|REVOKE|ALTER DEFAULT)/.test(sql));
}
