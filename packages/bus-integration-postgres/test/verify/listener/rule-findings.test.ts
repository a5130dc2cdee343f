// What is said of single rules, on facts made up here: who they let in, and which lines to write instead.
import { describe, expect, it } from 'vitest';
import { matchHba } from '../../../src/hba/match.ts';
import { parseHba } from '../../../src/hba/parse/hba.ts';
import { hbaFromRows } from '../../../src/hba/parse/rows.ts';
import type { HbaRules } from '../../../src/hba/rules/rule-list.ts';
import type { ListenerFacts } from '../../../src/verify/listener/listener-facts.ts';
import { policyOf } from '../../../src/verify/listener/policy/policy.ts';
import { judgeRules } from '../../../src/verify/listener/rule-findings.ts';

const role = (name: string, isSuperuser: boolean, replicates: boolean) => {
  return { name, isSuperuser, replicates, isService: name === 'bus', connectionLimit: 20, memberOf: [] };
};
const database = (name: string, isDeclared: boolean) => {
  return { name, isDeclared, connectionLimit: -1, adminMayConnect: true, isOpenToPublic: false };
};
const facts: ListenerFacts = {
  settings: { listen_addresses: '*', ssl: 'on', port: '5432' },
  admin: 'postgres',
  pendingRestart: [],
  serverAddress: '10.0.0.9',
  serverPort: 5432,
  clientAddress: '10.0.0.8',
  versionNum: 180_004,
  roles: [role('bus', false, false), role('postgres', true, true), role('repl', false, true)],
  databases: [database('crm', false), database('postgres', false), database('shop', true)],
  weakVerifiers: [],
};

type Keys = Parameters<typeof policyOf>[0];
const strict: Keys = { listenerNetworks: ['10.0.0.0/8'] };

function judge(hba: string | HbaRules, keys: Keys = {}) {
  const rules = typeof hba === 'string' ? parseHba(hba, { majorVersion: 18 }) : hba;
  const policy = policyOf(keys, 'prefer');
  return judgeRules({ rules, facts, policy, logins: [{ role: 'bus', database: 'shop' }], admin: 'postgres' });
}

const of = (id: string, ...asked: Parameters<typeof judge>) => judge(...asked).filter((check) => check.id === id);

describe('a reject line', () => {
  const open = 'host all all 10.0.0.0/8 scram-sha-256\n';

  it.each([
    ['host all bus 10.1.0.0/16 reject'],
    ['host shop all 10.0.0.0/8 reject'],
    ['hostssl all all 10.1.0.0/16 reject'],
    ['host all +group,bus 10.1.0.0/16 reject'],
  ])('above a line that would let a service in is told: %s', (line) => {
    const [told, ...others] = of('rejected-service', `${line}\n${open}`, strict);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ result: 'warn', rule: { line: 1 } });
    expect(told?.why).toMatch(
      /^bus \(1 database\) can not come from 10\..*, where .*:2 \(scram-sha-256\) would let it in/,
    );
    expect(told?.remedy).toMatch(/^if it is not meant, delete/);
  });

  it.each([
    `${open}host all all all reject`,
    `hostnossl all all all reject\n${open}`,
    `host all postgres all reject\n${open}`,
    `host crm all all reject\n${open}`,
    `host all bus 192.168.0.0/16 reject\n${open}`,
    `local all all reject\n${open}`,
  ])('that keeps no service out is nobody’s concern: %s', (hba) => {
    expect(of('rejected-service', hba, strict)).toEqual([]);
  });

  it('that takes all clients of a later one is what to delete', () => {
    const [told] = of('shadowed-rule', `host all all 10.0.0.0/8 reject\n${open}`, strict);
    expect(told?.remedy).toMatch(/^where its clients are to get in, delete line 1; else delete/);
  });
});

describe('trust', () => {
  it.each([
    ['host crm all 0.0.0.0/0 trust', {}],
    ['hostssl crm postgres 0.0.0.0/0 trust', { listenerPolicy: 'tls' }],
  ] as const)('fails for a superuser through any database: %s', (line, keys) => {
    expect(of('trust', line, keys)).toMatchObject([{ result: 'fail', why: expect.stringContaining('superuser') }]);
  });

  it('after a samehost rule is met from the loopback addresses that samehost leaves', () => {
    const checks = judge('host all all samehost scram-sha-256\nhost all all 127.0.0.0/8 trust\n');
    expect(checks.filter(({ id }) => id === 'shadowed-rule')).toEqual([]);
    expect(checks.filter(({ id }) => id === 'trust')).toHaveLength(1);
  });

  it('is told where only GSSAPI encryption leads to it', () => {
    expect(of('trust', 'hostgssenc all all 0.0.0.0/0 trust')).toMatchObject([{ result: 'warn' }]);
    expect(of('too-wide', 'hostgssenc all all 0.0.0.0/0 scram-sha-256')).toMatchObject([{ result: 'unknown' }]);
    expect(judge('hostgssenc all all 0.0.0.0/0 reject').map(({ result }) => result)).toEqual(['ok']);
  });
});

