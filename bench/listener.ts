// How long the listener policy takes over long pg_hba.conf files: 10,000 lines, 100 roles in 4 databases, no server.
import { parseHba } from '../packages/bus-integration-postgres/src/hba/parse/hba.ts';
import type { ListenerFacts } from '../packages/bus-integration-postgres/src/verify/listener/listener-facts.ts';
import { policyOf } from '../packages/bus-integration-postgres/src/verify/listener/policy/policy.ts';
import { judgeRules } from '../packages/bus-integration-postgres/src/verify/listener/rule-findings.ts';

const lineCount = 10_000;
const roles = Array.from({ length: 100 }, (_, index) => `service_${index}`);
const databases = ['auth', 'events', 'usage', 'billing'];
const networkOf = (index: number) => `10.${index >> 8}.${index & 255}.0/24`;

const shapes: Readonly<Record<string, (index: number) => string>> = {
  'a network a line': (index) => `host all all ${networkOf(index)} scram-sha-256`,
  'a role and network a line': (index) =>
    `hostssl ${databases[index % 4]} ${roles[index % 100]} ${networkOf(index)} scram-sha-256`,
  'both by turns': (index) =>
    `host ${index % 2 === 0 ? 'all all' : `all ${roles[index % 100]}`} ${networkOf(index)} trust`,
  'the same over and over': () => 'host all all 0.0.0.0/0 md5',
};

const facts: ListenerFacts = {
  settings: { listen_addresses: '*', ssl: 'on', port: '5432' },
  admin: 'postgres',
  pendingRestart: [],
  serverAddress: '10.0.0.9',
  serverPort: 5432,
  clientAddress: '10.0.0.8',
  versionNum: 180_004,
  roles: ['postgres', ...roles].map((name, index) => ({
    name,
    isSuperuser: index === 0,
    replicates: false,
    isService: index > 0,
    connectionLimit: -1,
    memberOf: [`group_${index}`],
  })),
  databases: [],
  weakVerifiers: [],
};
const logins = roles.flatMap((role) => databases.map((database) => ({ role, database })));
const policy = policyOf({ listenerPolicy: 'tls' }, 'verify-full');

for (const [shape, lineAt] of Object.entries(shapes)) {
  const text = Array.from({ length: lineCount }, (_, index) => lineAt(index)).join('\n');
  const startedAt = cpuMs();
  const rules = parseHba(text);
  const parsedAt = cpuMs();
  const checks = judgeRules({ rules, facts, policy, logins, admin: 'postgres' });
  const judgedMs = Math.round(cpuMs() - parsedAt);
  console.log(
    `${shape.padEnd(26)} parsed in ${Math.round(parsedAt - startedAt)} ms, judged in ${judgedMs} ms, ${checks.length} checks`,
  );
}

/** Processor time, which a busy machine disturbs less than the clock. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
