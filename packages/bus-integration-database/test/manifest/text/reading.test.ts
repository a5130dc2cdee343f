import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProblems } from '../../../src/manifest/text/problems.ts';
import { readManifestFile, sourceOf } from '../../../src/manifest/text/read-source.ts';
import { readTree } from '../../../src/manifest/text/read-tree.ts';

function told(bytes: Uint8Array | string): string[] {
  const problems = createProblems();
  const source = sourceOf(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, 'f', problems);
  if (problems.isEmpty()) readTree(source, problems);
  return problems.found().map(({ start, message }) => `${source.position(start).line}: ${message}`);
}

describe('bytes', () => {
  it('that are UTF-16 or no UTF-8 are told by name', () => {
    const utf16 = Buffer.from('\ufeffversion: 1\n', 'utf16le');
    expect(told(utf16)).toEqual(['1: the file is UTF-16, expected UTF-8; save it as UTF-8']);
    expect(told(utf16.swap16())).toEqual(['1: the file is UTF-16, expected UTF-8; save it as UTF-8']);
    expect(told(Buffer.from('a: 1\nb: caf\xe9\n', 'latin1'))).toEqual(['2: this is no UTF-8; save the file as UTF-8']);
  });

  it('of the character that stands for others are text', () => {
    expect(told('a: \ufffd\n')).toEqual([]);
  });

  it('of a byte order mark and CR LF are text', () => {
    expect(told('\ufeffa: 1\r\nb: 2\r\n')).toEqual([]);
  });
});

describe('what is too much to read is refused before it costs memory or time', () => {
  const most = 4_000_000;
  const fill = (part: string) => part.repeat(Math.floor(most / part.length));
  it.each([
    ['lists in lists', fill('[')],
    ['maps in maps', fill('{a: ')],
    ['lists by hyphens', fill('- ')],
    ['keys of keys', fill('? ')],
    ['commas', `[${fill('a,')}]`],
    ['pairs', `{${fill('a: 1, ')}}`],
    ['lines', fill('a: 1\n')],
    ['errors', fill('a: b: c\n')],
    ['comments', fill('# c\n')],
    ['blank lines', fill('\n')],
    ['anchors', fill('&a ')],
    ['documents', fill('---\n')],
    ['aliases', `a: &a 1\nb: [${fill('*a,')}]`],
    ['levels of indentation', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['a long key', `${fill('a')}: 1`],
    ['an open quote', `a: "${fill('x\n ')}`],
    ['at signs', fill('@\n')],
  ])('%s', (_, text) => {
    const begun = process.cpuUsage();
    const messages = told(text);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length).toBeLessThanOrEqual(1_000);
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  });

  it('aliases that grow at each level are none that are read', () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`);
    expect(told(['l0: &l0 [x, x]', ...levels].join('\n')).length).toBe(30 * 3 + 1);
  });

  it('many keys are told apart in a time that grows as they do', () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1\n`).join('');
    const begun = process.cpuUsage();
    expect(told(`${text}k49999: 2\n`)).toEqual(['50001: k49999 stands here twice']);
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  });
});

describe('a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifest-'));
    writeFileSync(join(folder, 'large.yaml'), '#'.repeat(4 * 1024 * 1024 + 1));
    writeFileSync(join(folder, 'right.yaml'), 'version: 1\n');
    symlinkSync('circle.yaml', join(folder, 'circle.yaml'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['none.yaml', 'is not there'],
    ['right.yaml/x', 'is not there: a part of its path is not a directory'],
    ['.', 'is a directory, expected a file'],
    ['circle.yaml', "can't be read: its path is a circle of symbolic links"],
    ['large.yaml', 'is larger than 4 MB, which no manifest is'],
  ])('%s', (name, why) => {
    expect(() => readManifestFile(join(folder, name), name)).toThrow(`${name} ${why}`);
  });

  it('is read', () => {
    expect(String(readManifestFile(join(folder, 'right.yaml')))).toBe('version: 1\n');
  });
});
