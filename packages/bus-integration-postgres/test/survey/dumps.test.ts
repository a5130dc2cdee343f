// Which files a database may be dropped after: what pg_dump itself wrote where it is there, and what it would have written.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableKey } from '../../src/survey/dump-contents.ts';
import { readDump } from '../../src/survey/dumps.ts';

const program = 'pg_dump';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bus-dumps-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = () => Date.now();
const hour = 60 * 60 * 1000;
const read = (path: string, at = now(), database = 'legacy') => readDump(database, './d', path, at);

/** An archive of a version with one table, as pg_dump writes it. */
function archive(minor: number, database: string, { format = 1, parts = ['TABLE', 'TABLE DATA'] } = {}): Buffer {
  const integer = (value: number) => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8(value < 0 ? 1 : 0);
    bytes.writeUInt32LE(Math.abs(value), 1);
    return bytes;
  };
  const text = (value?: string) =>
    value === undefined ? integer(-1) : Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)]);
  const compression = minor >= 15 ? Buffer.from([1]) : integer(6);
  const moment = [0, 1, 2, 3, 4, 126, 0].map(integer);
  const head = Buffer.concat([Buffer.from('PGDMP'), Buffer.from([1, minor, 0, 4, 8, format]), compression, ...moment]);
  const entry = (kind: string, id: number) =>
    Buffer.concat([
      ...[integer(id), integer(kind === 'TABLE DATA' ? 1 : 0), text('1259'), text('16384'), text('kept'), text(kind)],
      ...[integer(2), text('…'), text('…'), text(), text('public'), text('')],
      ...(minor >= 14 ? [text('heap')] : []),
      ...(minor >= 16 ? [integer(114)] : []),
      ...[text('owner'), text('false'), text('7'), text()],
      format === 1 ? Buffer.alloc(9) : text(`${id}.dat`),
    ]);
  const entries = parts.map((kind, index) => entry(kind, index + 1));
  const named = [text(database), text('17.2'), text('17.2'), integer(entries.length)];
  return Buffer.concat([head, ...named, ...entries, Buffer.alloc(100)]);
}

const plain = `--
-- PostgreSQL database dump
--

CREATE DATABASE legacy WITH TEMPLATE = template0;

\\connect legacy

CREATE TABLE public.kept (
    n integer
);

COPY public.kept (n) FROM stdin;
1
CREATE TABLE public.no (
\\.

--
-- PostgreSQL database dump complete
--
`;

const kept = new Set([tableKey('public', 'kept')]);

test.each([
  ['custom of pg_dump 12 and 13', archive(14, 'legacy')],
  ['custom of pg_dump 11', archive(13, 'legacy')],
  ['custom of pg_dump 16', archive(15, 'legacy')],
  ['custom of pg_dump 17', archive(16, 'legacy')],
  [
    'tar',
    Buffer.concat([
      Buffer.concat([Buffer.from('toc.dat'), Buffer.alloc(505)]),
      archive(14, 'legacy', { format: 3 }),
      Buffer.alloc(1024),
    ]),
  ],
  ['plain', Buffer.from(plain)],
  ['plain, with what newer ones add', Buffer.from(`${plain}\n\\unrestrict abc\n`)],
])('a dump of format %s', (_, content) => {
  const path = join(folder, 'good');
  writeFileSync(path, content);
  expect(read(path)).toEqual({ path: './d', state: 'usable' });
  expect(readDump('legacy', './d', path, now(), kept)).toEqual({ path: './d', state: 'usable' });
  const more = new Set([...kept, tableKey('public', 'no')]);
  expect(readDump('legacy', './d', path, now(), more).fault).toBe('holds no definition of table public.no');
  expect(read(path, now() + 25 * hour)).toMatchObject({
    state: 'unusable',
    fault: 'is a day old; expected one of the last 24 hours',
  });
  expect(read(path, now() - hour)).toMatchObject({ state: 'unusable', fault: expect.stringContaining('future') });
});

test('a dump of format directory', () => {
  const path = join(folder, 'directory');
  mkdirSync(path);
  expect(read(path)).toMatchObject({ state: 'unusable', fault: 'is a folder without toc.dat' });
  writeFileSync(join(path, 'toc.dat'), archive(16, 'legacy', { format: 5 }));
  expect(read(path)).toMatchObject({ state: 'unusable', fault: 'lacks its file 2.dat' });
  writeFileSync(join(path, '2.dat.gz'), '');
  expect(read(path)).toMatchObject({ state: 'usable' });
});

