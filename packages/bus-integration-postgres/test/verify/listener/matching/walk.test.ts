// The walk over whole ranges says what matchHba says of each single client.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchHba } from '../../../../src/hba/match.ts';
import { parseHba } from '../../../../src/hba/parse/hba.ts';
import type { HbaRule } from '../../../../src/hba/rules/rule.ts';
import { ruleFinder, walkRule } from '../../../../src/verify/listener/matching/hba-walk.ts';
import { addressAt, numberOf, type Ranges } from '../../../../src/verify/listener/matching/ranges.ts';
import { isEmpty, leftovers, takerOf } from '../../../../src/verify/listener/matching/shadow.ts';
import { type WalkSubject, walkRules } from '../../../../src/verify/listener/matching/walk.ts';

const type = fc.constantFrom('local', 'host', 'hostssl', 'hostnossl', 'hostnogssenc', 'hostgssenc');
const database = fc.constantFrom(
  'all',
  'shop',
  'wiki',
  '"all"',
  'sameuser',
  'samerole',
  'replication',
  'shop,wiki',
  'all,replication',
);
const user = fc.constantFrom('all', 'shop', 'ops', '+staff', '"all"', 'ops,shop', 'nobody');
const address = fc.constantFrom(
  'all',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.0/24',
  '0.0.0.0/0',
  '::/0',
  'fd00::/8',
  '127.0.0.1/32',
  '10.1.2.3/32',
);
const method = fc.constantFrom('trust', 'reject', 'scram-sha-256', 'md5');
const line = fc
  .tuple(type, database, user, address, method)
  .map(([kind, db, who, where, how]) => [kind, db, who, ...(kind === 'local' ? [] : [where]), how].join(' '));
const file = fc.array(line, { minLength: 1, maxLength: 10 }).map((lines) => lines.join('\n'));

const subjects: readonly WalkSubject[] = [
  { kind: 'service', user: 'shop', memberOf: [], database: 'shop' },
  { kind: 'service', user: 'shop', memberOf: [], database: 'wiki' },
  { kind: 'superuser', user: 'ops', memberOf: ['staff', 'shop'], database: 'shop' },
  { kind: 'replication', user: 'ops', memberOf: ['staff'], database: '' },
];
const addresses = [
  '10.1.2.3',
  '10.1.2.4',
  '10.1.3.0',
  '10.2.0.0',
  '9.255.255.255',
  '127.0.0.1',
  '8.8.8.8',
  '::1',
  'fd00::1',
  '2001:db8::1',
];

function clientOf({ kind, user: name, memberOf, database: db }: WalkSubject) {
  const replication = kind === 'replication' ? ('physical' as const) : ('none' as const);
  return { user: name, memberOf: [...memberOf], database: db, replication };
}

const holds = (ranges: Ranges, place: bigint) => ranges.some(({ first, last }) => first <= place && place <= last);

describe('walkRules', () => {
  it('matches the rule that matchHba matches, for every client, and leaves a shadowed one alone', () => {
    fc.assert(
      fc.property(file, (text) => {
        const rules = parseHba(text);
        const reaches = rules.rules.map(walkRule);
        const left = leftovers(rules.rules, reaches);
        for (const subject of subjects) {
          const met = walkRules({ rules: reaches, subjects: [subject], rulesFor: ruleFinder(rules) });
          const meetingOf = (rule: HbaRule) => met[rules.rules.indexOf(rule)]?.[subject.kind];
          const tried = [
            { transport: 'unix' as const, tls: false },
            ...addresses.flatMap((each) =>
              [true, false].map((tls) => ({ transport: 'tcp' as const, address: each, tls })),
            ),
          ];
          for (const client of tried) {
            const answer = matchHba(rules, { ...clientOf(subject), ...client });
            const place = 'address' in client ? (numberOf(client.address) as bigint) : 0n;
            const meeting = rules.rules.filter((rule) => {
              const match = meetingOf(rule);
              if (client.transport === 'unix') return match?.isLocal === true;
              return match !== undefined && holds(client.tls ? match.tls : match.plain, place);
            });
            expect(meeting.map((rule) => rule.line)).toEqual(answer.result === 'match' ? [answer.line] : []);
            if (answer.result !== 'match') continue;
            const leftover = left[rules.rules.findIndex((rule) => rule.line === answer.line)];
            expect(leftover !== undefined && isEmpty(leftover), `${text}\n${answer.line}`).toBe(false);
          }
        }
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 100) },
    );
  });

  it('passes on the roles that a rule may or may not mean', () => {
    const rules = parseHba('host all all db.example trust\nhost all all 10.0.0.0/8 scram-sha-256');
    const [first, second] = walkRules({ rules: rules.rules.map(walkRule), subjects, rulesFor: ruleFinder(rules) });
    expect(first?.service?.plain).toHaveLength(2);
    expect(addressAt(second?.service?.plain[0]?.first ?? 0n)).toBe('10.0.0.0');
  });

  it('takes a mask with holes for what it is: some addresses of the family', () => {
    const rules = parseHba('host all all 10.0.0.1 255.0.0.255 reject\nhost all all 10.0.0.0/8 trust');
    const met = walkRules({ rules: rules.rules.map(walkRule), subjects, rulesFor: ruleFinder(rules) });
    expect(met[1]?.service?.plain).toHaveLength(1);
  });
});

describe('takerOf', () => {
  it('names the earlier rule that takes the clients', () => {
    const { rules } = parseHba(
      'local all all peer\nhost all all 10.0.0.0/8 scram-sha-256\nhost shop all 10.1.0.0/16 reject',
    );
    const reaches = rules.map(walkRule);
    expect(leftovers(rules, reaches).map(isEmpty)).toEqual([false, false, true]);
    expect(takerOf(rules, reaches, 2)?.line).toBe(2);
  });
  it('sees a rule that two earlier ones take together', () => {
    const { rules } = parseHba(
      'host all all 10.0.0.0/9 trust\nhost all all 10.128.0.0/9 trust\nhost all ops 10.0.0.0/8 md5',
    );
    expect(leftovers(rules, rules.map(walkRule)).map(isEmpty)).toEqual([false, false, true]);
  });
});
