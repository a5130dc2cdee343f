import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { descriptorOf, writeResult } from '../src/result-file.ts';

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
  writeFileSync(file, 'longer than the new text');
  expect(writeResult('new', file)).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('new');
  symlinkSync(file, join(directory, 'link'));
  expect(writeResult('other', join(directory, 'link'))).toBe(
    `${join(directory, 'link')} can't be written (a symbolic link; name the file itself)`,
  );
  expect(readFileSync(file, 'utf8')).toBe('new');
});

it.each([
  ['/dev/full', 'the disk is full'],
  ['/proc/self/fd/999999', 'no such descriptor is open'],
  [`/tmp/${'x'.repeat(300)}`, 'its name is too long'],
])('says why %s can not be written', (path, why) => {
  expect(writeResult('x', path)).toBe(`${path} can't be written (${why})`);
});
