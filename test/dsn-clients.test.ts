// Every form of a DSN file, odd names and passwords included, read by real clients that really log in; those that
// docs/dsn-clients.md says fail, and no others, do.
import { formatDsnUri } from 'bus-integration-postgres';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFile } from '../packages/bus-integration-postgres/test/temporary-file.ts';
import { type Client, installedClients } from './dsn-clients.ts';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const authority = createCertificateAuthority();
const root = temporaryFile(authority.certificate);
const clients = installedClients();
const user = "s v@c:x/'é";
const password = `p w/@:?#[]%&=+'"\\;,ü`;
/** The characters that a path may hold as they are. */
const rawNames = [..."!$&'()*+,;=:@/"].map((character) => `a${character}b`);
const encodedNames = ['a b', 'a"b', 'a%b', 'a%41b', 'a[b]', 'a|b', 'a^b', 'a\\b', 'a`b', 'a<b>', 'a{b}', 'größe'];
const refusedByPg = ['a#b', 'a?b'];

let plain: Server;
let secure: Server;

// The server's own tools come in without TLS.
const tlsOnly = `local all all scram-sha-256
hostnossl all postgres all scram-sha-256
hostssl all all all scram-sha-256
`;

beforeAll(async () => {
  const tls = { ...authority.issue(), ca: authority.certificate };
  [plain, secure] = await Promise.all([startServer(), startServer({ tls, hba: tlsOnly })]);
  for (const server of [plain, secure]) {
    await server.query(`CREATE ROLE "${user}" LOGIN PASSWORD E'${password.replace(/['\\]/g, '\\$&')}'`);
    await server.query('CREATE DATABASE app');
  }
  for (const name of [...rawNames, ...encodedNames, ...refusedByPg]) {
    await plain.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  }
});
afterAll(async () => {
  await plain.stop();
  await secure.stop();
});

/** Asks every client; those named must fail, all others reach the database. */
async function expectReaders(dsn: string, database: string, failing: readonly Client[] = []): Promise<void> {
  for (const [client, ask] of clients) {
    const answer = await ask(dsn).then(
      (reached) => `reached ${reached}`,
      (error: Error) => `failed: ${error.message.replaceAll(dsn, 'DSN').slice(0, 300)}`,
    );
    const what = `${client}, ${dsn.slice(dsn.indexOf('@'))}`;
    if (failing.includes(client)) expect.soft(answer, what).toMatch(/^failed/);
    else expect.soft(answer, what).toBe(`reached ${database}`);
  }
}

const partsOf = (server: Server, database: string, parameters: Record<string, string> = { sslmode: 'disable' }) => ({
  host: '127.0.0.1',
  port: server.port,
  database,
  user,
  password,
  parameters,
});

describe('names of databases', () => {
  test.each(rawNames)('%s is read by all', async (name) => {
    const dsn = formatDsnUri(partsOf(plain, name));
    expect(dsn).toContain(`/${name}?`);
    await expectReaders(dsn, name);
  });

  test.each(encodedNames)('%s is read by all but postgres.js', async (name) => {
    await expectReaders(formatDsnUri(partsOf(plain, name)), name, ['postgres.js']);
  });

  test.each(refusedByPg)('%s is read by psql and psycopg', async (name) => {
    await expectReaders(formatDsnUri(partsOf(plain, name)), name, ['postgres.js', 'pg']);
  });
});

describe('ways to the server', () => {
  test('a socket', async () => {
    const dsn = formatDsnUri({ ...partsOf(plain, 'app'), host: plain.socketDirectory });
    expect(dsn).toContain(`@localhost:${plain.port}/app?host=/`);
    await expectReaders(dsn, 'app', ['postgres.js']);
  });

  test('a server that has TLS lines only', async () => {
    // pg checks the certificate whenever TLS is demanded, so it wants the CA.
    await expectReaders(formatDsnUri(partsOf(secure, 'app', { sslmode: 'require' })), 'app', ['pg']);
    await expectReaders(formatDsnUri(partsOf(secure, 'app', {})), 'app', ['pg', 'postgres.js']);
    const checked = { sslmode: 'verify-full', sslrootcert: root };
    const dsn = formatDsnUri({ ...partsOf(secure, 'app', checked), host: 'localhost' });
    await expectReaders(dsn, 'app', ['postgres.js']);
  });

  test('a list of hosts', async () => {
    const parts = partsOf(plain, 'app');
    await expectReaders(formatDsnUri({ ...parts, others: [{ host: 'localhost', port: plain.port }] }), 'app', ['pg']);
  });

  test.each<[string, string, Client[]]>([
    ['application_name', 'shop', []],
    ['client_encoding', 'UTF8', []],
    ['connect_timeout', '7', []],
    ['options', '-c work_mem=1MB', []],
    ['target_session_attrs', 'read-write', []],
    ['channel_binding', 'prefer', ['postgres.js']],
    ['keepalives_idle', '30', ['postgres.js']],
  ])('%s', async (keyword, value, failing) => {
    await expectReaders(formatDsnUri(partsOf(plain, 'app', { sslmode: 'disable', [keyword]: value })), 'app', failing);
  });
});

test('what apply writes is read by all', async () => {
  using folder = temporaryFolder();
  const names = rawNames.filter((name) => !/[,;]/.test(name)).map((name) => `made ${name}`.replace(' ', '_'));
  const desired = { databases: names, serviceRole: 'made_svc' };
  const deployment = createDeployment({ adminDsn: plain.dsn(), desired, folder: folder.path });
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  for (const name of names) {
    const file = `${encodeURIComponent(name).replace(/[!'()*.]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}.dsn`;
    await expectReaders(deployment.dsn(file), name);
  }
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(true);
});
