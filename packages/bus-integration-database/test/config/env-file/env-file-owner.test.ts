import { chmodSync, lchownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNamedEnvFile } from '../../../src/config/env-file/env-file.ts';
import { judgeEnvFile } from '../../../src/config/env-file/env-file-owner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-file-owner-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [{ uid: 1000, mode: 0o644 }, 1000, undefined],
  [{ uid: 0, mode: 0o100644 }, 1000, undefined],
  [{ uid: 1000, mode: 0o600, linkUid: 0 }, 1000, undefined],
  [
    { uid: 1001, mode: 0o600 },
    1000,
    'fail .env belongs to user 1001, expected user 1000 or root; sudo chown 1000 /a/.env',
  ],
  [{ uid: 1000, mode: 0o600 }, 0, 'fail .env belongs to user 1000, expected root; chown 0 /a/.env'],
  [
    { uid: 1000, mode: 0o600, linkUid: 1001 },
    1000,
    'fail .env is a symbolic link of user 1001, expected one of user 1000 or root; sudo chown -h 1000 /a/.env',
  ],
  [{ uid: 1000, mode: 0o100666 }, 1000, 'fail .env is writable by everybody (0666); chmod go-w /a/.env'],
  [{ uid: 1000, mode: 0o602 }, 1000, 'fail .env is writable by everybody (0602); chmod go-w /a/.env'],
  [{ uid: 0, mode: 0o664 }, 1000, 'warn .env is writable by its group (0664); chmod g-w /a/.env'],
])('%j seen by user %i: %s', (status, uid, expected) => {
  const [finding] = judgeEnvFile(status, { uid, shownAs: '.env', path: '/a/.env' });
  expect(finding && `${finding.severity} ${finding.message}; ${finding.remedy}`).toBe(expected);
});

test('a file that is asked for by name is read, whoever may write it, with a warning', () => {
  const uid = process.getuid?.() ?? 0;
  const path = join(folder, 'staging.env');
  writeFileSync(path, 'A=1\n');
  chmodSync(path, 0o666);
  const { file, warnings } = readNamedEnvFile(path, './staging.env', uid);
  expect({ ...file.values }).toEqual({ A: '1' });
  expect(warnings).toEqual([
    {
      severity: 'warn',
      code: 'env-file-owner',
      message: './staging.env is writable by everybody (0666)',
      target: './staging.env',
      remedy: `chmod go-w ${path}`,
      advice: [{ kind: 'command', argv: ['chmod', 'go-w', { path }] }],
    },
  ]);
  chmodSync(path, 0o600);
  expect(readNamedEnvFile(path, './staging.env', uid).warnings).toEqual([]);
});

test('a key that stands more than once is a warning that shows no value', () => {
  const path = join(folder, 'staging.env');
  writeFileSync(path, 'A=hunter2\nB=1\nA=hunter3\n__proto__=1\n__proto__=2\n'.padEnd(70, '\n') + 'C=\n'.repeat(6), {
    mode: 0o600,
  });
  const { file, warnings } = readNamedEnvFile(path, './staging.env', process.getuid?.());
  expect(file.values.A).toBe('hunter3');
  expect(warnings).toMatchObject([{ severity: 'warn', code: 'repeated-key', target: './staging.env' }]);
  expect(warnings[0]?.message).toMatch(
    /^\.\/staging\.env: the last line counts of what is set more than once: A \(lines 1, 3\), __proto__ \(lines 4, 5\), C \(lines \d+, \d+, \d+ … \d+\)$/,
  );
});

test('a link counts by its own owner, too', (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can give a link away');
  writeFileSync(join(folder, 'file'), 'A=1\n');
  const link = join(folder, '.env');
  symlinkSync('file', link);
  expect(readNamedEnvFile(link, '.env', 0).warnings).toEqual([]);
  lchownSync(link, 65534, 65534);
  expect(readNamedEnvFile(link, '.env', 0).warnings[0]?.message).toBe(
    '.env is a symbolic link of user 65534, expected one of root',
  );
});
