// The rendered block is one that the server takes and that the policy finds nothing wrong with.
import { describe, expect, it } from 'vitest';
import { matchHba } from '../../src/hba/match.ts';
import { parseHba } from '../../src/hba/parse/hba.ts';
import type { ListenerFacts } from '../../src/verify/listener/listener-facts.ts';
import { policyOf } from '../../src/verify/listener/policy/policy.ts';
import { renderHba } from '../../src/verify/listener/policy/render-hba.ts';
import { judgeRules } from '../../src/verify/listener/rule-findings.ts';

const login = (role: string, database: string) => ({ role, database });
const logins = [
  login('bus_service', 'shop'),
  login('bus_service', 'wiki'),
  login('all', 'replication'),
  login('/odd.one', 'shop'),
];
const admin = { user: 'deploy_admin', databases: ['postgres'] };

const facts: ListenerFacts = {
  settings: { listen_addresses: '*', ssl: 'on', port: '5432' },
  admin: 'postgres',
  pendingRestart: [],
  serverAddress: '10.0.0.9',
  serverPort: 5432,
  clientAddress: '10.0.0.8',
  versionNum: 180_004,
  roles: ['bus_service', 'all', '/odd.one'].map((name) => ({
    name,
    isSuperuser: false,
    replicates: false,
    isService: true,
    connectionLimit: -1,
    memberOf: [],
  })),
  databases: [],
  weakVerifiers: [],
};

const policies = [
  { listenerPolicy: 'loopback' },
  {},
  { listenerNetworks: ['10.0.0.0/8', 'fd00::/8'] },
  { listenerPolicy: 'tls' },
  { listenerPolicy: 'external' },
] as const;

describe.each([15, 18])('for PostgreSQL %i', (majorVersion) => {
  it.each(policies)('satisfies %j', (declared) => {
    const policy = policyOf(declared, 'verify-full');
    const text = renderHba({ deploymentId: 'example-dev', logins, admin, policy, majorVersion });
    const rules = parseHba(text, { majorVersion });
    expect(rules.broken).toEqual([]);
    const findings = judgeRules({ rules, facts, policy, logins, admin: admin.user });
    expect(findings.filter(({ result }) => result === 'fail')).toEqual([]);
    for (const { role, database } of logins) {
      for (const [address, tls] of [
        ['127.0.0.1', false],
        ['10.1.2.3', true],
        ['8.8.8.8', true],
        ['8.8.8.8', false],
      ] as const) {
        const client = {
          user: role,
          database,
          transport: 'tcp',
          address,
          tls,
          replication: 'none',
          memberOf: [],
        } as const;
        const isAllowed = address === '127.0.0.1' || (policy.allowed.length > 0 && isIn(policy.name, address) && tls);
        const answer = matchHba(rules, client);
        const method = answer.result === 'match' ? answer.method : answer.result;
        expect(method, `${role} ${database} ${address} ${tls}`).toBe(isAllowed ? 'scram-sha-256' : 'reject');
      }
    }
  });
});

const isIn = (policy: string, address: string) =>
  policy === 'tls' || policy === 'external' || (policy === 'private' && address.startsWith('10.'));

it('reads as a person would write it', () => {
  const policy = policyOf({ listenerNetworks: ['10.0.0.0/8'] }, undefined);
  const block = { deploymentId: 'example-dev', logins: logins.slice(0, 2), admin, policy };
  expect(renderHba({ ...block, majorVersion: 18 })).toMatchInlineSnapshot(`
    "# Deployment example-dev: who may log in to its databases, under the policy private.
    # Save as bus-example-dev.conf beside pg_hba.conf, with this as the first line of pg_hba.conf that is not a comment:
    #   include bus-example-dev.conf
    # Then: SELECT pg_reload_conf(), and see that pg_hba_file_rules shows no error.
    # hostssl lines are met only while ssl = on.
    local shop,wiki bus_service scram-sha-256
    host shop,wiki bus_service 127.0.0.1/32 scram-sha-256
    host shop,wiki bus_service ::1/128 scram-sha-256
    hostssl shop,wiki bus_service 10.0.0.0/8 scram-sha-256
    host postgres,shop,wiki deploy_admin 127.0.0.1/32 scram-sha-256
    host postgres,shop,wiki deploy_admin ::1/128 scram-sha-256
    hostssl postgres,shop,wiki deploy_admin 10.0.0.0/8 scram-sha-256
    # Nobody else enters these databases over TCP; sockets go on to the rules below.
    host shop,wiki all all reject
    "
  `);
  expect(renderHba({ ...block, majorVersion: 15 }).split('\n')[1]).toMatchInlineSnapshot(
    `"# Put these lines above all others in pg_hba.conf: the first one that fits a client decides."`,
  );
});
