// A rotation beside other work, and one that was cut off: services go on until the last moment, and what is half done is
// told. A service is a client that logs in by its file again and again.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment as createCommandLine } from './crash/deployment.ts';
import { startFaultyProxy } from './crash/faulty-proxy.ts';
import { createDeployment, type Desired, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

/** Databases made beside the rotation; `ROTATION_DATABASES=40` makes more. */
const count = Number(process.env.ROTATION_DATABASES ?? 8);

let server: Server;
let plainDsn: string;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '60' } });
  plainDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

describe.each([
  { admin: 'superuser', delayMs: 0 },
  { admin: 'plain', delayMs: 25 },
] as const)('$admin admin', ({ admin, delayMs }) => {
  const adminDsn = () => (admin === 'plain' ? plainDsn : server.dsn());
  const elsewhere = () => ({
    BUS_DATABASE_SERVICE_HOST: server.host,
    BUS_DATABASE_SERVICE_PORT: String(server.port),
  });

  test('new databases are ready before the password of a role that has services changes', async () => {
    using folder = temporaryFolder();
    const deploymentId = `outage-${admin}`;
    const old = `outage_${admin}`;
    const fresh = Array.from({ length: count }, (_, index) => `${old}_${index}`);
    const base: Desired = { databases: [old], serviceRole: `${old}_svc`, keys: elsewhere() };
    await using proxy = await startFaultyProxy(server.port, undefined, delayMs);
    const at = { adminDsn: onPort(proxy.port, adminDsn()), folder: folder.path, deploymentId };
    const first = createDeployment({ ...at, desired: base });
    expect((await first.apply()).ok).toBe(true);

    const service = startService(join(first.dsnDirectory, `${old}.dsn`), async () => {
      const [row] = await server.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_catalog.pg_database
          WHERE datname = ANY($1) AND datallowconn AND pg_catalog.has_database_privilege($2, oid, 'CONNECT')`,
        { values: [fresh, `${old}_svc`] },
      );
      return row?.count ?? 0;
    });
    const startedAt = performance.now();
    const answer = await createDeployment({ ...at, desired: { ...base, databases: [old, ...fresh] } }).apply({
      rotate: [`${old}_svc`],
    });
    const elapsedMs = performance.now() - startedAt;
    const { logins, refusals, outageMs } = await service.stop();
    console.log(
      `rotation, ${admin} admin, ${2 * delayMs} ms of latency, ${count} new databases: ${Math.round(elapsedMs)} ms, outage ${Math.round(outageMs)} ms (${refusals.length} of ${logins} logins refused)`,
    );
    expect(answer.ok, explain(answer)).toBe(true);
    expect(logins).toBeGreaterThan(5);
    expect(refusals.filter((ready) => ready < fresh.length)).toEqual([]);
  }, 120_000);

  test('a creation that fails leaves services their password', async () => {
    using folder = temporaryFolder();
    const name = `failing_${admin}`;
    const desired: Desired = { databases: [name], serviceRole: `${name}_svc` };
    const at = { folder: folder.path, deploymentId: `failing-${admin}` };
    const first = createDeployment({ ...at, adminDsn: adminDsn(), desired });
    expect((await first.apply()).ok).toBe(true);
    const before = first.dsn(`${name}.dsn`);

    const further: Desired = { ...desired, databases: [name, `${name}_new`] };
    await using proxy = await startFaultyProxy(server.port, {
      harm: 'cut',
      direction: 'to-server',
      holding: 'CREATE DATABASE',
      at: 1,
    });
    const through = onPort(proxy.port, adminDsn());
    const hurt = createDeployment({ ...at, adminDsn: through, desired: { ...further, keys: elsewhere() } });
    const answer = await hurt.apply({ rotate: [`${name}_svc`] });
    expect(answer.ok, explain(answer)).toBe(false);
    expect(proxy.struckAt()).toBe('Q');
    expect(first.dsn(`${name}.dsn`)).toBe(before);
    expect(await logsIn(before)).toBe(true);

    // The same password, not another: what was staged is what services then have.
    const staged = readFileSync(join(first.dsnDirectory, `${name}.dsn.staged`), 'utf8').trim();
    const again = await createDeployment({ ...at, adminDsn: adminDsn(), desired: further }).apply({
      rotate: [`${name}_svc`],
    });
    expect(again.ok, explain(again)).toBe(true);
    expect(first.dsn(`${name}.dsn`)).toBe(staged);
    expect(await logsIn(staged)).toBe(true);
    expect(stagedFiles(first.dsnDirectory)).toEqual([]);
  });

  test('half done, it is a finding of plan, status and verify, and apply ends it', async () => {
    const name = `half_${admin}`;
    const place = { host: server.host, port: server.port };
    const ground = { server, adminDsn: adminDsn(), service: place, loginHost: server.host };
    using deployment = createCommandLine(ground, name);
    expect((await deployment.run(['apply'])).exit).toBe(0);
    const { serviceRole: role, directory } = deployment;
    const path = join(directory, `${name}_shop.dsn`);
    const next = 'a'.repeat(43);
    // As a run leaves it that is killed between its commit and its renames.
    const { password = '' } = parseDsn(readFileSync(path, 'utf8').trim());
    writeFileSync(`${path}.staged`, readFileSync(path, 'utf8').replace(password, next), { mode: 0o600 });
    await server.query(`ALTER ROLE "${role}" PASSWORD '${next}'`);

    const told = (answer: { response: { diagnostics?: readonly { code: string }[] } }) =>
      (answer.response.diagnostics ?? []).map(({ code }) => code);
    const status = await deployment.run(['status']);
    expect(status.exit).toBe(0);
    expect(told(status)).toContain('rotation-unfinished');
    expect((await deployment.run(['status', '--check'])).exit).toBe(3);
    const plan = await deployment.run(['plan', '--check']);
    expect([plan.exit, told(plan)]).toEqual([3, expect.arrayContaining(['rotation-unfinished'])]);
    const verify = await deployment.run(['verify']);
    expect(verify.exit).toBe(1);
    expect(verify.text).toMatch(/a rotation that was cut off[^}]*"bus operator database apply"/);

    expect((await deployment.run(['apply'])).exit).toBe(0);
    expect(parseDsn(readFileSync(path, 'utf8').trim()).password).toBe(next);
    expect(told(await deployment.run(['status', '--check']))).not.toContain('rotation-unfinished');
    expect((await deployment.run(['verify'])).exit).toBe(0);
    await deployment.drop();
  }, 120_000);
});

describe('a connection lost when all is done', () => {
  const rotated = async (name: string, harm: 'cut' | 'down') => {
    using folder = temporaryFolder();
    const role = `${name}_svc`;
    const keys = { BUS_DATABASE_SERVICE_HOST: server.host, BUS_DATABASE_SERVICE_PORT: String(server.port) };
    const desired: Desired = { databases: [name], serviceRole: role, keys };
    const at = { folder: folder.path, deploymentId: name, desired };
    const direct = createDeployment({ ...at, adminDsn: plainDsn });
    expect((await direct.apply()).ok).toBe(true);
    const before = direct.dsn(`${name}.dsn`);
    // The first look at the cluster comes before the plan, the second after the files.
    const fault = { harm, direction: 'to-server', holding: 'BEGIN READ ONLY', at: 2 } as const;
    await using proxy = await startFaultyProxy(server.port, fault);
    const answer = await createDeployment({ ...at, adminDsn: onPort(proxy.port, plainDsn) }).apply({ rotate: [role] });
    expect(proxy.struckAt()).toBe('Q');
    const now = direct.dsn(`${name}.dsn`);
    expect(now).not.toBe(before);
    expect(await logsIn(now)).toBe(true);
    return answer;
  };

  test('another connection takes the closing look', async () => {
    const answer = await rotated('looked', 'cut');
    expect(answer.ok, explain(answer)).toBe(true);
  });

  test('a rotation that is whole is not advised to be done again', async () => {
    const answer = await rotated('whole', 'down');
    expect(answer.ok).toBe(false);
    const stands = answer.diagnostics.find(({ code }) => code === 'what-stands');
    expect(stands?.message).toBe('2 of 2 steps were carried out');
    expect(stands?.remedy).toBe('bus operator database apply');
    expect(JSON.stringify(answer.diagnostics)).not.toContain('same command');
  });

  test('a saved plan of which a part was done is not advised to be applied again', async () => {
    using folder = temporaryFolder();
    const keys = { BUS_DATABASE_SERVICE_HOST: server.host, BUS_DATABASE_SERVICE_PORT: String(server.port) };
    const at = {
      folder: folder.path,
      deploymentId: 'saved',
      desired: { databases: ['saved_1', 'saved_2'], serviceRole: 'saved_svc', keys },
    };
    const fault = { harm: 'cut', direction: 'to-server', holding: 'CREATE DATABASE', at: 2 } as const;
    await using proxy = await startFaultyProxy(server.port, fault);
    const hurt = createDeployment({ ...at, adminDsn: onPort(proxy.port, plainDsn) });
    const plan = await hurt.plan({ allow: ['revoke'] });
    const answer = await hurt.apply({ allow: ['revoke'] }, plan);
    expect(answer.ok).toBe(false);
    const stands = answer.diagnostics.find(({ code }) => code === 'what-stands');
    expect(stands?.remedy).toBe('bus operator database apply --allow revoke');
    const stale = await hurt.apply({ allow: ['revoke'] }, plan);
    expect(stale.error_class).toBe('stale-plan');
    const direct = createDeployment({ ...at, adminDsn: plainDsn });
    expect((await direct.apply({ allow: ['revoke'] })).ok).toBe(true);
  });
});

interface Service {
  /** How many logins there were, and what `note` answered at each that was refused. */
  stop(): Promise<{ logins: number; refusals: number[]; outageMs: number }>;
}

/** Reads its file and logs in, again and again; tells the longest time between two logins that went well. */
function startService(path: string, note: () => Promise<number>): Service {
  const refusals: number[] = [];
  let logins = 0;
  let outageMs = 0;
  let isOver = false;
  const running = (async () => {
    let firstRefusal: number | undefined;
    // One more login after the end: an outage ends with one that goes well.
    for (let isLast = false; !isLast; ) {
      isLast = isOver;
      const startedAt = performance.now();
      const isIn = await logsIn(readFileSync(path, 'utf8').trim());
      logins += 1;
      if (isIn) {
        if (firstRefusal !== undefined) outageMs = Math.max(outageMs, performance.now() - firstRefusal);
        firstRefusal = undefined;
      } else {
        firstRefusal ??= startedAt;
        refusals.push(await note());
      }
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return { logins, refusals, outageMs };
    },
  };
}

/** False only where the password is refused. */
async function logsIn(dsn: string): Promise<boolean> {
  const client = new Client({ connectionString: dsn, ssl: false });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function onPort(port: number, dsn: string): string {
  const url = new URL(dsn);
  url.port = String(port);
  return url.href;
}

function stagedFiles(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.staged')) : [];
}
