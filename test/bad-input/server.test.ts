// Servers that aren't there, don't let us in, or are not what they seem.
import { type AddressInfo, createServer, connect as dialTo } from 'node:net';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authentication,
  type ScriptedServer,
  scriptedServer,
  startupParameters,
} from '../../packages/bus-integration-postgres/test/scripted-server.ts';
import { makeDeployment } from '../deployment.ts';
import { catalogs } from '../evidence.ts';
import { namespace } from './namespace.ts';
import { expectDone, expectRefusal, skip } from './refusal.ts';

const from = '(from BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn)';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The superuser's DSN with other parts. */
function dsn(parts: {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  query?: string;
}): string {
  const { host = '127.0.0.1', port = server.port, user = 'postgres', password = server.password } = parts;
  return `postgresql://${user}:${password}@${host}:${port}/${parts.database ?? 'postgres'}${parts.query ?? ''}`;
}

describe('target_session_attrs in the admin DSN', () => {
  it.each(['read-write', 'primary', 'any', 'prefer-standby'])('%s works at a primary', async (wanted) => {
    const name = wanted.replace('-', '_');
    const keys = {
      BUS_DEPLOYMENT_ID: `at-${wanted}`,
      BUS_DATABASE_NAMES: `at_${name}`,
      BUS_DATABASE_SERVICE_ROLE: name,
    };
    using deployment = makeDeployment({ adminDsn: dsn({ query: `?target_session_attrs=${wanted}` }), keys });
    for (const args of [['doctor'], ['plan'], ['apply'], ['verify'], ['status', '--check']])
      await expectDone(deployment, args);
  });

  it.each([
    ['read-only', 'is not read-only'],
    ['standby', 'is not a standby'],
  ])('%s is refused by a primary', async (wanted, says) => {
    using deployment = makeDeployment({ adminDsn: dsn({ query: `?target_session_attrs=${wanted}` }) });
    for (const args of [['plan'], ['status'], ['verify']])
      await expectRefusal(deployment, server, { args, exit: 1, says: `${says}; expected ${wanted}` });
  });
});

describe('not reached', () => {
  it.each([
    ['doctor', 1],
    ['plan', 1],
    ['apply', 1],
    ['status', 1],
    ['verify', 1],
  ])('IN-17 server down: %s', async (verb, exit) => {
    const port = await closedPort();
    using deployment = makeDeployment({ adminDsn: dsn({ port }) });
    await expectRefusal(deployment, server, {
      args: [verb],
      exit,
      says: new RegExp(
        `can't reach 127.0.0.1:${port}: connection refused after 3 tries in [23]\\.\\d s \\(from BUS_POSTGRES_ADMIN_DSN_FILE=`,
      ),
      next: 'check that PostgreSQL runs there',
    });
  });

  it('IN-18 a name that nobody knows', async () => {
    using deployment = makeDeployment({ adminDsn: dsn({ host: 'no-such-host.invalid' }) });
    await expectRefusal(deployment, server, {
      exit: 1,
      says: /can't look up host no-such-host\.invalid: .+ \(from BUS_POSTGRES_ADMIN_DSN_FILE=/,
      next: 'check the host in the DSN',
    });
  });
});

describe('not let in', () => {
  it('IN-19 a wrong password', async () => {
    using deployment = makeDeployment({ adminDsn: dsn({ password: 'WrongPassword' }) });
    await expectRefusal(deployment, server, {
      exit: 1,
      says: `can't log in to 127.0.0.1:${server.port} as postgres, database postgres: password authentication failed`,
      next: 'check role and password in the DSN',
    });
  });

  it('IN-20 no such database', async () => {
    using deployment = makeDeployment({ adminDsn: dsn({ database: 'nowhere' }) });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `database "nowhere" does not exist ${from}`,
      next: 'name an existing database in the DSN',
    });
  });

  it('IN-21 TLS refused by the server', async () => {
    using deployment = makeDeployment({ adminDsn: dsn({ query: '?sslmode=require' }) });
    await expectRefusal(deployment, server, {
      exit: 1,
      says: `127.0.0.1:${server.port} does not offer TLS, which sslmode=require demands ${from}`,
      next: 'turn ssl on',
    });
  });

  it('IN-21 TLS refused by us: a certificate that nobody we trust has signed', async () => {
    const [ours, theirs] = [createCertificateAuthority(), createCertificateAuthority()];
    await using secure = await startServer({ tls: theirs.issue({ names: ['127.0.0.1'] }) });
    using deployment = makeDeployment();
    const root = deployment.write('root.pem', ours.certificate);
    deployment.write('local/postgres-admin-dsn', `${secure.dsn()}?sslmode=verify-full&sslrootcert=${root}\n`);
    await expectRefusal(deployment, secure, { exit: 1, says: from, next: 'sslrootcert' });
  });
});

