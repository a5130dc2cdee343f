// Starting, changing, crashing and stopping servers of all majors.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority, createPlainAdmin, installedMajors, majors, startServer } from '../src/index.ts';

describe.each(majors)('PostgreSQL %i', (major) => {
  it.skipIf(!installedMajors().includes(major))(
    'starts, answers and is gone (skipped where not installed)',
    async () => {
      const server = await startServer({ major });
      const [row] = await server.query<{ version: string; user: string }>(
        "SELECT current_setting('server_version') AS version, current_user AS user",
      );
      expect(row).toEqual({ version: server.version, user: 'postgres' });
      expect(server.version).toMatch(new RegExp(`^${major}\\.\\d+$`));
      await server.stop();
      await server.stop();
      expect(existsSync(server.directory)).toBe(false);
      await expect(server.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    },
  );

  it.skipIf(!installedMajors().includes(major))('starts from the prepared data directory, not by initdb', async () => {
    // initdb makes up a new one each time: https://www.postgresql.org/docs/current/protocol-replication.html
    const identify = 'SELECT system_identifier::text AS id FROM pg_control_system()';
    await using first = await startServer({ major });
    await using second = await startServer({ major });
    expect(await first.query(identify)).toEqual(await second.query(identify));
  });
});

describe('a new server', () => {
  it('demands a password over TCP and socket, and every server another one', async () => {
    await using first = await startServer();
    await using second = await startServer();
    expect(first.password).not.toBe(second.password);
    expect(first.port).not.toBe(second.port);
    await expect(first.query('SELECT 1', { password: second.password })).rejects.toMatchObject({ code: '28P01' });
    for (const dsn of [first.dsn(), first.socketDsn()]) expect(await answer(dsn)).toBe('postgres');
    await expect(answer(first.socketDsn('postgres', 'postgres', 'wrong'))).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its password out of log, arguments and configuration', async () => {
    await using server = await startServer({ settings: { log_statement: 'all' } });
    await createPlainAdmin(server);
    const admin = await createPlainAdmin(server, 'second "admin"');
    const password = decodeURIComponent(new URL(admin).password);
    expect(await answer(admin)).toBe('second "admin"');
    for (const secret of [server.password, password]) expect(server.log()).not.toContain(secret);
    if (process.platform === 'linux') {
      const commands = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readOrNothing(`/proc/${pid}/cmdline`));
      expect(commands.some((command) => command.includes(server.dataDirectory))).toBe(true);
      expect(commands.filter((command) => command.includes(server.password))).toEqual([]);
    }
  });

  it('has a plain admin who may create, and is not a superuser', async () => {
    await using server = await startServer();
    const admin = await createPlainAdmin(server);
    expect(new URL(admin).username).toBe('deploy_admin');
    const rows = await server.query(
      "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'deploy_admin'",
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: true }]);
  });

  it('takes encoding and locale', async () => {
    await using server = await startServer({ encoding: 'LATIN1' });
    const [row] = await server.query("SELECT current_setting('server_encoding') AS encoding");
    expect(row).toEqual({ encoding: 'LATIN1' });
    await expect(startServer({ locale: '../x' })).rejects.toThrow('no encoding and locale');
  });

  it('can be a standby', async () => {
    await using server = await startServer({ isStandby: true });
    expect(await server.query('SELECT pg_is_in_recovery() AS answer')).toEqual([{ answer: true }]);
    await expect(server.query('CREATE ROLE x')).rejects.toMatchObject({ code: '25006' });
  });

  it('says why it does not start, and leaves nothing', async () => {
    const parentDirectory = mkdtempSync(join(tmpdir(), 'bus-parent-'));
    chmodSync(parentDirectory, 0o755);
    const broken = startServer({ settings: { max_connections: 'many' }, parentDirectory });
    await expect(broken).rejects.toThrow(/did not start.*max_connections/s);
    rmdirSync(parentDirectory);
  });
});

describe('a running server', () => {
  it('meets new settings and pg_hba.conf after reload', async () => {
    await using server = await startServer({ settings: { work_mem: '5MB' } });
    const settings = () =>
      server.query("SELECT current_setting('work_mem') AS work, current_setting('statement_timeout') AS timeout");
    await server.reload({ settings: { statement_timeout: '7s' } });
    expect(await settings()).toEqual([{ work: '5MB', timeout: '7s' }]);
    for (let round = 0; round < 20; round += 1) {
      await server.reload({ hba: 'host all all 127.0.0.1/32 reject\n' });
      await expect(server.query('SELECT 1')).rejects.toMatchObject({ code: '28000' });
      await server.reload({ hba: 'host all all 127.0.0.1/32 trust\n' });
      expect(await answer(server.dsn('postgres', 'postgres', 'anything'))).toBe('postgres');
    }
  });

  it('crashes and comes back with its data on its port', async () => {
    await using server = await startServer();
    await server.query('CREATE DATABASE kept');
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await server.kill(signal);
      await expect(server.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
      await expect(server.kill()).rejects.toThrow('does not run');
      await server.restart({ settings: { max_connections: '30' } });
      expect(await server.query('SHOW max_connections', { database: 'kept' })).toEqual([{ max_connections: '30' }]);
    }
    await server.restart();
    expect(server.log()).not.toContain('PANIC');
  });

  it('accepts and says nothing while it is suspended', async () => {
    await using server = await startServer();
    server.suspend();
    const client = new Client({ connectionString: server.dsn(), connectionTimeoutMillis: 300 });
    await expect(client.connect()).rejects.toThrow('timeout');
    server.resume();
    expect(await answer(server.dsn())).toBe('postgres');
  });

  it('notices its own end', async () => {
    await using server = await startServer();
    process.kill(server.pid as number, 'SIGQUIT');
    await expect.poll(() => server.pid).toBeUndefined();
    await server.restart();
    expect(await answer(server.dsn())).toBe('postgres');
  });

  it('keeps off a port that somebody took while it was down', async () => {
    await using server = await startServer();
    await server.kill('SIGQUIT');
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(server.port, '127.0.0.1', resolve));
    setTimeout(() => thief.close(), 400);
    await server.restart();
    expect(await answer(server.dsn())).toBe('postgres');
    expect(server.log()).toContain('Address already in use');
  });

  it('proves who it is by its certificate', async () => {
    const authority = createCertificateAuthority();
    await using server = await startServer({ tls: { ...authority.issue(), ca: authority.certificate } });
    const login = { host: server.host, port: server.port, user: 'postgres', password: server.password };
    const trusting = new Client({ ...login, database: 'postgres', ssl: { ca: authority.certificate } });
    await trusting.connect();
    const { rows } = await trusting.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await trusting.end();
    expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
    const stranger = new Client({ ...login, ssl: { ca: createCertificateAuthority().certificate } });
    await expect(stranger.connect()).rejects.toThrow(/certificate/);
  });
});

async function answer(dsn: string): Promise<string> {
  const url = new URL(dsn.replace('@%2F', '@localhost/%2F'));
  const isSocket = dsn.includes('@%2F');
  const client = new Client({
    host: isSocket ? decodeURIComponent(dsn.replace(/^.*@(.*):\d+\/.*$/, '$1')) : url.hostname,
    port: Number(/:(\d+)\/[^/]*$/.exec(dsn)?.[1]),
    database: 'postgres',
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  });
  await client.connect();
  const { rows } = await client.query('SELECT current_user AS user');
  await client.end();
  return rows[0].user;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
