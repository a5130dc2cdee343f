import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { descriptorOf, writeResult } from '../../src/secrets/result-file.ts';
import { isResult } from '../../src/secrets/written-before.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'result-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it.each([
  ['-', 1],
  ['/dev/stdin', 0],
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
  ['/dev/fd/63', 63],
  ['/proc/self/fd/3', 3],
  ['/dev/null', undefined],
  ['/proc/self/fd/x', undefined],
  ['./-', undefined],
  ['/proc/1/fd/1', undefined],
])('%s means descriptor %j', (path, descriptor) => {
  expect(descriptorOf(path)).toBe(descriptor);
});

it('replaces a file, and goes through no symbolic link', () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'old\nand longer than the new text');
  expect(writeResult('new', file, (there) => there.startsWith('old'))).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('new');
  symlinkSync(file, join(directory, 'link'));
  expect(writeResult('other', join(directory, 'link'))).toBe(
    `${join(directory, 'link')} can't be written (a symbolic link, or too many of them)\n  next: name the file itself`,
  );
  expect(readFileSync(file, 'utf8')).toBe('new');
});

it('replaces nothing but a result of its own, or the same', () => {
  const file = join(directory, 'file');
  const refused = `${file} is there already and is not a result of this command; nothing is written over it\n  next: name another file`;
  const isOurs = (there: string) => isResult(there, { begins: /^new /, keys: ['name'] });
  for (const text of ['-----BEGIN PRIVATE KEY-----\n', '{"other": 1}', '["name"]', '"name"', 'newer', 'a\nnew one']) {
    writeFileSync(file, text);
    expect(writeResult('new one', file, isOurs)).toBe(refused);
    expect(writeResult('new one', file)).toBe(refused);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(writeResult(text, file)).toBeUndefined();
  }
  for (const text of ['new two', '{"name": 2, "other": 1}']) {
    writeFileSync(file, text);
    expect(writeResult('new one', file, isOurs)).toBeUndefined();
  }
});

it.each([
  ['/dev/full', 'the disk is full'],
  ['/proc/self/fd/999999', 'no such descriptor is open for writing'],
  [`/tmp/${'x'.repeat(300)}`, 'its name is too long; expected at most 255 bytes'],
])('says why %s can not be written', (path, why) => {
  expect(writeResult('x', path)).toBe(`${path} can't be written (${why})`);
});

it('puts a new file in the place of one that has another name too, and leaves nothing beside it', () => {
  const [file, other] = [join(directory, 'file'), join(directory, 'other')];
  writeFileSync(other, 'new\nand precious');
  linkSync(other, file);
  expect(writeResult('new', file, () => true)).toBeUndefined();
  expect([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['new', 'new\nand precious']);
  expect(lstatSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).sort()).toEqual(['file', 'other']);
});

it('writes to a device as it is', () => {
  expect(writeResult('gone', '/dev/null')).toBeUndefined();
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('writes to a named pipe that somebody reads, whole, and gives up on one that nobody does', {
  timeout: 20_000,
}, async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
  const long = 'x'.repeat(300_000);
  const read = text(reader.stdout);
  await once(reader, 'spawn');
  expect(writeResult(long, pipe)).toBeUndefined();
  expect(await read).toBe(long);
  expect(writeResult('x', pipe)).toBe(`${pipe} can't be written (nobody reads it)`);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});
