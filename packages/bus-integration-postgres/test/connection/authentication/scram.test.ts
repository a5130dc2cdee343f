import { createHash, createHmac } from 'node:crypto';
import { OperationError, Secret } from 'bus-integration-database';
import { sharedServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import {
  judgeVerifier,
  md5Hash,
  mostIterations,
  newPassword,
  newVerifier,
  parseVerifier,
  type ScramParameters,
  scramVerifier,
} from '../../../src/connection/authentication/scram.ts';
import { rememberedKeys, type ScramCache } from '../../../src/connection/authentication/scram-exchange.ts';
import { connect } from '../../../src/connection/connect.ts';
import { identifier, literal } from '../../../src/text/sql-text.ts';
import { brief, targetOf } from '../../target.ts';

describe('scramVerifier', () => {
  // RFC 7677, section 3: user "user", password "pencil"; its example gives proof and signature, not the keys.
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const authMessage = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;

  test('holds the keys that give the signature and the proof of RFC 7677', () => {
    const verifier = parseVerifier(scramVerifier('pencil', { salt, iterations: 4096 }));
    expect(verifier).toBeDefined();
    const { serverKey, storedKey } = verifier as NonNullable<typeof verifier>;
    const signature = createHmac('sha256', serverKey).update(authMessage).digest('base64');
    expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    const clientSignature = createHmac('sha256', storedKey).update(authMessage).digest();
    const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
    const clientKey = proof.map((byte, index) => byte ^ (clientSignature[index] as number));
    expect(createHash('sha256').update(clientKey).digest()).toEqual(storedKey);
  });

  test('is written as RFC 5803 and PostgreSQL write it', () => {
    expect(scramVerifier('pencil', { salt, iterations: 4096 })).toMatch(
      /^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
    );
    expect(scramVerifier('pencil', { salt: Buffer.from(salt, 'base64'), iterations: 4096 })).toBe(
      scramVerifier('pencil', { salt, iterations: 4096 }),
    );
  });

  test('refuses what PostgreSQL could not store or would read otherwise', () => {
    expect(() => scramVerifier('', { salt, iterations: 4096 })).toThrow('a password is empty');
    expect(() => scramVerifier('a\0b', { salt, iterations: 4096 })).toThrow('holds a NUL');
    expect(() => scramVerifier('x', { salt, iterations: 1_000_001 })).toThrow('expected 1 to 1000000');
    expect(() => scramVerifier('x', { salt, iterations: 0 })).toThrow('expected 1 to 1000000');
    expect(() => scramVerifier('x', { salt: 'no base64!', iterations: 1 })).toThrow('not base64');
    expect(() => scramVerifier('x', { salt: '', iterations: 1 })).toThrow('a SCRAM salt is empty; expected 16 bytes');
    expect(() => scramVerifier('x', { salt: Buffer.alloc(0), iterations: 1 })).toThrow('a SCRAM salt is empty');
  });

  test.each<[what: string, password: unknown, parameters: unknown, says: string]>([
    ['no parameters', 'x', undefined, 'SCRAM iterations are undefined; expected 1 to 1000000'],
    ['null for parameters', 'x', null, 'SCRAM iterations are undefined'],
    ['no salt', 'x', { iterations: 1 }, 'no SCRAM salt is given; expected bytes, or base64 text'],
    ['a number for a password', 1, { salt, iterations: 1 }, 'a password is of type number; expected a string'],
    ['a Secret for a password', new Secret('x'), { salt, iterations: 1 }, 'a password is of type object'],
    ['no password', undefined, { salt, iterations: 1 }, 'a password is of type undefined'],
  ])('refuses %s, which JavaScript may give, in words', (_, password, parameters, says) => {
    const make = () => scramVerifier(password as string, parameters as ScramParameters);
    expect(make).toThrow(OperationError);
    expect(make).toThrow(says);
  });

  test.each([14, 15, 16, 17, 18] as const)(
    'logs in on PostgreSQL %i, and is what the server makes itself',
    async (major) => {
      await using server = await sharedServer(major);
      await using admin = await connect(targetOf(server), brief);
      const name = `scram ${process.pid} ${major}`;
      const password = 'Ⅸ "p\u00a0q\' é';
      const asServiceRole = { ...brief, user: name, password: new Secret(password) };
      try {
        await admin.script(
          `CREATE ROLE ${identifier(name)} LOGIN PASSWORD ${literal(await newVerifier(password, 5000))}`,
        );
        await using service = await connect(targetOf(server), asServiceRole);
        expect(service.authentication).toMatchObject({ method: 'scram-sha-256', isServerProven: true });
        await admin.script('SET log_statement = none');
        const readVerifier = 'SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1';
        await admin.script(`ALTER ROLE ${identifier(name)} PASSWORD ${literal(password)}`);
        const [row] = await admin.query<{ rolpassword: string }>(readVerifier, [name]);
        const theirs = parseVerifier(row?.rolpassword ?? '');
        expect(row?.rolpassword).toBe(scramVerifier(password, theirs as NonNullable<typeof theirs>));
      } finally {
        await admin.script(`DROP ROLE IF EXISTS ${identifier(name)}`);
      }
    },
  );
});

describe('newVerifier', () => {
  test('takes 16 fresh bytes of salt each time', async () => {
    const verifiers = await Promise.all([1, 2, 3].map(() => newVerifier(new Secret('pencil'), 10)));
    const salts = verifiers.map((verifier) => parseVerifier(verifier)?.salt.toString('hex'));
    expect(new Set(salts).size).toBe(3);
    expect(salts[0]).toMatch(/^[0-9a-f]{32}$/);
    for (const verifier of verifiers) expect(await judgeVerifier('pencil', verifier)).toBe('matches');
  });
});

test('a verifier that was made is judged without hashing again; another password or salt is hashed', async () => {
  const cache: ScramCache = new Map();
  const hash = rememberedKeys(cache);
  const verifier = await newVerifier(new Secret('pencil'), 10, hash);
  expect(await judgeVerifier('pencil', verifier, 'app', hash)).toBe('matches');
  expect(cache.size).toBe(1);
  expect(await judgeVerifier('Pencil', verifier, 'app', hash)).toBe('differs');
  const other = scramVerifier('pencil', { salt: 'c2FsdHNhbHRzYWx0c2Fs', iterations: 10 });
  expect(await judgeVerifier('pencil', other, 'app', hash)).toBe('matches');
  const altered = verifier.replace(/:[^:]+$/, other.slice(other.lastIndexOf(':')));
  expect(await judgeVerifier('pencil', altered, 'app', hash)).toBe('differs');
  expect(cache.size).toBe(3);
});

test('newPassword gives 32 random bytes that need no escaping', () => {
  const passwords = Array.from({ length: 20 }, () => newPassword().reveal());
  expect(new Set(passwords).size).toBe(20);
  for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
});

describe('judgeVerifier', () => {
  const verifier = scramVerifier('pencil', { salt: 'c2FsdHNhbHRzYWx0c2Fs', iterations: 7 });

  test('tells the right password from others', async () => {
    expect(await judgeVerifier('pencil', verifier)).toBe('matches');
    expect(await judgeVerifier('Pencil', verifier)).toBe('differs');
    expect(await judgeVerifier('', verifier)).toBe('differs');
    expect(await judgeVerifier('pencil\0', verifier)).toBe('differs');
  });

  test('knows MD5 hashes, which hold the role too', async () => {
    expect(await judgeVerifier('pencil', md5Hash('pencil', 'app'), 'app')).toBe('matches');
    expect(await judgeVerifier('pencil', md5Hash('pencil', 'app'), 'other')).toBe('differs');
    expect(await judgeVerifier('pencil', md5Hash('pencil', 'app'))).toBe('differs');
    expect(await judgeVerifier('', md5Hash('', 'app'), 'app')).toBe('differs');
  });

  test('hashes no verifier that asks for an hour of it', async () => {
    for (const iterations of [mostIterations + 1, 0x7fffffff]) {
      expect(await judgeVerifier('pencil', verifier.replace('$7:', `$${iterations}:`), 'app')).toBe('too-costly');
    }
    expect(await judgeVerifier('pencil', verifier.replace('$7:', `$${mostIterations}:`), 'app')).toBe('differs');
  });

  test('matches nothing that is not a verifier', async () => {
    const [head, keys] = [verifier.slice(0, verifier.lastIndexOf('$')), verifier.slice(verifier.lastIndexOf('$'))];
    const broken = [
      '',
      'pencil',
      head,
      `${head}$short:short`,
      `SCRAM-SHA-256$0:c2FsdA==${keys}`,
      `SCRAM-SHA-1${verifier.slice(13)}`,
    ];
    for (const text of broken) {
      expect(parseVerifier(text)).toBeUndefined();
      expect(await judgeVerifier('pencil', text, 'app')).toBe('differs');
    }
  });
});
