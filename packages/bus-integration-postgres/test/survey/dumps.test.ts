// Which files a database may be dropped after: what pg_dump itself wrote where it is there, and what it would have written.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

/** The head of an archive of a version, as pg_dump writes it. */
function archive(minor: number, database: string): Buffer {
  const integer = (value: number) => Buffer.from([0, value & 255, (value >> 8) & 255, 0, 0]);
  const text = (value: string) => Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)]);
  const compression = minor >= 15 ? Buffer.from([1]) : integer(6);
  const moment = [0, 1, 2, 3, 4, 126, 0].map(integer);
  const head = Buffer.concat([Buffer.from('PGDMP'), Buffer.from([1, minor, 0, 4, 8, 1]), compression, ...moment]);
  return Buffer.concat([head, text(database), text('17.2'), text('17.2'), Buffer.alloc(100)]);
}

const plain =
  '--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE t ();\n\n--\n-- PostgreSQL database dump complete\n--\n';

test.each([
  ['custom of pg_dump 12 to 15', archive(14, 'legacy')],
  ['custom of pg_dump 16', archive(15, 'legacy')],
  ['custom of pg_dump 17', archive(16, 'legacy')],
  [
    'tar',
    Buffer.concat([
      Buffer.concat([Buffer.from('toc.dat'), Buffer.alloc(505)]),
      archive(14, 'legacy'),
      Buffer.alloc(1024),
    ]),
  ],
  ['plain', Buffer.from(plain)],
  ['plain, with what newer ones add', Buffer.from(`${plain}\n\\unrestrict abc\n`)],
])('a dump of format %s', (_, content) => {
  const path = join(folder, 'good');
  writeFileSync(path, content);
  expect(read(path)).toEqual({ path: './d', state: 'usable' });
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
  writeFileSync(join(path, 'toc.dat'), archive(16, 'legacy'));
  expect(read(path)).toMatchObject({ state: 'usable' });
});

test.each([
  ['nothing in it', '', 'is empty'],
  ['something else', 'not a dump', /^is no dump/],
  ['its end missing', plain.slice(0, 60), /^is no dump/],
  ['another database', archive(16, 'shop'), 'is of database shop'],
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

test('what pg_dump writes', { timeout: 60_000 }, async (context) => {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (!/ 1[5-9]\./.test(version)) context.skip('there is no pg_dump on PATH');
  await using server = await startServer({ major: 15 });
  await server.query('CREATE DATABASE legacy');
  const filled = 'CREATE TABLE kept AS SELECT n, md5(n::text) FROM generate_series(1, 5000) AS n';
  await server.query(filled, { database: 'legacy' });
  for (const format of ['custom', 'plain', 'tar', 'directory']) {
    const path = join(folder, `real-${format}`);
    execFileSync(program, [`--format=${format}`, '--file', path, server.dsn('legacy')], { stdio: 'pipe' });
    expect(read(path), format).toEqual({ path: './d', state: 'usable' });
    if (format !== 'plain') expect(read(path, now(), 'shop').fault, format).toBe('is of database legacy');
    // Of a folder only the table of contents is looked at.
    if (format === 'directory') continue;
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    expect(read(path).fault, 'cut off').toMatch(format === 'plain' ? /^is no dump/ : /^was cut off/);
  }
});
