import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Secret } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Session } from '../../src/connection/connect.ts';
import { readMembership } from '../../src/hba/membership.ts';
import { matchHba, readHba } from '../../src/index.ts';
import { brief, targetAt, targetOf } from '../target.ts';

const client = {
  user: 'app',
  database: 'shop',
  transport: 'tcp',
  address: '127.0.0.1',
  tls: false,
  replication: 'none',
  memberOf: [],
} as const;

describe.each([14, 16, 18] as const)('readHba from PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ major });
    await server.query(`CREATE ROLE seer LOGIN PASSWORD 'x'; CREATE ROLE blind LOGIN PASSWORD 'x'; CREATE ROLE monitor LOGIN PASSWORD 'x';
      GRANT pg_read_all_settings TO monitor;
      GRANT SELECT ON pg_hba_file_rules TO seer; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO seer;
      CREATE ROLE app; CREATE ROLE "My Group"; CREATE ROLE mid; GRANT "My Group" TO mid; GRANT mid TO app;`);
  });
  afterAll(() => server.stop());
  const session = (user?: string): Promise<Session> =>
    connect(
      user === undefined
        ? targetOf(server)
        : targetAt(server.port, {
            user,
            addresses: [{ host: server.host, port: server.port, password: new Secret('x') }],
          }),
      brief,
    );
  const base = 'local all all scram-sha-256\nhost all postgres,seer,blind,monitor 127.0.0.1/32 scram-sha-256\n';

  it('takes the files of a superuser, quoting and all', async () => {
    const home = dirname(server.hbaFile);
    const files = major >= 16 ? 'include_dir parts\ninclude_if_exists nowhere\n' : '';
    mkdirSync(join(home, 'parts', 'sub.conf'), { recursive: true });
    for (const path of ['parts', 'parts/sub.conf']) chmodSync(join(home, path), 0o755);
    for (const [path, text] of [
      ['parts/a.conf', 'host all @../names all md5\n'],
      ['names', 'app\n'],
    ] as const) {
      writeFileSync(join(home, path), text);
      chmodSync(join(home, path), 0o644);
    }
    await server.reload({ hba: `${base}host "all" all all trust\n${files}host all @names all reject\n` });
    await using admin = await session();
    const reading = await readHba(admin);
    if (reading.source === 'unknown') throw new Error(reading.reason);
    expect(reading.source).toBe('files');
    expect(reading.rules.broken).toEqual([]);
    expect(matchHba(reading.rules, client)).toMatchObject(
      major >= 16 ? { file: join(home, 'parts/a.conf'), line: 1, method: 'md5' } : { line: 4, method: 'reject' },
    );
    expect(reading.freshness.changedAt).toBeInstanceOf(Date);
    expect(reading.freshness.loadedAt).toBeInstanceOf(Date);
  });

  it('says when the file may not be what is loaded', async () => {
    await server.reload({ hba: base });
    const old = new Date(Date.now() - 60_000);
    utimesSync(server.hbaFile, old, old);
    const read = async () => {
      await using admin = await session();
      const reading = await readHba(admin);
      return reading.source === 'unknown' ? reading.reason : reading.freshness.doubt;
    };
    expect(await read()).toBeUndefined();
    utimesSync(server.hbaFile, new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
    expect(await read()).toMatch(/changed after the server last loaded it/);
    writeFileSync(server.hbaFile, `${base}broken\n`);
    utimesSync(server.hbaFile, old, old);
    expect(await read()).toMatch(/does not load this file/);
    writeFileSync(server.hbaFile, base);
    utimesSync(server.hbaFile, old, old);
  });

  it('takes the view where that is all one may see, and decides nothing by a word that was perhaps quoted', async () => {
    await server.reload({
      hba: `${base}host "all" all all trust\nhost shop app 127.0.0.0/8 md5\nhost all "+x",app ::1/128 md5\n`,
    });
    await using seer = await session('seer');
    const reading = await readHba(seer);
    if (reading.source === 'unknown') throw new Error(reading.reason);
    expect(reading.source).toBe('view');
    expect(reading.freshness.doubt).toMatch(/can not be seen/);
    expect(matchHba(reading.rules, client)).toEqual({
      result: 'undecided',
      likely: expect.anything(),
      reason: expect.stringMatching(/:3: /),
      possible: [
        expect.objectContaining({ line: 3, method: 'trust' }),
        expect.objectContaining({ line: 4, method: 'md5' }),
      ],
    });
    expect(matchHba(reading.rules, client)).toMatchObject({ likely: { line: 3 } });
    // Both readings come to the same for a database that is named so.
    expect(matchHba(reading.rules, { ...client, user: 'all', database: 'all' })).toMatchObject({ line: 3 });
    expect(matchHba(reading.rules, { ...client, user: 'postgres' })).toMatchObject({ result: 'undecided' });
  });

  it.each(['blind', 'monitor'])('knows nothing as %s, and says which grants would show it', async (user) => {
    await using poor = await session(user);
    expect(await readHba(poor)).toEqual({
      source: 'unknown',
      reason: expect.stringContaining(user),
      remedy: expect.stringContaining(`GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "${user}"`),
    });
  });

  it('reads memberships through groups, and nobody for who is not there', async () => {
    await using poor = await session('blind');
    const membership = await readMembership(poor, ['app', 'postgres', 'nobody']);
    expect([...membership]).toEqual([
      ['app', ['My Group', 'mid']],
      ['postgres', []],
    ]);
  });
});
