import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findExecutable, listExecutables } from '../src/search-path.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'search-path-'));
  for (const folder of ['one', 'two', 'here']) mkdirSync(join(root, folder));
  const file = (path: string, mode = 0o755) => {
    writeFileSync(join(root, path), '');
    chmodSync(join(root, path), mode);
  };
  file('one/bus-both');
  file('two/bus-both');
  file('two/bus-alpha');
  file('two/bus-plain', 0o644);
  file('two/bus-');
  file('two/other');
  file('here/bus-here');
  mkdirSync(join(root, 'one/bus-alpha'));
  file('one/bus-hidden', 0o644);
  file('two/bus-hidden');
  symlinkSync('bus-both', join(root, 'two/bus-link'));
  symlinkSync('nowhere', join(root, 'two/bus-dangling'));
});
afterAll(() => rmSync(root, { recursive: true }));

const search = (path: string | undefined) => ({ path, base: join(root, 'here') });
const both = () => search(`${root}/one:${root}/none:${root}/two/other:${root}/two`);

test('the first executable on PATH wins; directories and files that are not executable are passed over', () => {
  expect(findExecutable('bus-both', both())).toBe(join(root, 'one/bus-both'));
  expect(findExecutable('bus-alpha', both())).toBe(join(root, 'two/bus-alpha'));
  expect(findExecutable('bus-hidden', both())).toBe(join(root, 'two/bus-hidden'));
  expect(findExecutable('bus-link', both())).toBe(join(root, 'two/bus-link'));
  for (const name of ['bus-plain', 'bus-dangling', 'bus-none', 'bus-../one/bus-both', 'bus-x\0']) {
    expect(findExecutable(name, both())).toBeUndefined();
  }
});

test('what there is comes sorted, each once, without directories and files that are not executable', () => {
  expect(listExecutables('bus-', both())).toEqual(['alpha', 'both', 'hidden', 'link']);
});

test('a relative entry refers to where the program was started; an empty one to nowhere', () => {
  expect(findExecutable('bus-here', search('.'))).toBe(join(root, 'here/bus-here'));
  expect(findExecutable('bus-both', search('../two'))).toBe(join(root, 'two/bus-both'));
  for (const path of ['', ':', `${root}/one:`, undefined])
    expect(findExecutable('bus-here', search(path))).toBeUndefined();
});
