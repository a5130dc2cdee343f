// JDBC URLs beside what pgjdbc itself read in them (fixtures/RecordPgjdbcUrls.java).
import { readFileSync } from 'node:fs';
import type { ConnectionString } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { wantedEndpoint, writeOutput } from '../../src/output-forms/index.ts';
import { outputOf } from './odd-connections.ts';

interface Case {
  readonly connection: ConnectionString;
  readonly url: string;
  readonly properties: Readonly<Record<string, string>>;
}

const recorded = JSON.parse(readFileSync(new URL('../fixtures/pgjdbc-urls.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

function urlOf(connection: ConnectionString): string {
  const output = outputOf('jdbc', [connection]);
  const endpoint = wantedEndpoint(output, connection.endpoint, { state: 'absent' });
  return writeOutput(output, [{ ...connection, endpoint }]);
}

describe('a JDBC URL', () => {
  it('is what pgjdbc was asked about', () => {
    expect(recorded.cases.length).toBeGreaterThan(200);
    for (const { connection, url } of recorded.cases) expect(urlOf(connection)).toBe(url);
  });

  it('says to pgjdbc what was meant, whatever names and passwords hold', () => {
    for (const { connection, properties } of recorded.cases) {
      const { user, password, database, endpoint } = connection;
      const { sslmode, options, connect_timeout, application_name, sslrootcert } = endpoint;
      expect(properties).toEqual({
        user,
        password,
        PGDBNAME: database,
        PGHOST: endpoint.host === '::1' ? '[::1]' : endpoint.host,
        PGPORT: endpoint.port,
        sslmode,
        ...(sslrootcert !== undefined && { sslrootcert }),
        ...(options !== undefined && { options }),
        ...(connect_timeout !== undefined && { connectTimeout: connect_timeout }),
        ...(application_name !== undefined && { ApplicationName: application_name }),
        ...(endpoint.target_session_attrs === 'read-write' && { targetServerType: 'primary' }),
      });
    }
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [
      { sslmode: 'verify-full', sslrootcert: 'system' },
      'sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory',
    ],
    [{ target_session_attrs: 'standby' }, 'targetServerType=secondary'],
    [{ target_session_attrs: 'prefer-standby' }, 'targetServerType=preferSecondary'],
    [{ load_balance_hosts: 'random' }, 'loadBalanceHosts=true'],
    [{ keepalives: '1' }, ''],
  ])('translates %j', (said, parameters) => {
    const endpoint = { host: 'h', port: '1', ...said };
    const suffix = parameters === '' ? '' : `&${parameters}`;
    expect(urlOf({ user: 'u', password: 'p', database: 'd', endpoint })).toBe(
      `jdbc:postgresql://h:1/d?user=u&password=p${suffix}`,
    );
  });

  it.each(['/run/postgresql', '@abstract', 'a/b', 'a?b', 'a%62'])('refuses the host %s', (host) => {
    const endpoint = { host, port: '1' };
    expect(() => urlOf({ user: 'u', password: 'p', database: 'd', endpoint })).toThrow(/form jdbc can't hold host/);
  });
});
