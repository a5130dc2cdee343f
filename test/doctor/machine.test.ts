// Faults of this machine: files that git has or would take, a directory that can't be written, a full disk; and how all
// of it reads.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot, skip } from '../bad-input/refusal.ts';
import { type Deployment, makeDeployment } from '../deployment.ts';

let server: Server;
let plain: string;
beforeAll(async () => {
  server = await startServer();
  plain = await createPlainAdmin(server);
});
afterAll(() => server.stop());

/** What doctor prints, without what differs from run to run. */
async function told(deployment: Deployment, ...args: string[]): Promise<string> {
  const { stdout, exit } = await deployment.run(['doctor', ...args]);
  const text = stdout
    .replaceAll(deployment.directory, '…')
    .replaceAll(String(server.port), 'PORT')
    .replaceAll(/cluster \d+/g, 'cluster N')
    .replaceAll(/server process \d+/g, 'server process N')
    .replaceAll(/pg_terminate_backend\(\d+\)/g, 'pg_terminate_backend(N)')
    .replaceAll(/for \d+ s/g, 'for N s')
    .replaceAll(/\d+ of 100 connections/g, 'N of 100 connections');
  return `\n${text}exit ${exit}\n`;
}

const git = (deployment: Deployment, ...words: string[]) =>
  execFileSync('git', ['-C', deployment.directory, ...words], { stdio: 'pipe' });

describe('how doctor reads', () => {
  it('healthy', async () => {
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    expect(await told(deployment)).toMatchInlineSnapshot(`
      "
      ok: true
      target: postgres@127.0.0.1:PORT/postgres, PostgreSQL 18.4, cluster N
      config: 6 keys from .env
        info    tls              no TLS; the server is reached over loopback
      20 checks ok, 0 warnings, 0 failed
      next: bus operator database plan
      exit 0
      "
    `);
    expect(await told(deployment, '-v')).toMatchInlineSnapshot(`
      "
      ok: true
      target: postgres@127.0.0.1:PORT/postgres, PostgreSQL 18.4, cluster N
      config: 6 keys from .env
        ok      admin-dsn-file         ./local/postgres-admin-dsn is this user's alone
        ok      git-admin-dsn          ./local/postgres-admin-dsn is in no git repository
        ok      output-directory       ./local/dsn can be written
        ok      git-output-directory   ./local/dsn/ is in no git repository
        ok      reachable              127.0.0.1:PORT answers as postgres
        ok      server-version         PostgreSQL 18.4
        info    tls                    no TLS; the server is reached over loopback
        ok      clock                  the server's clock agrees with this machine's
        ok      route                  the server was reached at the address dialled
        ok      pooler                 no pooler in between
        ok      several-servers        a second connection reaches the same server
        ok      lock                   no apply is running
        ok      connections            N of 100 connections are free
        ok      standby                the server is a primary
        ok      collation              collation versions are those that databases were made with
        ok      encoding               the cluster's encoding is UTF8
        ok      blocking-locks         no transaction holds what an apply would wait for
        ok      prepared-transactions  no transaction is prepared
        ok      template-sessions      nobody is connected to the templates
        ok      verifier               no module judges passwords
        ok      admin-rights           postgres (superuser, CREATEROLE, CREATEDB) may do all that the plan needs
      20 checks ok, 0 warnings, 0 failed
      next: bus operator database plan
      exit 0
      "
    `);
  });

  it('faulty', async () => {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: server.dsn(), ssl: false, application_name: 'migration' });
    await client.connect();
    await client.query('BEGIN; CREATE ROLE half_made; SET LOCAL application_name = migration');
    await server.query(
      `CREATE ROLE weak LOGIN PASSWORD 'weak'; ALTER ROLE weak SET supautils.reserved_roles = 'bus_service'`,
    );
    using deployment = makeDeployment({ adminDsn: server.dsn('postgres', 'weak', 'weak') });
    deployment.write('local/dsn/.keep', '');
    chmodSync(deployment.path('local/dsn'), 0o750);
    chmodSync(deployment.path('local/postgres-admin-dsn'), 0o600);
    git(deployment, 'init', '-q');
    git(deployment, 'add', 'local/postgres-admin-dsn');
    expect(await told(deployment)).toMatchInlineSnapshot(`
      "
      ok: false
      unknown: 1 (verifier: weak can't see which modules are loaded, so whether one refuses password verifiers)
      target: weak@127.0.0.1:PORT/postgres, PostgreSQL 18.4, cluster N
      config: 6 keys from .env
        fail    git-admin-dsn     ./local/postgres-admin-dsn is tracked by git
              next: git rm -r --cached -- ./local/postgres-admin-dsn; then change the secret: the history keeps the old one
        fail    output-directory  ./local/dsn is open to group or others (0750), expected 0700
              next: chmod 700 ./local/dsn
        info    tls               no TLS; the server is reached over loopback
        warn    blocking-locks    server process N of postgres (migration) has changed pg_auth_members, pg_authid and not committed, since when can't be seen (GRANT pg_read_all_stats TO "weak"; would show it); apply would wait for its end, 10 s at most for each lock
              next: wait for its end, or a superuser or its own role runs, in any database: SELECT pg_terminate_backend(N);
        unknown verifier          weak can't see which modules are loaded, so whether one refuses password verifiers
              next: a superuser runs, in any database: GRANT pg_read_all_settings TO "weak";
        fail    reserved-roles    role bus_service is reserved by the platform (supautils.reserved_roles)
              next: declare another name in BUS_DATABASE_SERVICE_ROLE or BUS_DATABASE_ROLE_NAMES
        info    listener-rules    weak may not read pg_hba.conf's rules, so verify can't judge all of the listener policy
              next: a superuser runs, in database postgres: GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "weak"; GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO "weak";
        fail    lacks-createrole  role weak lacks CREATEROLE, which creating bus_service needs
              next: a superuser runs, in any database: ALTER ROLE "weak" CREATEROLE;
        fail    lacks-createdb    role weak lacks CREATEDB, which creating bus_auth and 1 more needs
              next: a superuser runs, in any database: ALTER ROLE "weak" CREATEDB;
      14 checks ok, 1 warning, 5 failed, 1 unknown
      exit 1
      "
    `);
    await client.end();
  });
});