describe('a user name map', () => {
  it.each(['local all all peer map=any', 'hostssl all all 10.0.0.0/8 cert map=any'])(
    'says who comes, and is not judged: %s',
    (line) => {
      expect(of('too-wide', line)).toMatchObject([{ result: 'unknown', why: expect.stringContaining('the map any') }]);
    },
  );

  it('is told beside what the method leaves open', () => {
    const told = of('too-wide', 'hostssl all all 10.0.0.0/8 gss map=any', { listenerPolicy: 'tls' });
    expect(told.map(({ result }) => result)).toEqual(['unknown', 'warn']);
  });

  it('for roles of others is theirs', () => {
    expect(of('too-wide', 'local all someone peer map=any')).toEqual([]);
  });
});

describe('replication-from-network', () => {
  it('sees the rules of a database, which replication=database comes by', () => {
    const [check] = of('replication-from-network', 'host all repl 10.0.0.0/8 scram-sha-256', strict);
    expect(check).toMatchObject({ result: 'warn', why: expect.stringContaining('replication=database') });
  });
});

it('no word of a replication rule for one role from a few addresses', () => {
  const checks = of('replication-from-network', 'hostssl replication repl 10.0.0.5/32 scram-sha-256', strict);
  expect(checks).toEqual([]);
});

describe('what to put there', () => {
  it.each([
    [
      'hostssl shop bus 10.0.0.0/8 trust clientcert=verify-ca',
      'hostssl shop bus 10.0.0.0/8 scram-sha-256 clientcert=verify-ca',
    ],
    ['host my" db",shop bus 10.0.0.0/8 trust', 'hostssl "my db",shop bus 10.0.0.0/8 scram-sha-256'],
    ['hostnogssenc shop bus 10.0.0.0/8 trust', 'hostssl shop bus 10.0.0.0/8 scram-sha-256'],
  ])('for %s', (line, fixed) => {
    expect(of('trust', line, strict)[0]?.remedy).toContain(`replace with: ${fixed}\n`);
  });

  it('is nothing for a shadowed trust, which would open the server further up', () => {
    const [check] = of('shadowed-rule', 'host all all 10.0.0.0/8 scram-sha-256\nhost all bus 10.0.0.0/8 trust');
    expect(check?.remedy).toBe('delete the line\nthen a superuser runs, in any database: SELECT pg_reload_conf();');
  });
});

/** What is left of a file when somebody does as the findings say, each to the letter. */
function obeyed(hba: string, keys: Keys, isTold: (id: string) => boolean): string {
  const lines = hba.split('\n').map((text) => [text]);
  for (const { id, result, rule, remedy = '', advice = [] } of judge(hba, keys)) {
    if (rule === undefined || !isTold(id) || !['fail', 'warn'].includes(result)) continue;
    const [, method = '', old = '', place] =
      /^first write (\S+) in the place of (\S+) on line (\d+);/.exec(remedy) ?? [];
    if (place !== undefined) {
      lines[Number(place) - 1] = (lines[Number(place) - 1] as string[]).map((text) => text.replace(old, method));
    }
    for (const edit of advice) {
      if (edit.kind !== 'edit') continue;
      expect([edit.file.path, edit.line]).toEqual([rule.file, rule.line]);
      if (edit.change === 'insert') lines[rule.line - 1]?.unshift(...edit.text);
      else lines[rule.line - 1] = [...edit.text];
    }
  }
  return lines.flat().join('\n');
}

