// What a run asks of the network and the server, counted: the figures that the product promises for a converged server,
// and that they don't grow with what is in a database.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Response } from 'bus-integration-database';
import type { Meter } from 'bus-integration-postgres';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMeter } from '../packages/bus-integration-postgres/src/connection/network/meter.ts';
import { nearMs } from '../packages/bus-integration-postgres/src/run/jobs.ts';
import { startFaultyProxy } from './crash/faulty-proxy.ts';
import {
  createDeployment,
  type Deployment,
  type Desired,
  type Flags,
  stepLines,
  temporaryFolder,
} from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const numbered = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}${index}`);

/** On a machine so busy that the server seemed far away, more than 4 are right. */
const mostOpen = (meter: Meter | undefined) => ((meter?.answerMs ?? 0) > nearMs ? 20 : 4);

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

/** Applies a declaration, then measures a plan that finds nothing to do. */
async function measureConverged(deploymentId: string, desired: Desired, on = adminDsn): Promise<Meter> {
  using folder = temporaryFolder();
  const applied = await createDeployment({ adminDsn: on, desired, folder: folder.path, deploymentId }).apply();
  expect(applied.ok, explain(applied)).toBe(true);
  const meter = createMeter();
  const plan = await createDeployment({ adminDsn: on, desired, folder: folder.path, deploymentId, meter }).plan();
  expect(plan.ok, explain(plan)).toBe(true);
  expect(stepLines(plan.steps)).toEqual([]);
  return meter;
}

describe('a converged plan', () => {
  const sizes = [4, 8] as const;
  const meters = new Map<number, Meter>();
  beforeAll(async () => {
    for (const size of sizes) {
      const desired = { databases: numbered(size, `size${size}_`), serviceRole: `size${size}_svc` };
      meters.set(size, await measureConverged(`size-${size}`, desired));
    }
  }, 60_000);

  test.each(sizes)('%i databases: connections, open at once, statements', (size) => {
    const meter = meters.get(size);
    console.log(`round-trips: ${size} databases: ${JSON.stringify(meter)}`);
    expect(meter?.connections).toBeLessThanOrEqual(size + 2);
    expect(meter?.openPeak).toBeLessThanOrEqual(mostOpen(meter));
    expect(meter?.statements).toBeLessThanOrEqual(2 * size + 8);
    expect(meter?.open).toBe(0);
  });

  test('statements and round trips grow linearly with the databases', () => {
    const [small, large] = sizes.map((size) => meters.get(size));
    const slope = ((large?.statements ?? 0) - (small?.statements ?? 0)) / 4;
    expect(slope).toBeLessThanOrEqual(2);
    expect(large?.statements).toBe((small?.statements ?? 0) + 4 * slope);
    expect(((large?.roundTrips ?? 0) - (small?.roundTrips ?? 0)) / 4).toBeLessThanOrEqual(1);
    expect((large?.connections ?? 0) - (small?.connections ?? 0)).toBe(4);
  });
});

describe('a doctor of a converged server', () => {
  test.each([1, 6])('%i databases: asks hardly more than a plan', async (size) => {
    using folder = temporaryFolder();
    const desired = { databases: numbered(size, `doctored${size}_`), serviceRole: `doctored${size}_svc` };
    const at = { adminDsn, desired, folder: folder.path, deploymentId: `doctored-${size}` };
    expect((await createDeployment(at).apply()).ok).toBe(true);
    const measured = async (verb: 'plan' | 'doctor') => {
      const meter = createMeter();
      const answer = await createDeployment({ ...at, meter })[verb]();
      expect(answer.ok, explain(answer)).toBe(true);
      return meter;
    };
    const [plan, doctor] = [await measured('plan'), await measured('doctor')];
    console.log(`round-trips: doctor of ${size}: ${JSON.stringify(doctor)}, plan: ${JSON.stringify(plan)}`);
    // Its own question and who holds the lock; who answers is asked on a second connection meanwhile.
    expect(doctor.roundTrips).toBe(plan.roundTrips + 3);
    expect(doctor.connections).toBe(plan.connections + 1);
    expect(doctor.openPeak).toBeLessThanOrEqual(mostOpen(doctor));
    expect(doctor.open).toBe(0);
  });
});

describe('a verify', () => {
  const checks = ['connectivity', 'listener-policy'];
  const cases = [
    {
      id: 'same',
      way: "at the admin's address",
      admin: () => server.dsn(),
      lost: false,
      looks: 0,
      probes: 0,
      most: 18,
    },
    {
      id: 'less',
      way: "where a service's file is missing",
      admin: () => server.dsn(),
      lost: true,
      looks: 1,
      probes: 0,
      most: 16,
    },
    // As the admin logs in by the socket with a password, so might the service: that is probed.
    {
      id: 'apart',
      way: 'at another address',
      admin: () => server.socketDsn(),
      lost: false,
      looks: 3,
      probes: 1,
      most: 21,
    },
  ] as const;

  test.each(cases)(
    '$way: a login for each file, and the admin looks into $looks',
    async ({ id, admin, lost, looks, probes, most }) => {
      const databases = numbered(3, `${id}_`);
      const [, second = ''] = databases;
      using folder = temporaryFolder();
      const keys = { BUS_DATABASE_SERVICE_HOST: server.host, BUS_DATABASE_SERVICE_PORT: String(server.port) };
      const at = { adminDsn: admin(), desired: { databases, serviceRole: `${id}_svc`, keys }, folder: folder.path };
      const applied = await createDeployment({ ...at, deploymentId: id }).apply();
      expect(applied.ok, explain(applied)).toBe(true);
      await server.query('GRANT CREATE ON SCHEMA public TO PUBLIC', { database: second });
      if (lost) rmSync(join(folder.path, 'local', 'dsn', `${second}.dsn`));
      const meter = createMeter();
      const deployment = createDeployment({ ...at, deploymentId: id, meter });
      const answer = await deployment.verify({ checks });
      const found = answer.listener_policy?.filter(({ id }) => id === 'public-writable').map(({ seen }) => seen);
      // Whoever looked.
      expect(found).toEqual([`every role may create objects in ${second}, schema public`]);
      console.log(`round-trips: verify ${id}: ${JSON.stringify(meter)}`);
      expect(meter.connections).toBe(1 + databases.length - (lost ? 1 : 0) + looks + probes);
      // What only an unusual database has is not asked about one by one.
      expect(meter.roundTrips).toBeLessThanOrEqual(most);
      expect(meter.openPeak).toBeLessThanOrEqual(mostOpen(meter));
      expect(meter.open).toBe(0);
    },
  );
});

describe('round trips for each database', () => {
  const few = { databases: numbered(2, 'few'), serviceRole: 'few_svc', schemas: numbered(1, 's') };
  const cases: readonly (readonly [what: string, desired: Desired])[] = [
    ['10 schemas', { databases: numbered(2, 'tens'), serviceRole: 'tens_svc', schemas: numbered(10, 's') }],
    [
      '5 roles',
      { databases: numbered(2, 'fiver'), serviceRole: 'fiver_svc', roles: numbered(4, 'fiver_r'), schemas: ['s0'] },
    ],
    [
      '10 schemas and 5 roles',
      {
        databases: numbered(2, 'both'),
        serviceRole: 'both_svc',
        roles: numbered(4, 'both_r'),
        schemas: numbered(10, 's'),
      },
    ],
  ];
  let base: Meter;
  beforeAll(async () => {
    base = await measureConverged('few', few);
  });

  test.each(cases)('%s ask no more than one of each', async (what, desired) => {
    const meter = await measureConverged(what.replaceAll(' ', '-'), desired);
    // A plain admin can't read verifiers: each role's password is proven by one login, whatever it has access to.
    const logins = (desired.roles ?? []).length;
    expect(meter.roundTrips).toBe(base.roundTrips);
    expect(meter.statements).toBe(base.statements);
    expect(meter.connections).toBe(base.connections + logins);
  });

  test('grants by others make no difference', async () => {
    await server.query('CREATE ROLE crowd');
    const desired = { databases: numbered(2, 'crowded'), serviceRole: 'crowded_svc', schemas: ['s0'] };
    using folder = temporaryFolder();
    const at = { adminDsn, desired, folder: folder.path, deploymentId: 'crowded' };
    expect((await createDeployment(at).apply()).ok).toBe(true);
    for (const database of desired.databases) {
      const roles = numbered(20, `${database}_guest`);
      await server.query(
        roles.map((role) => `CREATE ROLE ${role}; GRANT CONNECT ON DATABASE ${database} TO ${role}`).join(';'),
      );
      await server.query(roles.map((role) => `GRANT USAGE ON SCHEMA s0 TO ${role}`).join(';'), { database });
    }
    const meter = createMeter();
    expect(stepLines((await createDeployment({ ...at, meter }).plan()).steps)).toEqual([]);
    expect([meter.roundTrips, meter.statements]).toEqual([base.roundTrips, base.statements]);
  });
});

describe('an apply', () => {
  test.each([
    ['1 schema', numbered(1, 's')],
    ['10 schemas', numbered(10, 's')],
  ])('of two new databases with %s works in each in as many round trips', async (what, schemas) => {
    const name = what.replace(/\W/g, '_').toLowerCase();
    const desired = { databases: numbered(2, `new_${name}_`), serviceRole: `new_${name}_svc`, schemas };
    using folder = temporaryFolder();
    const meter = createMeter();
    const at = { adminDsn, desired, folder: folder.path, deploymentId: `new-${name}` };
    const applied = await createDeployment({ ...at, meter }).apply();
    expect(applied.ok, explain(applied)).toBe(true);
    expect(meter.openPeak).toBeLessThanOrEqual(mostOpen(meter));
    // Where heartbeats and waits stay out, the number is the same for any number of schemas.
    expect(meter.roundTrips).toBe(newDatabasesRoundTrips.get('trips') ?? meter.roundTrips);
    newDatabasesRoundTrips.set('trips', meter.roundTrips);
  });
  const newDatabasesRoundTrips = new Map<string, number>();

  const ways: readonly (readonly [way: string, desiredOf: (databases: readonly string[], id: string) => Desired])[] = [
    ['lists', (databases, id) => ({ databases: [...databases], serviceRole: `${id}_svc`, schemas: ['data'] })],
    ['a manifest', (databases, id) => ({ databases: [], manifest: manifestOf(databases, id) })],
  ];
  const manifestOf = (databases: readonly string[], id: string) => `version: 1
