// What verify says of who may reach the server, on the four servers that people begin with.
import { type AddressInfo, createServer, connect as dial, type Server as Listener } from 'node:net';
import { createCertificateAuthority, createPlainAdmin, type Server, type ServerOptions, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

interface SetUp {
  readonly server: ServerOptions;
  readonly keys?: Readonly<Record<string, string>>;
  readonly isPlainAdmin?: boolean;
  /** Through a port map, as a container's. */
  readonly isMapped?: boolean;
  readonly ca?: string;
}

/** The listener part of verify's text, what differs from run to run replaced. */
async function textOf({ server: options, keys = {}, isPlainAdmin, isMapped, ca }: SetUp): Promise<string> {
  await using server = await startServer(options);
  using map = isMapped === true ? await portMap(server) : undefined;
  const own = isPlainAdmin === true ? await createPlainAdmin(server) : server.dsn();
  const adminDsn = map === undefined ? own : own.replace(`:${server.port}/`, `:${map.port}/`);
  using deployment = makeDeployment({ adminDsn, keys });
  if (ca !== undefined) deployment.write('ca.crt', ca);
  expect(await deployment.run(['apply'])).toMatchObject({ exit: 0 });
  const { exit, stdout } = await deployment.run(['verify']);
  const lines = stdout.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('listener-policy'));
  const head = lines.slice(0, begin).filter((line) => /^(ok|unknown)/.test(line));
  const text = [`exit ${exit}`, ...head, ...lines.slice(begin)].join('\n');
  return steady(text, server, map?.port, deployment);
}