describe('IN-22 accepts and says nothing', () => {
  it('IN-22 connect_timeout of the DSN', async () => {
    await using silent = await scriptedServer(() => {});
    using deployment = makeDeployment({ adminDsn: dsn({ port: silent.port, query: '?connect_timeout=2' }) });
    await expectRefusal(deployment, server, {
      exit: 1,
      says: `127.0.0.1:${silent.port} accepted the connection, then said nothing for 2 s ${from}`,
      next: '--timeout',
      options: { timeoutMs: 6_000 },
    });
  });

  it('IN-22 --timeout ends the whole run, and says what was waited for', async () => {
    await using silent = await scriptedServer(() => {});
    using deployment = makeDeployment({ adminDsn: dsn({ port: silent.port }) });
    await expectRefusal(deployment, server, {
      args: ['plan', '--timeout', '500ms'],
      exit: 1,
      says: new RegExp(`not done within 0\\.5 s \\(--timeout\\).*127\\.0\\.0\\.1:${silent.port}`),
      next: 'allow more time with --timeout, then ',
      options: { timeoutMs: 5_000 },
    });
  });

  it('IN-22 a server that falls silent after the login', async () => {
    await using frozen = await startServer();
    await using gate = await gateTo(frozen.port);
    using deployment = makeDeployment({ adminDsn: frozen.dsn().replace(`:${frozen.port}/`, `:${gate.port}/`) });
    gate.shutAfter('SELECT');
    await expectRefusal(deployment, frozen, {
      args: ['plan', '--timeout', '1500ms'],
      exit: 1,
      says: 'not done within 1.5 s (--timeout)',
      next: 'allow more time with --timeout, then ',
      options: { timeoutMs: 8_000 },
    });
  });
});

describe('IN-23 asks for more than it should get', () => {
  it.each([
    ['the password in plaintext', authentication(3), /asks for the password in plaintext.*no password was sent/],
    ['an MD5 hash', authentication(5, 'salt'), /asks for an MD5 hash of the password.*no password was sent/],
  ])('IN-23 %s', async (_, question, says) => {
    await using greedy: ScriptedServer = await scriptedServer((socket, first) => {
      if (startupParameters(first) !== undefined) return void socket.write(question);
      socket.write('N');
      socket.once('data', () => socket.write(question));
    });
    using deployment = makeDeployment({ adminDsn: dsn({ port: greedy.port }) });
    await expectRefusal(deployment, server, { exit: 1, says, next: 'use scram-sha-256 in pg_hba.conf' });
    expect(greedy.received()).not.toContain(server.password);
    expect(greedy.received()).not.toContain('md5');
  });
});

describe('IN-24 several servers', () => {
  it('IN-24 several hosts in the DSN: each that failed is named', async () => {
    const ports = [await closedPort(), await closedPort()];
    const adminDsn = `postgresql://postgres:${server.password}@127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}/postgres`;
    using deployment = makeDeployment({ adminDsn });
    const { stderr } = await expectRefusal(deployment, server, {
      exit: 1,
      says: `can't reach 127.0.0.1:${ports[0]}: connection refused`,
    });
    expect(stderr).toContain(`can't reach 127.0.0.1:${ports[1]}: connection refused`);
  });

  it('IN-24 two servers behind one name: the whole run stays with one', async (context) => {
    const hosts = namespace('mount --bind "$0" /etc/hosts');
    if (hosts.obstacle !== undefined) skip(context, hosts.obstacle);
    await using other = await startServer();
    await using door = await gateTo(other.port, { host: '127.0.0.2', port: server.port });
    expect(door.port).toBe(server.port);
    using deployment = makeDeployment({ adminDsn: dsn({ host: 'twins.test' }) });
    const table = deployment.write('hosts', '127.0.0.1 twins.test\n127.0.0.2 twins.test\n', 0o644);
    const before = await catalogs(other);
    await expectDone(deployment, ['apply'], { through: hosts.through(table) });
    await expectDone(deployment, ['verify'], { through: hosts.through(table) });
    expect(await catalogs(other)).toEqual(before);
    expect(door.connections()).toBe(0);
    await server.query('DROP DATABASE bus_auth');
    await server.query('DROP DATABASE bus_events');
    await server.query('DROP ROLE bus_service');
  });

  it('IN-24 a name whose first address is dead: the next one serves', async (context) => {
    const hosts = namespace('mount --bind "$0" /etc/hosts');
    if (hosts.obstacle !== undefined) skip(context, hosts.obstacle);
    using deployment = makeDeployment({ adminDsn: dsn({ host: 'twins.test' }) });
    const table = deployment.write('hosts', '127.0.0.9 twins.test\n127.0.0.1 twins.test\n', 0o644);
    await expectDone(deployment, ['plan'], { through: hosts.through(table) });
    deployment.write('hosts', '127.0.0.8 twins.test\n127.0.0.9 twins.test\n', 0o644);
    const { stderr } = await expectRefusal(deployment, server, {
      exit: 1,
      says: `can't reach twins.test:${server.port} (127.0.0.8): connection refused`,
      options: { through: hosts.through(table) },
    });
    expect(stderr).toContain(`can't reach twins.test:${server.port} (127.0.0.9): connection refused`);
  });
});

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** Passes connections on to a server's port, until it is told to be silent from a word of the client's on. */
async function gateTo(target: number, at: { host?: string; port?: number } = {}) {
  let word: string | undefined;
  let made = 0;
  const sockets = new Set<ReturnType<typeof dialTo>>();
  const listener = createServer((client) => {
    made += 1;
    const backend = dialTo(target, '127.0.0.1');
    for (const socket of [client, backend]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        backend.destroy();
      });
    }
    backend.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      if (word === undefined || !bytes.includes(word)) backend.write(bytes);
    });
  });
  await new Promise<void>((resolve) => listener.listen(at.port ?? 0, at.host ?? '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    connections: () => made,
    shutAfter: (text: string) => {
      word = text;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
