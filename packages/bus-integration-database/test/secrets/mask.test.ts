import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  handle,
  masked,
  maskedDeep,
  maskFor,
  OperationError,
  type Provider,
  Secret,
  withoutPasswords,
} from '../../src/index.ts';

const password = 'pä/ss w#rd+%\'"&?=@:\\9Q';

describe('masked', () => {
  const secret = new Secret(password);

  test.each([
    ['as it is', password],
    ['percent-encoded', encodeURIComponent(password)],
    ['in JSON', JSON.stringify({ message: `near ${password}` })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(password).slice(1, -1)).slice(1, -1)],
    ['as an SQL literal', `ALTER ROLE a PASSWORD '${password.replaceAll("'", "''")}'`],
    ['as an E literal', `E'${password.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`],
    ...['', 'a', 'ab', 'abc'].map((before): [string, string] => [
      `in base64 after ${before.length} bytes`,
      Buffer.from(`${before}${password}${before}`).toString('base64'),
    ]),
    ['in hexadecimal', Buffer.from(password).toString('hex')],
    ['twice in a row', password + password],
  ])('knows a secret %s', (_, text) => {
    const shown = masked(`before ${text} after`);
    expect(shown.startsWith('before ')).toBe(true);
    expect(shown.endsWith(' after')).toBe(true);
    expect(shown).toContain('***');
    expect(shown).not.toContain(password);
    expect(shown).not.toContain('w#rd');
    expect(masked(shown)).toBe(shown);
  });

  const tricky = 'Ab/c+d?e~f>>1?9zz!Q';
  const trickyBytes = Buffer.from(tricky);
  test.each([
    ['in base64url', trickyBytes.toString('base64url')],
    [
      'in base64url after a byte',
      Buffer.concat([Buffer.from('x'), trickyBytes, Buffer.from('yz')]).toString('base64url'),
    ],
    ['percent-encoded in lower case', encodeURIComponent(tricky).replaceAll(/%../g, (one) => one.toLowerCase())],
    ['in upper-case hexadecimal', trickyBytes.toString('hex').toUpperCase()],
    ['in a form', new URLSearchParams({ q: tricky }).toString()],
    ['in a URL', Object.assign(new URL('http://h'), { password: tricky }).href],
    ['in JSON for HTML', JSON.stringify(tricky).replaceAll('>', String.raw`\u003e`)],
    [
      'in JSON for HTML, upper case',
      JSON.stringify(tricky).replaceAll('>', String.raw`\u003E`).replaceAll('+', String.raw`\u002B`),
    ],
    ['in JSON with slashes escaped', JSON.stringify(tricky).replaceAll('/', String.raw`\/`)],
    ['of other letters, in JSON of ASCII', String.raw`p\u00e4/ss w#rd+%'\"&?=@:\\9Q`],
    ['of other letters, in a form', new URLSearchParams({ q: password }).toString()],
  ])('knows a secret %s', (_, text) => {
    new Secret(tricky);
    const shown = masked(text);
    expect(shown).toContain('***');
    for (const part of [password, tricky, text]) expect(shown).not.toContain(part.slice(3, 11));
  });

  test.each(['correcthorsebatterystaple', '1234567890123456'])('a long one (%s) wherever it stands', (long) => {
    new Secret(long);
    for (const text of [`near ${long}`, `{"password":"${long}"}`, `password: ${long}`, `PASSWORD E'${long}'`])
      expect(masked(text)).toBe(text.replace(long, '***'));
  });

  test('leaves all other text the same', () => {
    expect(String(secret) + inspect(secret)).toBe('******');
    for (const text of ['', 'pä', 'a text without it', password.slice(0, -1)]) expect(masked(text)).toBe(text);
  });

  test('knows the password of a DSN as it is spelled there, and one that looks like a part of a DSN', () => {
    new Secret('postgresql://app:pw%3aWord7%2fx@db.example/app');
    expect(masked('invalid: app:pw%3aWord7%2fx in db.example')).toBe('invalid: app:*** in db.example');
    new Secret('z#1://Word.password=9');
    expect(masked('near z#1://Word.password=9')).toBe('near ***');
  });

  test('of two secrets that begin alike the longer one is meant', () => {
    new Secret('Alike-0123456789');
    new Secret('Alike-0123456789-and-more');
    expect(masked('x Alike-0123456789-and-more y Alike-0123456789 z')).toBe('x *** y *** z');
  });

  test.each(['postgres', 'ab', '12', 'secret'])('one that could be a name (%s) only where passwords stand', (weak) => {
    new Secret(weak);
    const text = `role ${weak} of ${weak}, '${weak}'`;
    expect(masked(text)).toBe(text);
    expect(masked(`PASSWORD '${weak}'; postgres://a:${weak}@h/d; password=${weak}`)).toBe(
      "PASSWORD '***'; postgres://a:***@h/d; password=***",
    );
  });

  test.each([
    [String.raw`wea\k'1`, String.raw`ALTER ROLE a PASSWORD E'wea\\k''1'`, "ALTER ROLE a PASSWORD E'***'"],
    ['hunter', "PASSWORD = 'hunter', password: 'hunter'", "PASSWORD = '***', password: '***'"],
    ['hunter', '{"password":"hunter","user":"hunter"}', '{"password":"***","user":"hunter"}'],
    ['hunter', '{"adminPassword": "hunter"}', '{"adminPassword": "***"}'],
    ['hunter', String.raw`"{\"password\":\"hunter\"}"`, String.raw`"{\"password\":\"***\"}"`],
    ['hunter', 'password: hunter, PGPASSWORD=hunter', 'password: ***, PGPASSWORD=***'],
    ['hunter', 'password: hunters', 'password: hunters'],
    ['a&b', 'host/db?password=a%26b', 'host/db?password=***'],
    ['a"b', String.raw`{"password":"a\"b"}`, '{"password":"***"}'],
  ])('a weak one (%j) in %j', (weak, text, shown) => {
    new Secret(weak);
    expect(masked(text)).toBe(shown);
  });

  test('a whole DSN is no secret of its own, but its password is', () => {
    new Secret('postgres://whole:DSN-pencil-1@host/database');
    expect(masked('postgres://whole:DSN-pencil-1@host/database')).toContain('host/database');
  });
});

