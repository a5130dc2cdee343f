import { sharedServer } from 'embedded';
import { expect, test } from 'vitest';
import { saslprep } from '../../../src/connection/authentication/saslprep.ts';
import { judgeVerifier } from '../../../src/connection/authentication/scram.ts';
import { connect } from '../../../src/connection/connect.ts';
import { identifier, literal } from '../../../src/text/sql-text.ts';
import { brief, targetOf } from '../../target.ts';

test.each([
  ['plain ASCII as it is', 'pa ss\u0007word', 'pa ss\u0007word'],
  ['compatibility characters normalised', 'Ⅸﬀé', 'IXffé'],
  ['decomposed characters composed', 'e\u0301', 'é'],
  ['other spaces as spaces', 'a\u00a0b\u200bc\u3000', 'a b c '],
  ['invisible characters dropped', 'é\u00ad\u200d\ufeffx', 'éx'],
  ['nothing left: the raw text', '\u00ad\u200d', '\u00ad\u200d'],
  ['a control character beside others: the raw text', 'Ⅸ\u0007', 'Ⅸ\u0007'],
  ['forbidden before normalisation, though allowed after it', 'Ⅸ\u0340', 'Ⅸ\u0340'],
  ['not assigned in Unicode 3.2: the raw text', 'Ⅸ🤖', 'Ⅸ🤖'],
  ['right to left throughout', 'א\ufb1d', 'א\u05d9\u05b4'],
  ['right to left with left to right: the raw text', 'אⅨא', 'אⅨא'],
  ['right to left that ends otherwise: the raw text', 'אﬀ\u00a01', 'אﬀ\u00a01'],
])('%s', (_, password, prepared) => {
  expect(saslprep(password)).toBe(prepared);
});

// What the tables' edges come to, a seeded sample of code points alone and between letters, is the server's to say.
test.each([14, 18] as const)('PostgreSQL %i hashes the same text', async (major) => {
  await using server = await sharedServer(major);
  await using session = await connect(targetOf(server), { ...brief, queryTimeoutMs: 60_000 });
  const role = identifier(`saslprep ${process.pid} ${major}`);
  const passwords = samples(major === 14 ? 250 : 1_000);
  const fast = major >= 16 ? 'SET scram_iterations = 1; ' : '';
  const statements = passwords.map(
    (password) =>
      `ALTER ROLE ${role} PASSWORD ${literal(password)}; SELECT rolpassword FROM pg_catalog.pg_authid WHERE oid = ${literal(role)}::pg_catalog.regrole`,
  );
  const quiet = 'SET log_statement = none; SET log_min_error_statement = panic; ';
  const results = await session.script(`${quiet}${fast}BEGIN; CREATE ROLE ${role}; ${statements.join('; ')}; ROLLBACK`);
  const stored = results.flat().map(({ rolpassword }) => String(rolpassword));
  expect(stored).toHaveLength(passwords.length);
  const judgements = await Promise.all(
    passwords.map((password, index) => judgeVerifier(password, stored[index] as string)),
  );
  const wrong = passwords.filter((_, index) => judgements[index] !== 'matches');
  expect(wrong.map((password) => [...password].map((character) => character.codePointAt(0)?.toString(16)))).toEqual([]);
});

function samples(count: number): string[] {
  let seed = 20_251;
  const next = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  const shapes = [(point: string) => point, (point: string) => `a${point}é`, (point: string) => `א${point}א`];
  return Array.from({ length: count }, (_, index) => {
    const point = next(index % 4 === 0 ? 0x110000 : 0x3100) + 1;
    const isUsable = point < 0xd800 || (point > 0xdfff && point < 0x110000);
    return (shapes[index % shapes.length] as (point: string) => string)(
      String.fromCodePoint(isUsable ? point : 0x212b),
    );
  });
}
