// What verify and doctor say where TLS itself is in the way: real certificates on a real server, the answers pinned.
import type { Check } from 'bus-integration-database';
import { createCertificateAuthority, type Server, selfSignedCertificate, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFile } from '../packages/bus-integration-postgres/test/temporary-file.ts';
import { createDeployment, type Deployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const authority = createCertificateAuthority();
const good = { ...authority.issue(), ca: authority.certificate };
const hba = `local all all scram-sha-256
hostnossl all postgres all scram-sha-256
hostssl all all all scram-sha-256
`;

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: Server;
  let root: string;
  let folder: ReturnType<typeof temporaryFolder>;
  let services: Deployment;
  let checkedAdmin: Deployment;
  beforeAll(async () => {
    root = temporaryFile(authority.certificate);
    folder = temporaryFolder();
    server = await startServer({ major, hba, tls: good });
    const keys = {
      BUS_DATABASE_SERVICE_HOST: 'localhost',
      BUS_DATABASE_SERVICE_SSLMODE: 'verify-full',
      BUS_DATABASE_SERVICE_SSLROOTCERT: root,
    };
    const desired = { databases: ['app'], serviceRole: 'svc', keys };
    // The admin takes another way in, so that only the services see the certificate.
    services = createDeployment({ adminDsn: `${server.dsn()}?sslmode=disable`, desired, folder: folder.path });
    const checked = server.dsn().replace('127.0.0.1', 'localhost');
    const adminDsn = `${checked}?sslmode=verify-full&sslrootcert=${encodeURIComponent(root)}`;
    checkedAdmin = createDeployment({ adminDsn, desired, folder: folder.path });
    const applied = await services.apply();
    expect(applied.ok, explain(applied)).toBe(true);
  });
  afterAll(async () => {
    await server.stop();
    folder[Symbol.dispose]();
  });

  const told = (checks: readonly Check[] = []) =>
    checks
      .filter(({ result }) => result === 'fail' || result === 'unknown')
      .map(({ result, id, seen, remedy }) => `${result} ${id}: ${seen}\n  next: ${remedy}`)
      .map((text) =>
        text
          .replaceAll(root, 'ROOT')
          .replaceAll(/:\d{4,5}\b/g, ':PORT')
          .replaceAll('127.0.0.1', '::1')
          .replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY'),
      )
      .join('\n')
      // Which of the two addresses of localhost comes first is the machine's affair.
      .replaceAll(/can't reach localhost:PORT \(::1\): connection refused; /g, '');
  const answers = async () => ({
    verify: told((await services.verify()).connectivity),
    doctor: told((await checkedAdmin.doctor()).checks),
  });

  test('a certificate that is right', async () => {
    expect(await answers()).toEqual({ verify: '', doctor: '' });
  });

  test('one that has expired', async () => {
    const validTo = new Date(Date.now() - 60_000);
    await server.reload({ tls: authority.issue({ validTo }) });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: localhost:PORT (::1) shows a certificate that is not trusted: it has expired on DAY (from BUS_POSTGRES_ADMIN_DSN)
        next: renew the certificate in ssl_cert_file on the server, then a superuser runs, in any database: SELECT pg_reload_conf();",
        "verify": "fail service-login: localhost:PORT (::1) shows a certificate that is not trusted: it has expired on DAY
        next: renew the certificate in ssl_cert_file on the server, then a superuser runs, in any database: SELECT pg_reload_conf();",
      }
    `);
  });

  test('one for another name', async () => {
    await server.reload({ tls: authority.issue({ commonName: 'db.example.com', names: ['db.example.com'] }) });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: localhost:PORT (::1) shows a certificate that is not trusted: it is for DNS:db.example.com, not for localhost (from BUS_POSTGRES_ADMIN_DSN)
        next: connect to the server by a name in its certificate, or give it a certificate for this name",
        "verify": "fail service-login: localhost:PORT (::1) shows a certificate that is not trusted: it is for DNS:db.example.com, not for localhost
        next: connect to the server by a name in its certificate, or give it a certificate for this name",
      }
    `);
  });

  test('one that nobody signed', async () => {
    await server.reload({ tls: selfSignedCertificate() });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: localhost:PORT (::1) shows a certificate that is not trusted: it is self-signed and not in ROOT (from BUS_POSTGRES_ADMIN_DSN)
        next: give the server a certificate that a CA in sslrootcert signed, or copy this certificate there in a safe way",
        "verify": "fail service-login: localhost:PORT (::1) shows a certificate that is not trusted: it is self-signed and not in ROOT
        next: give the server a certificate that a CA in sslrootcert signed, or copy this certificate there in a safe way",
      }
    `);
  });

  test('one that a stranger signed', async () => {
    await server.reload({ tls: createCertificateAuthority('A stranger').issue() });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: localhost:PORT (::1) shows a certificate that is not trusted: no CA in ROOT signed it (from BUS_POSTGRES_ADMIN_DSN)
        next: check that this is the right server; then put the CA that signed its certificate into sslrootcert",
        "verify": "fail service-login: localhost:PORT (::1) shows a certificate that is not trusted: no CA in ROOT signed it
        next: check that this is the right server; then put the CA that signed its certificate into sslrootcert",
      }
    `);
  });

  test('no TLS at all', async () => {
    await server.reload({ tls: good, settings: { ssl: 'off' } });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: localhost:PORT (::1) does not offer TLS, which sslmode=verify-full demands (from BUS_POSTGRES_ADMIN_DSN)
        next: turn ssl on in postgresql.conf, or use sslmode=prefer where the network is trusted",
        "verify": "fail service-login: localhost:PORT (::1) does not offer TLS, which sslmode=verify-full demands
        next: turn ssl on in postgresql.conf, or, where the network is trusted, set BUS_DATABASE_SERVICE_SSLMODE=disable, then bus operator database plan --allow weaken-tls",
      }
    `);
    await server.reload({ settings: { ssl: 'on' } });
  });

  test('a server that takes TLS 1.1 too is reached with the newest', async () => {
    await server.reload({ tls: good, settings: { ssl_min_protocol_version: 'TLSv1.1' } });
    expect(await answers()).toEqual({ verify: '', doctor: '' });
  });

  test('a server that takes nothing but TLS 1.1', async () => {
    const settings = { ssl_min_protocol_version: 'TLSv1.1', ssl_max_protocol_version: 'TLSv1.1' };
    await server.reload({ tls: good, settings });
    expect(await answers()).toMatchInlineSnapshot(`
      {
        "doctor": "fail tls: the TLS handshake with localhost:PORT (::1) failed: it takes none of the versions from TLSv1.2 to TLSv1.3 (from BUS_POSTGRES_ADMIN_DSN)
        next: set ssl_min_protocol_version and ssl_max_protocol_version of the server so that it accepts TLSv1.2 or newer",
        "verify": "fail service-login: the TLS handshake with localhost:PORT (::1) failed: it takes none of the versions from TLSv1.2 to TLSv1.3
        next: set ssl_min_protocol_version and ssl_max_protocol_version of the server so that it accepts TLSv1.2 or newer
      unknown challenge: what is asked for over TLS could not be seen: the TLS handshake with localhost:PORT (::1) failed: it takes none of the versions from TLSv1.2 to TLSv1.3
        next: undefined",
      }
    `);
    await server.reload({ settings: { ssl_min_protocol_version: 'TLSv1.2', ssl_max_protocol_version: '' } });
  });

  test.each([['scram-sha-256 clientcert=verify-ca'], ['scram-sha-256 clientcert=verify-full'], ['cert']])(
    'a client certificate is demanded: %s',
    async (method) => {
      await server.reload({
        tls: good,
        hba: hba.replace('hostssl all all all scram-sha-256', `hostssl all all all ${method}`),
      });
      expect(await answers()).toMatchInlineSnapshot(`
        {
          "doctor": "fail login: can't log in to localhost:PORT (::1) as postgres, database postgres: connection requires a valid client certificate (from BUS_POSTGRES_ADMIN_DSN)
          next: name one with sslcert and sslkey in the admin DSN; DSN files of services hold none, so the line of pg_hba.conf that they match must ask for scram-sha-256 without clientcert",
          "verify": "fail service-login: can't log in to localhost:PORT (::1) as svc, database app: connection requires a valid client certificate
          next: name one with sslcert and sslkey in the admin DSN; DSN files of services hold none, so the line of pg_hba.conf that they match must ask for scram-sha-256 without clientcert",
        }
      `);
      await server.reload({ hba });
    },
  );
});