describe('maskFor', () => {
  test('leaves the names that are declared, and masks their likes where passwords stand', () => {
    const mask = maskFor(['Orders-2024', 'Orders-2024-archive', 'app']);
    expect(mask('Orders-2024')).toBe('Orders-2024');
    for (const value of ['Orders-2024', 'Orders-2024-arch', 'Orders-2025-else']) new Secret(value);
    const names = 'dsn/Orders-2024-archive.dsn of Orders-2024';
    expect(mask(names)).toBe(names);
    expect(mask("PASSWORD 'Orders-2024'; a://b:Orders-2024@h; Orders-2025-else")).toBe(
      "PASSWORD '***'; a://b:***@h; ***",
    );
    expect(masked(names)).toBe('dsn/***ive.dsn of ***');
  });
});

describe('withoutPasswords', () => {
  test.each([
    ['pencil', 'near "pencil" or pencils', 'near "***" or ***'],
    ['pencil', 'pencilpencil, a_pencil-b', '***, ***-b'],
    ["it's", "E'it''s' it%27s", "E'***' ***"],
    ['ab', 'table', '***'],
    ['ab', 'nothing of it', 'nothing of it'],
    ['', 'all of it', 'all of it'],
    ['a.c*', 'abcc a.c*', 'abcc ***'],
  ])('of %j in %j', (password, text, shown) => {
    expect(withoutPasswords(text, [password])).toBe(shown);
  });
});

test('a value without a secret stays the very same, in one with a secret only that changes', () => {
  const clean = { a: ['b', 1, null, { c: true }] };
  expect(maskedDeep(clean)).toBe(clean);
  expect(maskedDeep({ ...clean, d: [password, 'e'] })).toEqual({ ...clean, d: ['***', 'e'] });
});

test('an answer, a failure and what is told meanwhile hold no secret, whoever put it there', async () => {
  new Secret(password);
  const told: unknown[] = [];
  const context = {
    signal: new AbortController().signal,
    onProgress: (progress: unknown) => void told.push(progress),
    onStep: (step: unknown) => void told.push(step),
  };
  const message = `syntax error at or near "${password}"`;
  const provider = {
    name: 'postgres',
    plan: async (_: unknown, { onProgress }: typeof context) => {
      onProgress({ phase: 'waiting', done: 0, total: 1, detail: message });
      const answer = { ok: false, deployment_id: 'a', provider: 'postgres', actions: [], steps: [] };
      return { ...answer, diagnostics: [{ severity: 'fail', code: 'x', message, remedy: message }] };
    },
    status: async () => {
      throw new OperationError('internal', message);
    },
  } as unknown as Provider;
  const about = { deployment_id: 'a', provider: 'postgres' };
  const planned = await handle('plan', { ...about, databases: ['a'] }, [provider], context);
  const failed = await handle('status', about, [provider], context);
  expect(told).toHaveLength(1);
  expect(JSON.stringify([planned, failed, told])).not.toContain('w#rd');
  expect(failed.diagnostics[0]?.message).toBe('syntax error at or near "***"');
});