describe('a scram rule below a weaker one that takes its clients', () => {
  const shop = 'hostssl shop bus 10.1.0.0/16 scram-sha-256';
  const files = [
    `host all all 10.0.0.0/8 trust\n${shop}`,
    `host all all 0.0.0.0/0 trust\n${shop}`,
    `host all all all md5\nhost all all 10.0.0.0/9 trust\n${shop}`,
    `hostssl shop all 10.1.0.0/17 scram-sha-256\nhostssl all bus 10.1.0.0/16 trust\n${shop}`,
    `hostssl all bus 10.1.0.0/17 password\nhostssl all bus 10.1.128.0/17 trust\n${shop}`,
  ];
  const service = { user: 'bus', database: 'shop', memberOf: [], transport: 'tcp', tls: true } as const;

  it.each(files)('stays, and the services get in by scram when the advice is followed: %s', (hba) => {
    const [check] = of('shadowed-rule', hba, strict).filter(({ rule }) => rule?.text === shop);
    expect(check?.result).toBe('warn');
    expect(check?.remedy).toMatch(
      /; this line is right, and stays\nthen a superuser runs, in any database: SELECT pg_reload_conf\(\);$/,
    );
    for (const isTold of [(id: string) => id === 'shadowed-rule', () => true]) {
      const fixed = obeyed(hba, strict, isTold);
      expect(fixed.split('\n')).toContain(shop);
      for (const address of ['10.1.2.3', '10.1.200.3']) {
        const before = matchHba(parseHba(hba), { ...service, replication: 'none', address });
        const after = matchHba(parseHba(fixed), { ...service, replication: 'none', address });
        // One finding fixes one line; all of them leave no other way in.
        const isFixed = isTold('trust') || (before.result === 'match' && before.line === lineOf(check?.remedy));
        if (isFixed) expect(after, fixed).toMatchObject({ result: 'match', method: 'scram-sha-256' });
      }
    }
    const left = judge(
      obeyed(hba, strict, () => true),
      strict,
    );
    expect(left.filter(({ id }) => ['trust', 'md5', 'cleartext-password', 'too-wide'].includes(id))).toEqual([]);
  });

  const lineOf = (remedy = '') => Number(/ on line (\d+);/.exec(remedy)?.[1]);

  it('is needless where a certificate is asked for above it', () => {
    const [check] = of('shadowed-rule', `hostssl all all 10.0.0.0/8 trust clientcert=verify-full\n${shop}`, strict);
    expect(check?.remedy).toBe('delete the line\nthen a superuser runs, in any database: SELECT pg_reload_conf();');
  });
});

describe('methods that the policy has no room for', () => {
  it.each(['gss', 'oauth issuer="https://example.com" scope="openid"'])('%s under tls and external', (method) => {
    const line = `hostssl all all 0.0.0.0/0 ${method}`;
    expect(of('too-wide', line, { listenerPolicy: 'tls' })).toMatchObject([{ result: 'warn' }]);
    expect(of('too-wide', line, { listenerPolicy: 'external' })).toMatchObject([{ result: 'warn' }]);
    expect(of('too-wide', line.replace('0.0.0.0/0', '10.0.0.0/8'))).toEqual([]);
  });
});

describe('the ok of rules', () => {
  it('leaves out rules without proof, though they are met from nowhere now', () => {
    const dormant: ListenerFacts = { ...facts, settings: { ...facts.settings, listen_addresses: 'localhost' } };
    const rules = parseHba('local all all peer\nhost all all 10.0.0.0/8 trust\n', { majorVersion: 18 });
    const logins = [{ role: 'bus', database: 'shop' }];
    const checks = judgeRules({ rules, facts: dormant, policy: policyOf({}, 'prefer'), logins, admin: 'postgres' });
    expect(checks.find(({ id }) => id === 'trust')?.result).toBe('info');
    expect(checks.find(({ id }) => id === 'rules')?.seen).toBe('1 of 2 rules as the policy has them');
  });
});

describe('what is not known', () => {
  const row = { file: 'pg_hba.conf', netmask: null, options: null, error: null, type: 'local' as const, address: null };
  const viewed = [1, 2, 3].map((line) => ({ ...row, line, databases: ['all'], users: ['all'], method: 'peer' }));

  it('is said once of all quotation marks that the view does not show', () => {
    const unknown = judge(hbaFromRows(viewed.slice(0, 2), { majorVersion: 18 })).filter(
      ({ result }) => result === 'unknown',
    );
    expect(unknown).toHaveLength(1);
    expect(unknown[0]?.seen).toContain('quotation marks');
  });

  it('is not a pattern that can be tried', () => {
    expect(judge('local shop /^bus$ scram-sha-256').filter(({ result }) => result === 'unknown')).toEqual([]);
  });
});
