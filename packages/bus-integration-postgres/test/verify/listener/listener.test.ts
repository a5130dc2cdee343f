// Each finding on a real server: a set-up that raises it, and one that doesn't.
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, handle, readConfiguration } from 'bus-integration-database';
import { createCertificateAuthority, createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresKeys } from '../../../src/keys.ts';
import { createPostgresProvider } from '../../../src/provider.ts';
import { type FindingId, listenerFindings } from '../../../src/verify/listener/listener-findings.ts';
import { policyOf } from '../../../src/verify/listener/policy/policy.ts';
import { renderHba } from '../../../src/verify/listener/policy/render-hba.ts';

const folder = mkdtempSync(join(tmpdir(), 'listener-'));
const authority = createCertificateAuthority();
const caFile = join(folder, 'ca.crt');
const otherCaFile = join(folder, 'other.crt');
let server: Server;

const ownHost =
  'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n';
const settings = { ssl: 'on', ssl_min_protocol_version: 'TLSv1.2', password_encryption: 'scram-sha-256' };

beforeAll(async () => {
  writeFileSync(caFile, authority.certificate);
  writeFileSync(otherCaFile, createCertificateAuthority().certificate);
  server = await startServer({
    settings: { ...settings, listen_addresses: '*' },
    hba: ownHost,
    tls: authority.issue(),
  });
  await server.query('CREATE ROLE bus_service LOGIN CONNECTION LIMIT 20');
  await server.query('CREATE DATABASE shop');
  await server.query('REVOKE CONNECT, TEMPORARY ON DATABASE shop FROM PUBLIC');
  await server.query('CREATE ROLE standby LOGIN REPLICATION');
}, 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

type Keys = Readonly<Record<string, string>>;

async function checksOf(keys: Keys = {}, adminDsn = server.dsn()): Promise<readonly Check[]> {
  const env = {
    BUS_DEPLOYMENT_ID: 'example-dev',
    BUS_POSTGRES_ADMIN_DSN: adminDsn,
    BUS_DATABASE_NAMES: 'shop',
    BUS_DATABASE_SERVICE_ROLE: 'bus_service',
    BUS_DATABASE_DSN_OUTPUT_DIR: join(folder, 'dsn'),
    ...keys,
  };
  const { configuration } = readConfiguration(env, {}, [postgresKeys]);
  const processContext = {
    env: {},
    homeDirectory: folder,
    osUser: 'nobody',
    cwd: folder,
    uid: process.getuid?.() ?? 0,
  };
  const provider = createPostgresProvider({ configuration, processContext });
  const request = { deployment_id: 'example-dev', provider: 'postgres', checks: ['listener-policy'] };
  const response = await handle('verify', request, [provider], { signal: new AbortController().signal });
  expect(response.error_class, JSON.stringify(response.diagnostics)).toBeUndefined();
  return response.listener_policy ?? [];
}

interface SetUp {
  /** Lines after those of the server's own host. */
  readonly hba?: string;
  readonly settings?: Keys;
  readonly sql?: readonly string[];
  readonly keys?: Keys;
}

interface Case {
  readonly raises: SetUp;
  readonly result: Check['result'];
  /** Of the rule, among the lines after the first three. */
  readonly line?: number;
  readonly remedy: string;
  readonly calm: SetUp;
  readonly undo?: readonly string[];
}

const tlsPolicy = { BUS_DATABASE_LISTENER_POLICY: 'tls' };
const ownNetworks = { BUS_DATABASE_LISTENER_NETWORKS: '10.0.0.0/8' };
const verifyFull = { BUS_DATABASE_SERVICE_SSLMODE: 'verify-full' };
const fromTen = (rest: string) => ({ hba: `host all all 10.0.0.0/8 ${rest}` });
const scram = fromTen('scram-sha-256');

const cases: Readonly<Record<Exclude<FindingId, 'not-loaded'>, Case>> = {
  'listen-addresses': {
    raises: { keys: { BUS_DATABASE_LISTENER_POLICY: 'loopback' } },
    result: 'fail',
    remedy: "ALTER SYSTEM SET listen_addresses = 'localhost';",
    calm: { keys: tlsPolicy },
  },
  'tls-off': {
    raises: { settings: { ssl: 'off' }, keys: ownNetworks },
    result: 'fail',
    remedy: 'ALTER SYSTEM SET ssl = on',
    calm: { keys: ownNetworks },
  },
  'tls-min-version': {
    raises: { settings: { ssl_min_protocol_version: 'TLSv1.1' }, keys: tlsPolicy },
    result: 'fail',
    remedy: "ssl_min_protocol_version = 'TLSv1.2'",
    calm: { keys: tlsPolicy },
  },
  'tls-certificate': {
    raises: { keys: { ...tlsPolicy, ...verifyFull, BUS_DATABASE_SERVICE_SSLROOTCERT: otherCaFile } },
    result: 'fail',
    remedy: 'BUS_DATABASE_SERVICE_SSLROOTCERT',
    calm: { keys: { ...tlsPolicy, ...verifyFull, BUS_DATABASE_SERVICE_SSLROOTCERT: caFile } },
  },
  trust: {
    raises: fromTen('trust'),
    result: 'fail',
    line: 1,
    remedy: 'host all all 10.0.0.0/8 scram-sha-256',
    calm: scram,
  },
  'cleartext-password': {
    raises: fromTen('password'),
    result: 'fail',
    line: 1,
    remedy: 'host all all 10.0.0.0/8 scram-sha-256',
    calm: scram,
  },
  md5: {
    raises: fromTen('md5'),
    result: 'warn',
    line: 1,
    remedy: 'host all all 10.0.0.0/8 scram-sha-256',
    calm: scram,
  },
  'ident-or-peer-over-tcp': {
    raises: fromTen('ident'),
    result: 'fail',
    line: 1,
    remedy: 'host all all 10.0.0.0/8 scram-sha-256',
    calm: { hba: 'local shop bus_service peer' },
  },
  'too-wide': {
    raises: { hba: 'host shop bus_service 10.0.0.0/7 scram-sha-256' },
    result: 'fail',
    line: 1,
    remedy: 'replace with: host shop bus_service 10.0.0.0/8 scram-sha-256\nthen a superuser runs, in any database:',
    calm: scram,
  },
  'shadowed-rule': {
    raises: { hba: `${scram.hba}\nhost shop all 10.1.0.0/16 reject` },
    result: 'warn',
    line: 2,
    remedy: 'move it above line 4',
    calm: { hba: `host shop all 10.1.0.0/16 reject\n${scram.hba}` },
  },
  'rejected-service': {
    raises: { hba: `host shop bus_service 10.1.0.0/16 reject\n${scram.hba}` },
    result: 'warn',
    line: 1,
    remedy: 'if it is not meant, delete',
    calm: { hba: `${scram.hba}\nhost all all all reject` },
  },
  'plain-host-beside-hostssl': {
    raises: { hba: `hostssl all all 10.0.0.0/8 scram-sha-256\n${scram.hba}`, keys: ownNetworks },
    result: 'fail',
    line: 2,
    remedy: 'replace with: hostssl all all 10.0.0.0/8 scram-sha-256',
    calm: { hba: 'hostssl all all 10.0.0.0/8 scram-sha-256', keys: ownNetworks },
  },
  'superuser-from-network': {
    raises: { ...scram, keys: ownNetworks },
    result: 'warn',
    line: 1,
    remedy: 'put above it: host all postgres 10.0.0.0/8 reject',
    calm: { hba: `host all postgres 10.0.0.0/8 reject\n${scram.hba}`, keys: ownNetworks },
  },
  'replication-from-network': {
    raises: { hba: 'host replication standby 10.0.0.0/8 scram-sha-256', keys: ownNetworks },
    result: 'warn',
    line: 1,
    remedy: 'name the replication role and the addresses of the standbys',
    calm: { hba: `host all standby 10.0.0.0/8 reject\n${scram.hba}`, keys: ownNetworks },
  },
  'password-encryption': {
    raises: { settings: { password_encryption: 'md5' } },
    result: 'warn',
    remedy: "ALTER SYSTEM SET password_encryption = 'scram-sha-256'",
    calm: {},
  },
  'weak-verifier': {
    raises: { sql: ["SET password_encryption = 'md5'; ALTER ROLE bus_service PASSWORD 'pencil'"] },
    result: 'warn',
    remedy: '--rotate bus_service',
    calm: { sql: ["ALTER ROLE bus_service PASSWORD 'pencil'"] },
  },
  'public-connect': {
    raises: { sql: ['GRANT CONNECT ON DATABASE shop TO PUBLIC'] },
    result: 'fail',
    remedy: 'bus operator database plan',
    calm: { sql: ['REVOKE CONNECT ON DATABASE shop FROM PUBLIC'] },
  },
  'public-writable': {
    raises: { sql: ['shop: GRANT CREATE ON SCHEMA public TO PUBLIC'] },
    result: 'warn',
    remedy: 'REVOKE CREATE ON SCHEMA "public" FROM PUBLIC',
    calm: { sql: ['shop: REVOKE CREATE ON SCHEMA public FROM PUBLIC'] },
  },
  'no-connection-limit': {
    raises: { sql: ['ALTER ROLE bus_service CONNECTION LIMIT -1'] },
    result: 'info',
    remedy: 'CONNECTION LIMIT',
    calm: { sql: ['ALTER ROLE bus_service CONNECTION LIMIT 20'] },
  },
};

async function stand({ hba = '', settings: changed = {}, sql = [], keys }: SetUp) {
  await server.reload({ settings: { ...settings, ...changed }, hba: `${ownHost}${hba}\n` });
  for (const statement of sql) {
    const [, database, text] = /^(?:(\w+): )?(.*)$/s.exec(statement) ?? [];
    await server.query(text ?? '', database === undefined ? {} : { database });
  }
  return await checksOf(keys);
}

/** Adds a line that the server was not told of; it sees a file's time in whole seconds only. */
function change(line: string): void {
  appendFileSync(server.hbaFile, line);
  const later = new Date(Date.now() + 5_000);
  utimesSync(server.hbaFile, later, later);
}

describe('each finding', () => {
  it.each(Object.entries(cases) as [FindingId, Case][])(
    '%s is raised by a set-up, and not by another',
    async (id, { raises, result, line, remedy, calm }) => {
      // A line of the same name may say something milder beside it.
      const isIt = (check: Check) => check.id === id && check.result === result;
      const raised = (await stand(raises)).filter(isIt);
      expect(raised).toHaveLength(1);
      expect(raised[0]?.remedy).toContain(remedy);
      expect(raised[0]?.rule?.line).toBe(line === undefined ? undefined : line + 3);
      expect((await stand(calm)).filter(isIt)).toEqual([]);
      expect(listenerFindings[id].page).toMatch(/^https:\/\/www\.postgresql\.org\/docs\/current\//);
    },
  );

  it('not-loaded tells a changed file and a broken line from one that is in force', async () => {
    const of = (checks: readonly Check[]) => checks.filter(({ id }) => id === 'not-loaded').map(({ result }) => result);
    expect(of(await stand({}))).toEqual([]);
    change('host all all 10.0.0.0/8 scram-sha-256\n');
    expect(of(await checksOf())).toEqual(['warn']);
    change('host all all nonsense\n');
    const checks = await checksOf();
    expect(of(checks)).toContain('fail');
    expect(checks.find(({ id, result }) => id === 'not-loaded' && result === 'fail')?.rule?.line).toBe(6);
  });
});

describe('tls-certificate', () => {
  const hourMs = 3_600_000;
  const dayOf = (date: Date) => date.toISOString().slice(0, 10);
  const past = new Date(Date.now() - hourMs);
  const future = new Date(Date.now() + hourMs);
  const names = ['db.example.com', '127.0.0.2'];
  const renew = 'give the server a new certificate';
  const faults = [
    { what: 'that expired', desired: { validTo: past }, seen: `it expired on ${dayOf(past)}`, remedy: renew },
    {
      what: 'that is not valid yet',
      desired: { validFrom: future },
      seen: `it is valid from ${dayOf(future)} on only`,
      remedy: renew,
    },
    {
      what: 'for other names than the one that services dial',
      desired: { commonName: '127.0.0.1', names },
      seen: 'it is for DNS:db.example.com, IP Address:127.0.0.2, services dial 127.0.0.1',
      remedy: 'give the server a certificate for 127.0.0.1, or set BUS_DATABASE_SERVICE_HOST to a name it is for',
    },
  ] as const;
  const told = async (sslmode: string) => {
    const ca = { BUS_DATABASE_SERVICE_SSLROOTCERT: caFile };
    const checks = await checksOf({ ...tlsPolicy, ...ca, BUS_DATABASE_SERVICE_SSLMODE: sslmode });
    return checks.filter(({ id }) => id === 'tls-certificate');
  };
  beforeAll(() => server.reload({ settings, hba: ownHost }));
  afterAll(() => server.reload({ tls: authority.issue() }));

  it.each(faults)('tells of one $what', async ({ desired, seen, remedy }) => {
    await server.reload({ tls: authority.issue(desired) });
    const checked = { seen, remedy: expect.stringContaining(remedy) };
    expect(await told('verify-full')).toMatchObject([
      { ...checked, result: 'fail', why: 'services check it (sslmode=verify-full)' },
    ]);
    // The name is checked by verify-full only, the dates wherever the chain is.
    const isName = 'names' in desired;
    expect(await told('verify-ca')).toMatchObject([{ ...checked, result: isName ? 'warn' : 'fail' }]);
    await server.reload({ tls: authority.issue() });
    expect(await told('verify-full')).toEqual([]);
  });
});

describe('the block of render-hba', () => {
  it.each([{}, { listenerNetworks: ['10.0.0.0/8'] }, { listenerPolicy: 'tls' }] as const)(
    'is all that pg_hba.conf needs under %j',
    async (declared) => {
      const block = renderHba({
        deploymentId: 'example-dev',
        logins: [{ role: 'bus_service', database: 'shop' }],
        admin: { user: 'postgres', databases: ['postgres'] },
        policy: policyOf(declared, 'prefer'),
        majorVersion: 18,
      });
      await server.reload({ settings, hba: block });
      const keys = {
        ...('listenerNetworks' in declared && ownNetworks),
        ...('listenerPolicy' in declared && tlsPolicy),
      };
      const checks = await checksOf(keys);
      expect(checks.filter(({ result }) => result === 'fail' || result === 'unknown')).toEqual([]);
      expect(checks.find(({ id }) => id === 'rules')?.result).toBe('ok');
    },
  );
});

describe('what the admin may not read', () => {
  it('is unknown, and the grant that would show it is named', async () => {
    await stand({});
    const checks = await checksOf({}, await createPlainAdmin(server));
    const unknown = checks.filter(({ result }) => result === 'unknown');
    expect(unknown.map(({ id }) => id)).toEqual(['tls-min-version', 'not-loaded', 'weak-verifier', 'public-writable']);
    for (const { remedy } of unknown) expect(remedy).toContain('GRANT');
    expect(checks.some(({ id, result }) => id === 'rules' && result === 'ok')).toBe(false);
  });
});
