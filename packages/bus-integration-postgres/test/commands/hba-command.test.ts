import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingText } from 'bus-integration-database';
import { sharedServer, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandOutput, hbaCommand } from '../../src/commands/hba-command.ts';
import { commandFlags } from '../../src/commands/main-help.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'command-hba-'));
  writeFileSync(
    join(cwd, 'pg_hba.conf'),
    [
      '# who comes in',
      'local   all           all                    peer',
      'hostssl replication   all     0.0.0.0/0      scram-sha-256',
      'host    all           +staff  10.0.0.0/8     ldap ldapserver=ldap ldapbasedn="dc=x" ldapbindpasswd="very secret"',
      'host    "all",shop_x  all     10.0.0.0/8     trust',
      'include more.conf',
      'host    all           all     .example.com   md5',
      '',
    ].join('\n'),
  );
  writeFileSync(join(cwd, 'more.conf'), 'host shop app 10.1.0.0 255.255.0.0 scram-sha-256\n');
  writeFileSync(
    join(cwd, 'broken.conf'),
    'local all all peer\nhost all all 10.0.0.0/8 ldap ldapserver=x ldapbindpasswd=very secret\n',
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

interface Asked extends Omit<CommandOutput, 'complaint'> {
  readonly complaint?: string;
}

/** The complaints as the program prints them. */
const ask = async (argv: readonly string[], env: Record<string, string> = {}): Promise<Asked> => {
  const { flags } = commandFlags(['hba', ...argv]);
  if (flags.problem !== undefined) return { status: 2, complaint: flags.problem };
  const { complaint, ...result } = await hbaCommand(flags, { env, cwd, uid: process.getuid?.() ?? 0 });
  const told = complaint?.map((finding) => findingText(undefined, finding)).join('\n');
  return { ...result, ...(told !== undefined && { complaint: told }) };
};
const go = (words: string, format: 'text' | 'json' = 'text', env: Record<string, string> = {}) =>
  ask([...words.split(' ').filter(Boolean), '-f', format], env);
const shop = '--user app --database shop --file pg_hba.conf';

describe('hba --file', () => {
  it('names the line that is met, and why none above it', async () => {
    const { status, text } = await go(`${shop} --address 10.1.2.3 --tls`);
    expect(status).toBe(0);
    expect(text).toMatchInlineSnapshot(`
      "ok: true
      client: user app, database shop, from 10.1.2.3 over TLS
      rules: pg_hba.conf, read as PostgreSQL 18 reads it
      note: the user is taken to be in no group; --member-of says otherwise

      matches: more.conf:1  scram-sha-256
             host shop app 10.1.0.0 255.255.0.0 scram-sha-256

      above it, 4 lines not met:
        pg_hba.conf:2  local   all           all                    peer
            local is for the Unix-domain socket, the client comes over TLS
        pg_hba.conf:3  hostssl replication   all     0.0.0.0/0      scram-sha-256
            database shop is not among replication
        pg_hba.conf:4  host    all           +staff  10.0.0.0/8     ldap ldapserver=ldap ldapbasedn="dc=x" ********
            user app is not among +staff
        pg_hba.conf:5  host    "all",shop_x  all     10.0.0.0/8     trust
            database shop is not among "all", shop_x
      "
    `);
  });

  it('answers that no line is met', async () => {
    const { status, text } = await go(`${shop} --address 192.168.0.1 --replication physical`);
    expect(status).toBe(0);
    expect(text).toMatchInlineSnapshot(`
      "ok: true
      client: user app, physical replication, from 192.168.0.1 without TLS
      rules: pg_hba.conf, read as PostgreSQL 18 reads it
      note: the user is taken to be in no group; --member-of says otherwise

      matches: no line; the server refuses it (no pg_hba.conf entry)

      tried, 6 lines:
        pg_hba.conf:2  local   all           all                    peer
            local is for the Unix-domain socket, the client comes over TCP without TLS
        pg_hba.conf:3  hostssl replication   all     0.0.0.0/0      scram-sha-256
            hostssl is for TLS, the client comes over TCP without TLS
        pg_hba.conf:4  host    all           +staff  10.0.0.0/8     ldap ldapserver=ldap ldapbasedn="dc=x" ********
            the line is for 10.0.0.0/8, the client comes from 192.168.0.1
        pg_hba.conf:5  host    "all",shop_x  all     10.0.0.0/8     trust
            the line is for 10.0.0.0/8, the client comes from 192.168.0.1
        more.conf:1  host shop app 10.1.0.0 255.255.0.0 scram-sha-256
            the line is for 10.1.0.0 255.255.0.0, the client comes from 192.168.0.1
        pg_hba.conf:7  host    all           all     .example.com   md5
            physical replication is met by the word replication only, not by all
      "
    `);
  });

  it('says what it can not know', async () => {
    const { status, text } = await go(`${shop} --address 192.168.0.1 --member-of staff`);
    expect(status).toBe(1);
    expect(text).toMatchInlineSnapshot(`
      "ok: false
      client: user app, database shop, from 192.168.0.1 without TLS, member of staff
      rules: pg_hba.conf, read as PostgreSQL 18 reads it

      undecided: pg_hba.conf:7: whether it is this client's can't be known from here
        it may match pg_hba.conf:7  md5
        it may match no line

      tried, 6 lines:
        pg_hba.conf:2  local   all           all                    peer
            local is for the Unix-domain socket, the client comes over TCP without TLS
        pg_hba.conf:3  hostssl replication   all     0.0.0.0/0      scram-sha-256
            hostssl is for TLS, the client comes over TCP without TLS
        pg_hba.conf:4  host    all           +staff  10.0.0.0/8     ldap ldapserver=ldap ldapbasedn="dc=x" ********
            the line is for 10.0.0.0/8, the client comes from 192.168.0.1
        pg_hba.conf:5  host    "all",shop_x  all     10.0.0.0/8     trust
            the line is for 10.0.0.0/8, the client comes from 192.168.0.1
        more.conf:1  host shop app 10.1.0.0 255.255.0.0 scram-sha-256
            the line is for 10.1.0.0 255.255.0.0, the client comes from 192.168.0.1
        pg_hba.conf:7  host    all           all     .example.com   md5
            not known: only the server's DNS knows whether 192.168.0.1 is below .example.com
      "
    `);
  });

  it('shows the lines that keep the server from loading the file, and no secret of theirs', async () => {
    const { status, text } = await go('--user app --database shop --unix --file broken.conf');
    expect(status).toBe(1);
    expect(text).toMatchInlineSnapshot(`
      "ok: false
      client: user app, database shop, over the Unix-domain socket
      rules: broken.conf, read as PostgreSQL 18 reads it

      undecided: the server does not load this file; a reload keeps the rules from before, a start fails

      1 line the server does not load:
        broken.conf:2  host all all 10.0.0.0/8 ldap ldapserver=x ********
            an option is not of the form name=value
      "
    `);
    expect(text).not.toContain('secret');
  });

  it('answers programs', async () => {
    const { status, text = '' } = await go(`${shop} --address 10.1.2.3`, 'json');
    expect(status).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      ok: true,
      answer: { result: 'match', file: 'more.conf', line: 1, method: 'scram-sha-256', options: {} },
    });
    expect(text).not.toContain('very secret');
  });

  it('reads inclusions as broken lines for a major that knows none', async () => {
    const { status, text } = await go(`${shop} --address 10.1.2.3 --major 15`);
    expect(status).toBe(1);
    expect(text).toContain('pg_hba.conf:6  include more.conf');
  });

  it.each([
    ['', '--user is missing'],
    ['--user app', '--database is missing'],
    ['--user app --database shop', 'one of --address and --unix is needed'],
    ['--user app --database shop --unix --address 10.0.0.1', 'one of --address and --unix is needed'],
    ['--user app --database shop --unix --tls', '--tls and --gss are for --address'],
    ['--user app --database shop --address db.example', '--address takes a numeric address'],
    ['--user app --database shop --unix --major 18', '--major is for --file'],
    [`${shop} --unix --major 13`, '--major 13: expected 14, 15, 16, 17 or 18'],
    [`${shop} --unix --replication some`, '--replication some: expected none, physical or logical'],
    [`${shop} --unix --nosuch`, 'nosuch'],
    [`${shop} --unix more`, 'more'],
    [`${shop} --unix --server-address host`, '--server-address takes numeric addresses'],
    ['--user app --database shop --unix --file nowhere', 'nowhere is not there'],
    ['--user app --database shop --unix', 'neither of BUS_POSTGRES_ADMIN_DSN_FILE'],
  ])('refuses %s', async (words, why) => {
    const { status, text, complaint } = await go(words);
    expect({ status, text }).toEqual({ status: 2, text: undefined });
    expect(complaint).toContain(why);
  });
});

