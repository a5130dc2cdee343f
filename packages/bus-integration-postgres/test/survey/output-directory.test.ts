import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration, Output } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { aboveFiles, directoryOf } from '../../src/survey/output-directory.ts';

const context = { env: {}, homeDirectory: '/nonexistent', osUser: 'nobody', cwd: '/srv/shop', uid: 0 };
const configuration = { dsnOutputDirectory: './local/dsn', credentials: { key: 'KEY' } } as Configuration;

const opened = (...files: readonly string[]) => {
  const connections = [{ database: 'app', role: 'svc' }];
  const outputs = new Map<string, Output>(files.map((file) => [file, { file, form: 'uri', connections }]));
  using directory = directoryOf(configuration, context, { outputs });
  return directory?.shown;
};

test.each([
  [['app.dsn', './local/dsn/app.dsn']],
  [['/srv/shop/local/dsn/app.dsn', 'app.dsn']],
  [['./env/a', '/srv/shop/env/a']],
])('%j would be the same file', (files) => {
  expect(() => opened(...files)).toThrow(`outputs ${files[0]} and ${files[1]} would be the same file`);
});

test('files of one name in other directories are not', () => {
  expect(opened('app.dsn', './env/app.dsn', '/srv/app.dsn')).toBe('./local/dsn');
});

test('everybody may write above it: told, where no sticky bit keeps them from exchanging it', () => {
  const parent = mkdtempSync(join(tmpdir(), 'above-'));
  const uid = process.getuid?.() ?? 0;
  try {
    const place = { shown: './out/dsn', path: join(parent, 'dsn'), uid };
    const told = (mode: number, more = {}) => {
      chmodSync(parent, mode);
      return aboveFiles({ ...place, ...more }, { ...context, uid }).map(({ severity, code, message, remedy }) => [
        severity,
        code,
        message,
        remedy,
      ]);
    };
    const message = `${parent}, which holds ./out/dsn, is writable by others (0777)`;
    expect(told(0o777)).toEqual([['warn', 'secret-file-directory', message, `chmod go-w ${parent}`]]);
    for (const mode of [0o755, 0o1777, 0o2775]) expect([mode, told(mode)]).toEqual([mode, []]);
    expect(told(0o777, { isAbsent: true })).toEqual([]);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