deployment: ${id}
roles: {${id}_owner: {}, ${id}_app: {login: true}, ${id}_reader: {}}
every_database: {owner: ${id}_owner, schemas: [app, audit], access: {${id}_app: write, ${id}_reader: read}}
databases: {${databases.map((name) => `${name}: {}`).join(', ')}}
`;
  test.each(ways)('by %s asks at most 6 round trips of each new database', async (way, desiredOf) => {
    const measured = async (size: number): Promise<Meter> => {
      const id = `each${way.length}_${size}`;
      using folder = temporaryFolder();
      const meter = createMeter();
      const desired = desiredOf(numbered(size, `${id}_`), id);
      const deployment = createDeployment({ adminDsn, desired, folder: folder.path, deploymentId: id, meter });
      const applied = await deployment.apply();
      expect(applied.ok, explain(applied)).toBe(true);
      return meter;
    };
    const [few, many] = [await measured(2), await measured(6)];
    const each = (many.roundTrips - few.roundTrips) / 4;
    console.log(
      `round-trips: apply by ${way}: ${each} for each database, ${(many.connections - few.connections) / 4} logins`,
    );
    expect(each).toBeGreaterThan(0);
    expect(each).toBeLessThanOrEqual(6);
  });
});

describe('a converged server', () => {
  const reads: readonly (readonly [
    verb: string,
    run: (deployment: ReturnType<typeof createDeployment>) => Promise<unknown>,
  ])[] = [
    ['plan', (deployment) => deployment.plan()],
    ['apply', (deployment) => deployment.apply()],
    ['status', (deployment) => deployment.status()],
    ['doctor', (deployment) => deployment.doctor()],
    ['plan with everything allowed', (deployment) => deployment.plan(everything)],
  ];
  const everything: Flags = { adopt: true, allow: ['create', 'grant', 'update', 'revoke', 'destructive'] };

  test.each(['superuser', 'plain'] as const)('is not written to by any verb (as %s)', async (admin) => {
    // No autovacuum: only what we do may leave a trace.
    await using quiet = await startServer({ settings: { log_statement: 'mod', autovacuum: 'off' } });
    const dsn = admin === 'superuser' ? quiet.dsn() : await createPlainAdmin(quiet);
    using folder = temporaryFolder();
    const desired = {
      databases: ['app', 'logs'],
      serviceRole: 'svc',
      roles: ['reporting'],
      schemas: ['public', 'data'],
    };
    const deployment = createDeployment({ adminDsn: dsn, desired, folder: folder.path });
    expect((await deployment.apply()).ok).toBe(true);
    const logBefore = quiet.log().length;
    const before = await rowsWritten(quiet);
    for (const [verb, run] of reads) {
      await run(deployment);
      expect(await rowsWritten(quiet), `${verb} writes nothing`).toBe(before);
    }
    const logged = quiet.log().slice(logBefore);
    expect(logged.split('\n').filter((line) => /LOG: {2}statement:/.test(line))).toEqual([]);
  });
});

describe('a server that is far away', () => {
  test('gets as many connections as the waiting asks for, from what it has free', async () => {
    await using small = await startServer({ settings: { max_connections: '40' } });
    const admin = await createPlainAdmin(small);
    await using proxy = await startFaultyProxy(small.port, undefined, 10);
    const dsn = admin.replace(`:${small.port}/`, `:${proxy.port}/`);
    expect(dsn).not.toBe(admin);
    using folder = temporaryFolder();
    const desired = { databases: numbered(24, 'far'), serviceRole: 'far_svc' };
    const peakOf = async (work: (deployment: Deployment) => Promise<Response>): Promise<number> => {
      const meter = createMeter();
      const answer = await work(createDeployment({ adminDsn: dsn, desired, folder: folder.path, meter }));
      expect(answer.ok, explain(answer)).toBe(true);
      return meter.openPeak;
    };
    const peaks = {
      apply: await peakOf((deployment) => deployment.apply()),
      plan: await peakOf((deployment) => deployment.plan()),
      verify: await peakOf((deployment) => deployment.verify()),
      doctor: await peakOf((deployment) => deployment.doctor()),
    };
    console.log(`far away: ${JSON.stringify(peaks)}`);
    for (const peak of Object.values(peaks)) {
      expect(peak).toBeGreaterThan(8);
      expect(peak).toBeLessThanOrEqual(20);
    }
  }, 60_000);
});

describe('a server with max_connections = 20', () => {
  test('takes 40 databases, and reads them again', async () => {
    await using small = await startServer({ settings: { max_connections: '20' } });
    const dsn = await createPlainAdmin(small);
    using folder = temporaryFolder();
    const desired = { databases: numbered(40, 'db'), serviceRole: 'svc' };
    const meter = createMeter();
    const deployment = createDeployment({ adminDsn: dsn, desired, folder: folder.path, meter, jobs: 16 });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    expect(meter.openPeak).toBeLessThanOrEqual(20 - 3);
    expect(stepLines((await deployment.plan()).steps)).toEqual([]);
    expect((await deployment.verify()).ok).toBe(true);
  }, 120_000);

  test('lets verify try every login over the only free connection, whatever it checks', async () => {
    await using small = await startServer({
      settings: { max_connections: '8', superuser_reserved_connections: '2', max_wal_senders: '0' },
    });
    const dsn = await createPlainAdmin(small);
    using folder = temporaryFolder();
    const desired = { databases: numbered(3, 'db'), serviceRole: 'svc' };
    const deployment = createDeployment({ adminDsn: dsn, desired, folder: folder.path });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    const held = await holdConnections(small, 5);
    for (const checks of [['connectivity'], ['connectivity', 'listener-policy']]) {
      const { connectivity = [] } = await deployment.verify({ checks });
      const logins = connectivity.filter(({ id }) => id === 'service-login');
      expect(
        logins.map(({ result }) => result),
        JSON.stringify(held),
      ).toEqual(['ok', 'ok', 'ok']);
    }
    await held.release();
  });

  test('works with one connection to spare beside what a run itself needs', async () => {
    await using small = await startServer({
      settings: { max_connections: '8', superuser_reserved_connections: '2', max_wal_senders: '0' },
    });
    const dsn = await createPlainAdmin(small);
    const held = await holdConnections(small, 2);
    using folder = temporaryFolder();
    const desired = { databases: numbered(3, 'db'), serviceRole: 'svc' };
    const deployment = createDeployment({ adminDsn: dsn, desired, folder: folder.path, jobs: 16 });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    await held.release();
  });
});

/** How many rows were ever written in each database, the catalogs' among them. */
async function rowsWritten(on: Server): Promise<string> {
  const [row] = await on.query<{ written: string }>(
    `SELECT pg_catalog.string_agg(datname || ' ' || (tup_inserted + tup_updated + tup_deleted)::text, ', ' ORDER BY datname)
              AS written FROM pg_catalog.pg_stat_database WHERE datname IS NOT NULL`,
  );
  return row?.written ?? '';
}

async function holdConnections(on: Server, count: number) {
  const { Client } = await import('pg');
  const clients = await Promise.all(
    numbered(count, 'guest').map(async (name) => {
      await on.query(`CREATE ROLE ${name} LOGIN PASSWORD 'guest'`);
      const client = new Client({ connectionString: on.dsn('postgres', name, 'guest'), ssl: false });
      // The server may be gone before it is let go.
      client.on('error', () => {});
      await client.connect();
      return client;
    }),
  );
  return { release: async () => void (await Promise.all(clients.map((client) => client.end()))) };
}
