import type { Configuration, Output } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { directoryOf } from '../../src/survey/output-directory.ts';

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