describe('hba of a server', () => {
  it('reads the files that the server has, and memberships', async () => {
    await using server = await startServer({
      hba: 'local all all reject\nhost all +staff 10.0.0.0/8 md5\nhost all all all scram-sha-256\n',
    });
    await server.query('CREATE ROLE staff; CREATE ROLE app IN ROLE staff');
    const env = { BUS_POSTGRES_ADMIN_DSN: server.dsn() };
    const { status, text } = await go('--user app --database shop --address 10.1.2.3', 'json', env);
    expect(JSON.parse(text ?? '')).toMatchObject({
      answer: { line: 2, file: server.hbaFile },
      client: { memberOf: ['staff'] },
    });
    // A file as old as the server's start may have been changed in that very second.
    expect([0, 1]).toContain(status);
    const boss = await go('--user postgres --database shop --address 10.1.2.3', 'json', env);
    expect(JSON.parse(boss.text ?? '')).toMatchObject({ answer: { line: 3 } });
    const nobody = await go('--user nobody --database shop --unix', 'text', env);
    expect(nobody.text).toContain('note: the server has no role nobody');
  });

  it('tells what a plain admin may not see', async () => {
    const server = await sharedServer(18);
    const user = `hba_plain_${process.pid}`;
    await server.query(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`);
    try {
      const env = { BUS_POSTGRES_ADMIN_DSN: server.dsn('postgres', user, 'x') };
      const { status, complaint, text } = await go('--user app --database shop --unix', 'text', env);
      expect({ status, text }).toEqual({ status: 1, text: undefined });
      expect(complaint).toContain(
        `next: a superuser runs, in the database of the admin DSN: GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "${user}"`,
      );
    } finally {
      await server.query(`DROP ROLE ${user}`);
    }
  });
});

describe('hba: lists and names', () => {
  it('splits its lists at commas and white space, and refuses a semicolon', async () => {
    const argv = ['--user', 'app', '--database', 'x', '--address', '10.1.2.3', '--file', 'pg_hba.conf'];
    const askWith = (list: string) => ask([...argv, '--member-of', list, '-f', 'json']);
    expect(JSON.parse((await askWith('other, more staff')).text ?? '')).toMatchObject({
      client: { memberOf: ['other', 'more', 'staff'] },
    });
    expect(await askWith('other;staff')).toEqual({
      status: 2,
      complaint: '--member-of holds a semicolon, expected commas or white space between two items; see hba --help',
    });
  });

  it.each(['--user', '--database'])('refuses a line break in %s', async (flag) => {
    const argv = ['--user', 'app', '--database', 'x', '--unix', '--file', 'pg_hba.conf', flag, 'a\nb'];
    expect(await ask(argv)).toMatchObject({
      status: 2,
      complaint: expect.stringMatching(`^${flag} a.u000ab holds a line break`),
    });
  });
});
