import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainHba, type HbaClient, matchHba, parseHba } from '../../../src/index.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 3_000);
const majors = [14, 15, 16, 17, 18] as const;

const real = [
  [
    'local   all             postgres                                peer',
    '# TYPE  DATABASE        USER            ADDRESS                 METHOD',
    'local   all             all                                     peer',
    'host    all             all             127.0.0.1/32            scram-sha-256',
    'host    all             all             ::1/128                 scram-sha-256',
    'local   replication     all                                     peer',
    'host    replication     all             127.0.0.1/32            scram-sha-256',
  ].join('\n'),
  'local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all all scram-sha-256\n',
  'hostssl "my db",@dbs +staff,"all",/^svc_.*$ 10.0.0.0 255.0.0.0 cert map=m clientcert=verify-full\ninclude_dir conf.d\ninclude more\n',
  'host sameuser,samerole all .example.com ldap ldapserver=l ldapprefix="cn=" ldapsuffix=", dc=x" \\\n ldapbindpasswd="p w"\nhost all all samenet reject\n',
];
const bits = [
  '"',
  '\\\n',
  ',',
  '@',
  '@self',
  '+',
  '/',
  '/(',
  '#',
  '\0',
  '\r\n',
  '\u{1f600}',
  'all',
  '::1/0',
  '0/0',
  '=',
  ' ',
  '\t',
  'include x',
  '{9,99}',
  '[[',
];

/** A file that somebody wrote, with some of it cut out, doubled or overwritten. */
const mutated = fc
  .tuple(
    fc.constantFrom(...real),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(12),
        fc.oneof(fc.constantFrom(...bits), fc.string({ unit: 'binary' })),
      ),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [where, length, put]) => {
      const at = Math.floor(where * now.length);
      return now.slice(0, at) + put + now.slice(at + length);
    }, text),
  );
const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array).toString('latin1'));
const regex = fc
  .string({ unit: fc.constantFrom(...'ab(|)*+?{}[]^$.\\-:,=!<>1209x'), maxLength: 60 })
  .map((text) => `host /${text.replace(/[,\s]/g, '')} "/${text.replaceAll('"', '')}" all trust\n`);
const input = fc.oneof({ weight: 5, arbitrary: mutated }, bytes, fc.string({ unit: 'binary', maxLength: 300 }), {
  weight: 2,
  arbitrary: regex,
});

const clients = fc.record({
  user: fc.constantFrom('app', 'all', '', 'é', 'a'.repeat(64)),
  database: fc.constantFrom('shop', 'app', 'replication'),
  transport: fc.constantFrom('unix', 'tcp'),
  address: fc.constantFrom('127.0.0.1', '::1', '10.1.2.3', 'nonsense', '::ffff:10.0.0.1'),
  tls: fc.boolean(),
  gss: fc.boolean(),
  replication: fc.constantFrom('none', 'physical', 'logical'),
  memberOf: fc.constantFrom<readonly string[]>([], ['staff']),
}) satisfies fc.Arbitrary<HbaClient>;

describe('any input', () => {
  it(`${runs} made-up files are read and matched without a crash, and without a stop`, { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(input, fc.constantFrom(...majors), clients, (text, majorVersion, client) => {
        const rules = parseHba(text, {
          majorVersion,
          files: { dbs: text, self: '@self', 'conf.d/a.conf': text, more: 'include pg_hba.conf' },
        });
        const answer = matchHba(rules, client);
        const explained = explainHba(rules, client);
        expect(explained.answer).toEqual(answer);
        if (answer.result !== 'match') return;
        expect(rules.broken).toEqual([]);
        expect(rules.rules).toContainEqual(expect.objectContaining({ file: answer.file, line: answer.line }));
        expect(explained.trials.at(-1)).toMatchObject({ verdict: 'yes', rule: { line: answer.line } });
        expect(explained.trials.slice(0, -1).every(({ verdict, why }) => verdict === 'no' && why !== '')).toBe(true);
      }),
      { numRuns: runs, seed: 18 },
    );
  });
});

describe('hostile files', () => {
  const client: HbaClient = {
    user: 'app',
    database: 'shop',
    transport: 'tcp',
    address: '10.1.2.3',
    tls: true,
    replication: 'none',
    memberOf: [],
  };
  const bomb = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`b${index}`, `@b${index + 1} `.repeat(100)] as const),
  );
  it.each<[string, string, Record<string, string>]>([
    ['files that name each other ten times ten deep', 'local @b0 all trust\n', bomb],
    ['inclusions that double', 'include x\n', { x: 'include x\ninclude x\n' }],
    ['a list of itself', 'local @x all trust\n', { x: '@x' }],
    ['many expressions', `${'host all /(a{255}){3} all trust\n'.repeat(3_000)}`, {}],
    ['many large expressions', `${'host all /((a|b){0,255}){0,3}c all trust\n'.repeat(3_000)}`, {}],
    ['a million quotation marks', `local ${'"'.repeat(1_000_000)} all trust\n`, {}],
    ['a million backslashes', `local ${'\\\n'.repeat(500_000)} all trust\n`, {}],
    ['a million commas', `local a${','.repeat(1_000_000)}b all trust\n`, {}],
    ['a million words', `local ${'a '.repeat(500_000)}\n`, {}],
    ['names of objects', 'local __proto__,constructor toString trust __proto__=1\n', { __proto__: 'x' }],
  ])('%s', { timeout: 20_000 }, (_name, text, files) => {
    for (const majorVersion of [15, 18]) {
      const rules = parseHba(text, { majorVersion, files });
      expect(['match', 'no-match', 'undecided']).toContain(matchHba(rules, client).result);
      expect(['match', 'no-match', 'undecided']).toContain(matchHba(rules, { ...client, user: 'a'.repeat(63) }).result);
    }
  });
});

describe('10,000 lines', () => {
  const client = (index: number, kind: number): HbaClient => ({
    user: `role_${index}`,
    database: `db_${index % 7}`,
    transport: kind === 0 ? 'unix' : 'tcp',
    address: ['', '127.0.0.1', '10.250.3.4', '203.0.113.9', '2001:db8::1'][kind] ?? '::1',
    tls: kind % 2 === 0,
    replication: 'none',
    memberOf: [`group_${index % 10}`],
  });
  it.each([
    [
      'networks that nobody comes from',
      (line: number) => `host all all 10.${line % 200}.${line % 256}.0/28 scram-sha-256`,
    ],
    ['users by name', (line: number) => `hostssl db_${line % 7} role_${line} 0.0.0.0/0 scram-sha-256`],
    ['groups', (line: number) => `hostssl all +other_${line} all scram-sha-256`],
    ['databases', (line: number) => `host other_${line},"all",samerole all all scram-sha-256`],
    ['expressions', (line: number) => `host /^other_${line}$ all all scram-sha-256`],
  ])('%s: 100 roles of 10 kinds of client, in time', (_name, lineOf) => {
    const text = Array.from({ length: 10_000 }, (_, line) => lineOf(line)).join('\n');
    const rules = parseHba(text);
    let asked = 0;
    for (let index = 0; index < 100; index += 1) {
      for (let kind = 0; kind < 10; kind += 1) {
        matchHba(rules, client(index, kind % 5));
        asked += 1;
      }
    }
    expect({ rules: rules.rules.length, asked }).toEqual({ rules: 10_000, asked: 1_000 });
  });
});
