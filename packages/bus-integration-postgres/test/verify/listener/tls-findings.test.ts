// What is said of TLS, on facts and certificates made up here.
import { describe, expect, it } from 'vitest';
import type { Presented } from '../../../src/connection/tls/server-certificate.ts';
import type { ListenerFacts } from '../../../src/verify/listener/listener-facts.ts';
import { policyOf } from '../../../src/verify/listener/policy/policy.ts';
import { judgeEncryption } from '../../../src/verify/listener/tls-findings.ts';

const facts: ListenerFacts = {
  settings: { listen_addresses: '*', ssl: 'on', ssl_min_protocol_version: 'TLSv1.2', port: '5432' },
  admin: 'postgres',
  pendingRestart: [],
  serverAddress: '10.0.0.9',
  serverPort: 5432,
  clientAddress: '10.0.0.8',
  versionNum: 180_004,
  roles: [],
  databases: [],
  weakVerifiers: [],
};
const now = new Date('2030-01-01');

function judge(presented: Presented, sslmode: string, keys: Parameters<typeof policyOf>[0] = {}) {
  return judgeEncryption({ facts, policy: policyOf(keys, sslmode), admin: 'postgres', sslmode, presented, now });
}

describe('a server that offers no TLS though ssl is on', () => {
  const presented: Presented = { state: 'no-tls', where: '10.0.0.9:5432' };

  it.each([
    [{}, 'warn'],
    [{ listenerPolicy: 'tls' }, 'fail'],
  ] as const)('is told under %j as plain text is', (keys, result) => {
    const checks = judge(presented, 'prefer', keys);
    expect(checks.map(({ id }) => id)).toEqual(['tls-off']);
    expect(checks[0]).toMatchObject({ result, seen: 'ssl = on, but 10.0.0.9:5432 answers that it has no TLS' });
  });
});

describe('a certificate that expires soon', () => {
  const presented: Presented = {
    state: 'presented',
    host: 'db.example.com',
    isForHost: true,
    names: 'DNS:db.example.com',
    validFrom: new Date('2029-01-01'),
    validTo: new Date('2030-01-10'),
  };

  it.each([
    ['prefer', "services don't check it"],
    ['verify-ca', 'services check it'],
  ])('is said to be checked as sslmode=%s has it', (sslmode, why) => {
    expect(judge(presented, sslmode).find(({ id }) => id === 'tls-certificate')?.why).toContain(why);
  });
});