describe('what git has of it', () => {
  it('an env file that holds the admin DSN is asked for as a secret file is', async () => {
    using deployment = makeDeployment({
      keys: { BUS_POSTGRES_ADMIN_DSN_FILE: undefined, BUS_POSTGRES_ADMIN_DSN: plain },
    });
    chmodSync(deployment.path('.env'), 0o600);
    git(deployment, 'init', '-q');
    const warned = await told(deployment);
    expect(warned).toContain('.env would be added by git\n');
    expect(warned).toContain(`printf '%s\\n' '/.env' >> .git/info/exclude`);
    git(deployment, 'add', '.env');
    expect(await told(deployment)).toContain('.env is tracked by git\n');
    git(deployment, 'rm', '-q', '--cached', '.env');
    writeFileSync(deployment.path('.git/info/exclude'), '/.env\n/local/\n');
    const clean = await told(deployment, '-v');
    expect(clean).toContain('.env is ignored by git');
    expect(clean).toContain("which holds BUS_POSTGRES_ADMIN_DSN, is this user's alone");
    expect(clean).toContain('exit 0');
    // One without secrets is nobody's business.
    using ordinary = makeDeployment({ adminDsn: plain });
    git(ordinary, 'init', '-q');
    writeFileSync(ordinary.path('.git/info/exclude'), '/local/\n');
    expect(await told(ordinary)).not.toContain('git');
  });
});

describe('where DSN files go', () => {
  it('a full file system is told by doctor and foreseen by plan', async (test) => {
    using deployment = makeDeployment({ adminDsn: plain });
    const directory = deployment.path('local/dsn');
    mkdirSync(directory, { mode: 0o700 });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=0700', 'tmpfs', directory], { stdio: 'pipe' });
    } catch (error) {
      skip(test, `a small file system can't be mounted here: ${(error as Error).message.split('\n')[0]}`);
    }
    try {
      const scarce = await told(deployment);
      expect(scarce).toMatch(
        /fail {4}output-space +\.\/local\/dsn: the file system is full \(\d+ bytes free, 20480 needed\)/,
      );
      const planned = await deployment.run(['plan']);
      expect(planned.exit).toBe(0);
      expect(planned.stderr).toContain('warning: ./local/dsn: the file system is full');
      execFileSync('mount', ['-o', 'remount,size=256k', directory]);
      expect(await told(deployment)).toMatch(/warn {4}output-space +\.\/local\/dsn: the file system is nearly full/);
      execFileSync('mount', ['-o', 'remount,size=8m', directory]);
      expect(await told(deployment)).not.toContain('output-space');
      execFileSync('mount', ['-o', 'remount,nr_inodes=3', directory]);
      expect(await told(deployment)).toContain('inodes left, 4 are needed');
      execFileSync('mount', ['-o', 'remount,nr_inodes=100,ro', directory]);
      expect(await told(deployment)).toContain("./local/dsn can't be written (EROFS)");
    } finally {
      execFileSync('umount', [directory]);
    }
  });

  it('one that can not be written is foreseen by plan', async (test) => {
    using deployment = makeDeployment({ adminDsn: plain, keys: { BUS_DATABASE_DSN_OUTPUT_DIR: './closed/dsn' } });
    mkdirSync(deployment.path('closed'), { mode: 0o500 });
    if (isRoot) skip(test, 'root may write everywhere; the read-only file system above stands for it');
    const planned = await deployment.run(['plan']);
    expect(planned.exit).toBe(0);
    expect(planned.stderr).toContain("warning: ./closed/dsn can't be made");
    expect(await told(deployment)).toContain("./closed/dsn can't be made");
  });
});
