import { readFileSync } from 'node:fs';
import { Secret } from 'bus-integration-database';
import { startServer } from 'embedded';
import { expect, test } from 'vitest';
import { connect } from '../src/connect.ts';

test.each(['rsa256', 'rsa384', 'rsa512', 'rsa1', 'ec384', 'ec512', 'ed', 'pss256', 'pss512', 'pssdefault'])(
  '%s',
  async (n) => {
    for (const major of [18, 15] as const) {
      await using server = await startServer({
        major,
        tls: {
          certificate: readFileSync(`/tmp/sp/certs/${n}.crt`, 'utf8'),
          key: readFileSync(`/tmp/sp/certs/${n}.key`, 'utf8'),
        },
      });
      for (const channelBinding of ['require', 'prefer', 'disable'] as const) {
        const target: any = {
          addresses: [
            { host: 'localhost', hostaddr: '127.0.0.1', port: server.port, password: new Secret(server.password) },
          ],
          user: server.superuser,
          database: 'postgres',
          sslmode: 'require',
          sslnegotiation: major === 18 ? 'direct' : 'postgres',
          sslsni: true,
          channelBinding,
          targetSessionAttrs: 'any',
          loadBalanceHosts: 'disable',
          warnings: [],
        };
        try {
          await using session = await connect(target, { applicationName: 'x', timeoutMs: 5000, queryTimeoutMs: 60000 });
          console.log(n, major, channelBinding, 'ok', session.tls!.protocol, session.tls!.serverEndPoint?.length);
        } catch (e: any) {
          console.log(n, major, channelBinding, e.message);
        }
      }
    }
  },
);
