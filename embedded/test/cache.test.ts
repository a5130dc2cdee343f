import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCache, prepared } from '../src/cache.ts';

let parent: string;
const usual = () => join(parent, `bus-embedded-${process.getuid?.()}`);

beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'bus-cache-')));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

describe('openCache', () => {
  it('makes and finds its own again, for its owner alone', () => {
    expect(openCache(undefined, parent)).toEqual({ directory: usual(), isPrivate: false });
    expect(openCache(undefined, parent)).toEqual({ directory: usual(), isPrivate: false });
    expect(statSync(usual()).mode & 0o777).toBe(0o700);
  });

  it('leaves one that others may write, and a link, alone', () => {
    mkdirSync(usual());
    chmodSync(usual(), 0o777);
    const first = openCache(undefined, parent);
    expect(first.isPrivate).toBe(true);
    expect(first.directory).not.toBe(usual());
    rmSync(usual(), { recursive: true });
    symlinkSync(mkdtempSync(join(parent, 'target-')), usual());
    expect(openCache(undefined, parent).isPrivate).toBe(true);
  });

  it('trusts none where others could put another one in its place', () => {
    chmodSync(parent, 0o777);
    expect(openCache(undefined, parent).isPrivate).toBe(true);
    chmodSync(parent, 0o1777);
    expect(openCache(undefined, parent).isPrivate).toBe(false);
  });
});

describe('prepared', () => {
  const build = (text: string) => async (tree: string) => {
    mkdirSync(tree);
    writeFileSync(join(tree, 'one'), text);
    writeFileSync(join(tree, 'two'), text);
  };

  it('builds once, and again when files were lost', async () => {
    const cache = openCache(undefined, parent);
    const tree = await prepared(cache, 'thing', 0o700, build('first'));
    expect(await prepared(cache, 'thing', 0o700, build('second'))).toBe(tree);
    expect(readFileSync(join(tree, 'one'), 'utf8')).toBe('first');
    rmSync(join(tree, 'two'));
    await prepared(cache, 'thing', 0o700, build('third'));
    expect(readFileSync(join(tree, 'one'), 'utf8')).toBe('third');
    expect(readdirSync(cache.directory)).toEqual(['thing']);
  });

  it('leaves nothing of a build that failed', async () => {
    const cache = openCache(undefined, parent);
    await expect(prepared(cache, 'thing', 0o700, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(readdirSync(cache.directory)).toEqual([]);
  });

  it('gives all of several at once the same whole tree', async () => {
    const cache = openCache(undefined, parent);
    const trees = await Promise.all(['a', 'b', 'c'].map((text) => prepared(cache, 'thing', 0o700, build(text))));
    expect(new Set(trees)).toEqual(new Set([join(cache.directory, 'thing', 'tree')]));
    expect(readdirSync(cache.directory)).toEqual(['thing']);
  });
});
