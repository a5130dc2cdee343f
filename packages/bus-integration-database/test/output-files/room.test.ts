import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeOutputDirectory, judgeRoom } from '../../src/output-files/room.ts';

const roomy = { bsize: 4096, bfree: 10_000, bavail: 9_000, files: 1000, ffree: 900 };
const four = { shown: { path: './dsn' }, files: 4, isRoot: false };

describe('judgeRoom', () => {
  it.each([
    ['room enough', roomy, four, []],
    ['a full disk', { ...roomy, bavail: 8 }, four, ['fail output-space']],
    ['just room enough', { ...roomy, bavail: 9 }, four, ['warn output-space']],
    ['blocks kept for root', { ...roomy, bavail: 0, bfree: 500 }, { ...four, isRoot: true }, []],
    ['no inodes', { ...roomy, ffree: 7 }, four, ['fail output-space']],
    ['inodes that nobody counts', { ...roomy, files: 0, ffree: 0 }, four, []],
    ['nothing to write', { ...roomy, bavail: 0 }, { ...four, files: 0 }, ['fail output-space']],
  ])('%s', (_, room, desired, expected) => {
    expect(judgeRoom(room, desired).map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });
});

describe('judgeOutputDirectory', () => {
  it('says nothing of a directory that can be written or made', () => {
    const parent = mkdtempSync(join(tmpdir(), 'bus-output-'));
    for (const path of [parent, join(parent, 'local', 'dsn')]) {
      expect(judgeOutputDirectory({ shown: 'dsn', path, uid: 0 }, 4)).toEqual([]);
    }
    rmSync(parent, { recursive: true });
  });

  it('names the nearest directory that is there', () => {
    const [finding] = judgeOutputDirectory({ shown: './dsn', path: '/proc/self/nothing/dsn', uid: 0 }, 4);
    expect(finding).toMatchObject({ severity: 'fail', code: 'output-directory' });
    expect(finding?.message).toMatch(/^\.\/dsn can't be made: \/proc\/self is not writable \(E[A-Z]+\)$/);
  });

  it('names a file in the way', () => {
    const [finding] = judgeOutputDirectory({ shown: './dsn', path: '/etc/passwd/dsn', uid: 0 }, 4);
    expect(finding).toMatchObject({ severity: 'fail', code: 'output-directory' });
  });
});
