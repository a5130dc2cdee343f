import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from 'bus-integration-database';
import { type ConformanceSubject, conformanceSuite } from 'bus-integration-database/conformance';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { postgresKeys } from '../src/keys.ts';
import { createPostgresProvider } from '../src/provider.ts';
import { createKeptSessions } from '../src/run/kept-sessions.ts';

let server: Server;
let plainDsn: string;
let count = 0;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '60' } });
  plainDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

/** A new deployment, with names of its own. */
async function createProvider(dsn: string, isKeeping: boolean): Promise<ConformanceSubject> {
  count += 1;
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  writeFileSync(join(directory, 'admin-dsn'), `${dsn}\n`, { mode: 0o600 });
  const databases = [`conform_${count}_a`, `conform_${count}_b`] as const;
  const env = {
    BUS_DEPLOYMENT_ID: `conform-${count}`,
    BUS_POSTGRES_ADMIN_DSN_FILE: join(directory, 'admin-dsn'),
    BUS_DATABASE_NAMES: databases.join(','),
    BUS_DATABASE_SERVICE_ROLE: `conform_${count}_svc`,
    BUS_DATABASE_DSN_OUTPUT_DIR: join(directory, 'dsn'),
  };
  const kept = isKeeping ? createKeptSessions() : undefined;
  const provider = createPostgresProvider({
    configuration: readConfiguration(env, {}, [postgresKeys]).configuration,
    processContext: { env, cwd: directory, homeDirectory: directory, osUser: 'nobody', uid: process.getuid?.() ?? 0 },
    ...(kept && { kept }),
  });
  return {
    provider,
    deploymentId: env.BUS_DEPLOYMENT_ID,
    databases: [...databases],
    roles: [env.BUS_DATABASE_SERVICE_ROLE],
    schemas: ['public'],
    [Symbol.asyncDispose]: async () => {
      await kept?.close();
      rmSync(directory, { recursive: true });
    },
  };
}

describe('as superuser, keeping connections', () => {
  for (const { name, run } of conformanceSuite({ createProvider: () => createProvider(server.dsn(), true) }))
    test(name, run);
});

describe('as a plain admin', () => {
  for (const { name, run } of conformanceSuite({ createProvider: () => createProvider(plainDsn, false) }))
    test(name, run);
});