function steady(text: string, server: Server, mapped: number | undefined, { directory }: Deployment): string {
  return text
    .replaceAll(server.hbaFile, 'pg_hba.conf')
    .replaceAll(directory, '.')
    .replaceAll(String(server.port), '5432')
    .replaceAll(String(mapped ?? 'none'), '15432')
    .replace(/docs\/\d\d\//g, 'docs/N/');
}

async function portMap(server: Server): Promise<{ readonly port: number } & Disposable> {
  const listener: Listener = createServer((client) => {
    // Another address than the tests' own: what the server sees behind a port map is no process of its own host.
    const onward = dial({ port: server.port, host: server.host, localAddress: '127.0.0.2' });
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { port: (listener.address() as AddressInfo).port, [Symbol.dispose]: () => void listener.close() };
}

const container = {
  settings: { listen_addresses: '*' },
  hba: `local   all             all                                     trust
host    all             all             127.0.0.1/32            trust
host    all             all             ::1/128                 trust
local   replication     all                                     trust
host    replication     all             127.0.0.1/32            trust
host    replication     all             ::1/128                 trust

host all all all scram-sha-256
`,
};

// The server's own host is let in by password, so that the tests get in from here.
const ownHost = 'local all all peer\nhostssl all all 127.0.0.1/32 scram-sha-256\n';

describe('verify on', () => {
  it('a stock Debian server', async () => {
    const hba = `local   all             postgres                                peer
local   all             all                                     peer
host    all             all             127.0.0.1/32            scram-sha-256
host    all             all             ::1/128                 scram-sha-256
local   replication     all                                     peer
host    replication     all             127.0.0.1/32            scram-sha-256
host    replication     all             ::1/128                 scram-sha-256
`;
    const tls = createCertificateAuthority().issue({ names: ['debian'], commonName: 'debian' });
    expect(await textOf({ server: { settings: { listen_addresses: 'localhost' }, hba, tls } })).toMatchInlineSnapshot(`
      "exit 0
      ok: true
      listener-policy   private (default): its own host and private addresses, 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, may reach the server
        info    public-connect       PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit  bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening            listens on localhost, port 5432
        ok      encryption           data does not cross a network
        ok      rules                7 rules as the policy has them
        ok      roles                1 service role and 2 databases: stored as SCRAM verifiers, closed to PUBLIC
        4 checks ok
      "
    `);
  });

  it("the official container image, reached as its host's neighbours reach it", async () => {
    expect(await textOf({ server: container, isMapped: true })).toMatchInlineSnapshot(`
      "exit 1
      ok: false
      listener-policy   private (default): its own host and private addresses, 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, may reach the server
        info    127.0.0.1:15432 was dialled and the server says 127.0.0.1:5432: a port map, proxy or pooler stands between, and who is allowed to connect can't be seen from here; more can reach the server than the policy has room for
              fix the lines below; or set BUS_DATABASE_LISTENER_POLICY=external where a firewall, platform or port map guards the port; or BUS_DATABASE_LISTENER_POLICY=tls where anybody may come by TLS
        fail    too-wide                pg_hba.conf:8  host all all all scram-sha-256
              bus_service (2 databases), superuser postgres may come from addresses beyond the policy: allowed is 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, fc00::/7
              replace with: host all all 10.0.0.0/8 scram-sha-256
                            host all all 100.64.0.0/10 scram-sha-256
                            host all all 127.0.0.0/8 scram-sha-256
                            host all all 172.16.0.0/12 scram-sha-256
                            host all all 192.168.0.0/16 scram-sha-256
                            host all all ::1/128 scram-sha-256
                            host all all fc00::/7 scram-sha-256
              then a superuser runs, in any database: SELECT pg_reload_conf();
        warn    tls-off                 ssl = off
              passwords are safe on the network (SCRAM), data is not: it crosses in plain text
              put server.crt and server.key in the data directory, then a superuser runs, in any database: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();
              how: https://www.postgresql.org/docs/N/ssl-tcp.html
        warn    trust                   pg_hba.conf:1  local all all trust
              any user of the server's host who can open its socket logs in without a password as bus_service (2 databases), superuser postgres
              replace with: local all all scram-sha-256
              then a superuser runs, in any database: SELECT pg_reload_conf();
                                        pg_hba.conf:2  host all all 127.0.0.1/32 trust
                                        pg_hba.conf:3  host all all ::1/128 trust
                                        pg_hba.conf:4  local replication all trust
                                        pg_hba.conf:5  host replication all 127.0.0.1/32 trust
                                        pg_hba.conf:6  host replication all ::1/128 trust
        info    listen-addresses        listen_addresses = '*'
              it listens on every address of its host; which ones those are can't be asked, so pg_hba.conf alone keeps others out
        info    superuser-from-network  pg_hba.conf:8  host all all all scram-sha-256
              superuser postgres may log in from any address
              the admin DSN is a superuser itself; give it to a role with LOGIN CREATEDB CREATEROLE first, then
              put above it: host all postgres all reject
              then a superuser runs, in any database: SELECT pg_reload_conf();
        info    public-connect          PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit     bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening               listens on *, port 5432
        ok      roles                   1 service role and 2 databases: stored as SCRAM verifiers, closed to PUBLIC
        2 checks ok, 1 failed, 7 warnings
      "
    `);
  });

  it('the official container image, others guarding its port', async () => {
    const keys = { BUS_DATABASE_LISTENER_POLICY: 'external' };
    expect(await textOf({ server: container, isMapped: true, keys })).toMatchInlineSnapshot(`
      "exit 0
      ok: true
      listener-policy   external: others guard the network; SCRAM is what the server must ask for
        info    127.0.0.1:15432 was dialled and the server says 127.0.0.1:5432: a port map, proxy or pooler stands between, and who is allowed to connect can't be seen from here
        warn    trust                   pg_hba.conf:1  local all all trust
              any user of the server's host who can open its socket logs in without a password as bus_service (2 databases), superuser postgres
              replace with: local all all scram-sha-256
              then a superuser runs, in any database: SELECT pg_reload_conf();
                                        pg_hba.conf:2  host all all 127.0.0.1/32 trust
                                        pg_hba.conf:3  host all all ::1/128 trust
                                        pg_hba.conf:4  local replication all trust
                                        pg_hba.conf:5  host replication all 127.0.0.1/32 trust
                                        pg_hba.conf:6  host replication all ::1/128 trust
        info    tls-off                 ssl = off
              passwords are safe on the network (SCRAM), data is not: it crosses in plain text
              put server.crt and server.key in the data directory, then a superuser runs, in any database: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();
              how: https://www.postgresql.org/docs/N/ssl-tcp.html
        info    superuser-from-network  pg_hba.conf:8  host all all all scram-sha-256
              superuser postgres may log in from any address
              the admin DSN is a superuser itself; give it to a role with LOGIN CREATEDB CREATEROLE first, then
              put above it: host all postgres all reject
              then a superuser runs, in any database: SELECT pg_reload_conf();
        info    public-connect          PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit     bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening               listens on *, port 5432
        ok      rules                   1 of 7 rules as the policy has them
        ok      roles                   1 service role and 2 databases: stored as SCRAM verifiers, closed to PUBLIC
        3 checks ok, 6 warnings
      "
    `);
  });

  it('a server with one rule that is wrong in two ways, and a right one below it', async () => {
    const hba = `${ownHost.replace('hostssl', 'host')}host all all all trust\nhost all all 10.0.0.0/8 scram-sha-256\n`;
    expect(await textOf({ server: { settings: { listen_addresses: '*' }, hba } })).toMatchInlineSnapshot(`
      "exit 1
      ok: false
      listener-policy   private (default): its own host and private addresses, 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, may reach the server
        info    more can reach the server than the policy has room for
              fix the lines below; or set BUS_DATABASE_LISTENER_POLICY=external where a firewall, platform or port map guards the port; or BUS_DATABASE_LISTENER_POLICY=tls where anybody may come by TLS
        fail    trust                   pg_hba.conf:3  host all all all trust
              any host anywhere logs in without a password as bus_service (2 databases), superuser postgres
              replace with: host all all 10.0.0.0/8 scram-sha-256
                            host all all 100.64.0.0/10 scram-sha-256
                            host all all 127.0.0.0/8 scram-sha-256
                            host all all 172.16.0.0/12 scram-sha-256
                            host all all 192.168.0.0/16 scram-sha-256
                            host all all ::1/128 scram-sha-256
                            host all all fc00::/7 scram-sha-256
              then a superuser runs, in any database: SELECT pg_reload_conf();
        fail    too-wide                pg_hba.conf:3  host all all all trust
              bus_service (2 databases), superuser postgres may come from addresses beyond the policy: allowed is 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16, fc00::/7
              fixed by the lines above for the same rule
        warn    tls-off                 ssl = off
              passwords are safe on the network (SCRAM), data is not: it crosses in plain text
              put server.crt and server.key in the data directory, then a superuser runs, in any database: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();
              how: https://www.postgresql.org/docs/N/ssl-tcp.html
        warn    shadowed-rule           pg_hba.conf:4  host all all 10.0.0.0/8 scram-sha-256
              no client ever matches it: pg_hba.conf:3 (trust) takes them first
              first write scram-sha-256 in the place of trust on line 3; this line is right, and stays
              then a superuser runs, in any database: SELECT pg_reload_conf();
        info    listen-addresses        listen_addresses = '*'
              it listens on every address of its host; which ones those are can't be asked, so pg_hba.conf alone keeps others out
        info    superuser-from-network  pg_hba.conf:3  host all all all trust
              superuser postgres may log in from any address
              the admin DSN is a superuser itself; give it to a role with LOGIN CREATEDB CREATEROLE first, then
              put above it: host all postgres all reject
              then a superuser runs, in any database: SELECT pg_reload_conf();
        info    public-connect          PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit     bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening               listens on *, port 5432
        ok      rules                   2 of 4 rules as the policy has them
        ok      roles                   1 service role and 2 databases: stored as SCRAM verifiers, closed to PUBLIC
        3 checks ok, 2 failed, 2 warnings
      "
    `);
  });

  it('a remote TLS server', async () => {
    const authority = createCertificateAuthority();
    const keys = {
      BUS_DATABASE_LISTENER_POLICY: 'tls',
      BUS_DATABASE_SERVICE_SSLMODE: 'verify-full',
      BUS_DATABASE_SERVICE_SSLROOTCERT: './ca.crt',
    };
    const server = {
      settings: { listen_addresses: '*' },
      hba: `${ownHost}hostssl all all 0.0.0.0/0 scram-sha-256\n`,
      tls: authority.issue(),
    };
    expect(await textOf({ server, keys, ca: authority.certificate })).toMatchInlineSnapshot(`
      "exit 0
      ok: true
      listener-policy   tls: anybody may reach the server, by TLS with SCRAM or certificates only
        warn    superuser-from-network  pg_hba.conf:3  hostssl all all 0.0.0.0/0 scram-sha-256
              superuser postgres may log in from 0.0.0.0/0
              the admin DSN is a superuser itself; give it to a role with LOGIN CREATEDB CREATEROLE first, then
              put above it: host all postgres 0.0.0.0/0 reject
              then a superuser runs, in any database: SELECT pg_reload_conf();
        info    public-connect          PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit     bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening               listens on *, port 5432
        ok      encryption              TLS is offered, TLSv1.2 or newer
        ok      rules                   2 of 3 rules as the policy has them
        ok      roles                   1 service role and 2 databases: stored as SCRAM verifiers, closed to PUBLIC
        4 checks ok, 1 warning
      "
    `);
  });

  it('a managed one, whose admin sees little', async () => {
    const keys = { BUS_DATABASE_LISTENER_POLICY: 'external', BUS_DATABASE_SERVICE_SSLMODE: 'require' };
    const server = {
      settings: { listen_addresses: '*' },
      hba: 'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\nhostssl all all all scram-sha-256\n',
      tls: createCertificateAuthority().issue(),
    };
    expect(await textOf({ server, keys, isPlainAdmin: true, isMapped: true })).toMatchInlineSnapshot(`
      "exit 0
      ok: true
      listener-policy   external: others guard the network; SCRAM is what the server must ask for
        info    127.0.0.1:15432 was dialled and the server says 127.0.0.1:5432: a port map, proxy or pooler stands between, and who is allowed to connect can't be seen from here
        info    tls-min-version      ssl_min_protocol_version can't be read
              a superuser runs, in any database: GRANT pg_read_all_settings TO "deploy_admin";
        info    not-loaded           deploy_admin may read neither the pg_hba file nor the view pg_hba_file_rules
              which rule a client matches is not known; what the server asks of a service is tried with real connections
              a superuser runs, in the database of the admin DSN: GRANT SELECT ON pg_catalog.pg_hba_file_rules TO "deploy_admin"; GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO "deploy_admin";
        info    weak-verifier        pg_authid can't be read
              how the passwords of other roles are stored is not known; services log in by SCRAM or not at all
              a superuser runs, in the database of the admin DSN: GRANT SELECT (rolname, rolsuper, rolcanlogin, rolpassword) ON pg_authid TO "deploy_admin";
        info    public-connect       PUBLIC may CONNECT to postgres, template1
        info    no-connection-limit  bus_service may take all 100 connections of the server
              the admin role or a superuser runs, in any database: ALTER ROLE "bus_service" CONNECTION LIMIT 50;  -- or what its pools need
        ok      listening            listens on *, port 5432
        ok      encryption           TLS is offered
        ok      roles                1 service role and 2 databases: closed to PUBLIC
        3 checks ok
      "
    `);
  });
});