test.each([
  ['nothing in it', '', 'is empty'],
  ['something else', 'not a dump', /^is not a dump/],
  ['its end missing', plain.slice(0, 60), /^is not a dump/],
  ['another database', archive(16, 'shop'), 'is of database shop'],
  ['no rows', archive(16, 'legacy', { parts: ['TABLE'] }), /^holds no rows/],
  ['no definitions', archive(16, 'legacy', { parts: ['TABLE DATA'] }), 'holds no definition of table public.kept'],
  ['its contents cut off', archive(16, 'legacy').subarray(0, 200), /^has no table of contents/],
  ['plain of nobody knows what', plain.replace(/\n.*connect legacy\n/, ''), /^does not say of which database/],
  ['plain of another database', plain.replace('connect legacy', 'connect postgres'), 'is of database postgres'],
  ['plain of several', plain.replace('COPY', '\\connect shop\nCOPY'), /^does not say of which database/],
  ['plain without rows', plain.replace(/COPY[\s\S]*\n\\\.\n/, ''), /^holds no rows/],
])('no dump: %s', (_, content, fault) => {
  const path = join(folder, 'bad');
  writeFileSync(path, content);
  const found = read(path);
  expect(found.state).toBe('unusable');
  if (typeof fault === 'string') expect(found.fault).toBe(fault);
  else expect(found.fault).toMatch(fault);
});

test('a file that is not there, and one of two days ago', () => {
  expect(read(join(folder, 'none'))).toEqual({ path: './d', state: 'missing' });
  const path = join(folder, 'old');
  writeFileSync(path, plain);
  const then = (now() - 50 * hour) / 1000;
  utimesSync(path, then, then);
  expect(read(path).fault).toBe('is 2 days old; expected one of the last 24 hours');
});

describe('what pg_dump writes', () => {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const isHere = / 1[5-9]\./.test(version);
  let server: Server | undefined;
  beforeAll(async () => {
    if (!isHere) return;
    server = await startServer({ major: 15 });
    await server.query('CREATE DATABASE legacy');
    for (const statement of [
      'CREATE TABLE kept AS SELECT n, md5(n::text) FROM generate_series(1, 5000) AS n',
      'CREATE SCHEMA "a.b"',
      'CREATE TABLE "a.b"."say ""so""" (t text)',
      'CREATE TABLE empty ()',
      'CREATE UNLOGGED TABLE fast (n int)',
      'CREATE TABLE parts (n int) PARTITION BY RANGE (n)',
      'CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9)',
      'CREATE VIEW seen AS SELECT * FROM kept',
    ])
      await server.query(statement, { database: 'legacy' });
  }, 60_000);
  afterAll(() => server?.stop());

  const tables = new Set(
    [
      ['public', 'kept'],
      ['a.b', 'say "so"'],
      ['public', 'empty'],
      ['public', 'fast'],
      ['public', 'part'],
    ].map(([schema = '', name = '']) => tableKey(schema, name)),
  );
  const written = (words: readonly string[], database = 'legacy') => {
    if (server === undefined) throw new Error('no server');
    const path = join(mkdtempSync(join(folder, 'real-')), 'd');
    execFileSync(program, [...words, '--file', path, server.dsn(database)], { stdio: 'pipe' });
    return path;
  };
  const found = (path: string, database = 'legacy') => readDump(database, './d', path, now(), tables);
  const whole = [['-Fc'], ['-Ft'], ['-Fd'], ['-Fp', '-C'], ['-Fc', '-Z0'], ['-Fd', '-Z0']];

  test.runIf(isHere).each(whole.map((words) => [words] as const))(
    '%j is usable, whole and of its database',
    (words) => {
      const path = written(words);
      expect(found(path)).toEqual({ path: './d', state: 'usable' });
      expect(found(path, 'shop').fault).toBe('is of database legacy');
      if (words[0] === '-Fd') return;
      truncateSync(path, Math.floor(readFileSync(path).length / 2));
      expect(found(path).fault, 'cut off').toMatch(words[0] === '-Fp' ? /^is not a dump/ : /^was cut off/);
    },
  );

  test.runIf(isHere).each<[string[], RegExp | string]>([
    [['-Fp'], /^does not say of which database it is/],
    [['-Fp', '-s'], /^does not say of which database it is/],
    [['-Fp', '-C', '-s'], /^holds no rows/],
    [['-Fp', '-C', '--inserts'], /^holds no rows/],
    [['-Fc', '-s'], /^holds no rows/],
    [['-Ft', '-s'], /^holds no rows/],
    [['-Fd', '-s'], /^holds no rows/],
    [['-Fc', '-a'], /^holds no definition of table/],
    [['-Fc', '-t', 'kept'], /^holds no definition of table a\.b\.say "so" and 3 more/],
    [['-Fc', '-T', 'kept'], 'holds no definition of table public.kept'],
    [['-Fd', '--exclude-table-data=kept'], 'holds no rows of table public.kept'],
    [['-Fc', '--no-unlogged-table-data'], 'holds no rows of table public.fast'],
  ])('%j is not', (words, fault) => {
    const { state, fault: seen } = found(written(words));
    expect(state).toBe('unusable');
    expect(seen).toMatch(fault);
  });

  test.runIf(isHere)('a plain dump of another database is not', () => {
    expect(found(written(['-Fp', '-C'], 'postgres')).fault).toBe('is of database postgres');
  });
});
