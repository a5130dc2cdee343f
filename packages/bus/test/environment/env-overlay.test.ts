import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { overlayEnvFile } from '../../src/environment/env-overlay.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-overlay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const uid = process.getuid?.();
const write = (text: string) => writeFileSync(join(folder, '.env'), text);

test('without a file the environment stays as it is', () => {
  const env = { A: '1' };
  expect(overlayEnvFile(env, folder, uid)).toEqual({ env, withheld: [], overruled: [], repeated: [], warnings: [] });
  expect(overlayEnvFile(env, join(folder, 'none'), uid)).toEqual({
    env,
    withheld: [],
    overruled: [],
    repeated: [],
    warnings: [],
  });
  write('A=file');
  expect(overlayEnvFile(env, join(folder, '.env'), uid).env).toEqual(env);
});

test("the process's own variables win, empty ones too, and only what was taken has a line", () => {
  write('A=file\nB=file\nC=file\nC=last\n__proto__=x\n');
  const { env, dotenv, overruled, repeated } = overlayEnvFile({ A: 'process', B: '' }, folder, uid);
  expect(overruled).toEqual([
    { key: 'A', line: 1 },
    { key: 'B', line: 2 },
  ]);
  expect(repeated).toEqual([{ key: 'C', lines: [3, 4] }]);
  expect(Object.entries(env)).toEqual([
    ['A', 'process'],
    ['B', ''],
    ['C', 'last'],
    ['__proto__', 'x'],
  ]);
  expect(dotenv?.path).toBe('.env');
  expect(Object.entries(dotenv?.lines ?? {})).toEqual([
    ['C', 4],
    ['__proto__', 5],
  ]);
});

test('what runs other code, redirects trust or finds files is withheld, whatever the process has', () => {
  write('A=1\nNODE_OPTIONS=--require=./x.js\nLD_PRELOAD=x\nBASH_ENV=x\nPAGER=cat\nNODE_ENV=production\n');
  const { env, withheld } = overlayEnvFile({ BASH_ENV: 'mine', PAGER: 'cat' }, folder, uid);
  expect({ ...env }).toEqual({ A: '1', NODE_ENV: 'production', BASH_ENV: 'mine', PAGER: 'cat' });
  expect(withheld).toEqual([
    { key: 'NODE_OPTIONS', line: 2 },
    { key: 'LD_PRELOAD', line: 3 },
    { key: 'BASH_ENV', line: 4 },
  ]);
});

test("BUS_DOTENV_ALLOW and BUS_DOTENV_TRUST count in the process's environment only", () => {
  write('BUS_DOTENV_ALLOW=PGUSER\nBUS_DOTENV_TRUST=1\nPGUSER=u\nPGHOST=h\n');
  const keys = (env: Record<string, string>) => overlayEnvFile(env, folder, uid).withheld.map(({ key }) => key);
  expect(keys({})).toEqual(['BUS_DOTENV_ALLOW', 'BUS_DOTENV_TRUST', 'PGUSER', 'PGHOST']);
  expect(keys({ BUS_DOTENV_ALLOW: 'PGUSER' })).toEqual(['BUS_DOTENV_TRUST', 'PGHOST']);
  expect(overlayEnvFile({ BUS_DOTENV_ALLOW: 'PGUSER' }, folder, uid).env.PGUSER).toBe('u');
  chmodSync(join(folder, '.env'), 0o666);
  expect(() => keys({})).toThrow('.env is writable by everybody (0666)');
  for (const BUS_DOTENV_TRUST of ['', '0', 'true']) expect(() => keys({ BUS_DOTENV_TRUST })).toThrow('writable');
  expect(keys({ BUS_DOTENV_TRUST: '1' })).toContain('PGHOST');
  // Where the system knows no owners there is nothing to judge.
  expect(overlayEnvFile({}, folder, undefined).warnings).toEqual([]);
});

test('a file that its group may write is read, with a warning; a foreign one is not read at all', () => {
  write('A=1\n');
  chmodSync(join(folder, '.env'), 0o664);
  const { env, warnings } = overlayEnvFile({}, folder, uid);
  expect(env.A).toBe('1');
  expect(warnings).toMatchObject([{ severity: 'warn', message: '.env is writable by its group (0664)' }]);
  // Judged before a line is read.
  write('not an assignment');
  chmodSync(join(folder, '.env'), 0o602);
  expect(() => overlayEnvFile({}, folder, uid)).toThrow('.env is writable by everybody (0602)');
});

test('the deployment that the file is about is told where the environment names another, and only there', () => {
  write('BUS_DEPLOYMENT_ID=shop-dev\nBUS_DOTENV_DEPLOYMENT_ID=forged\n');
  const told = (env: Record<string, string>) => overlayEnvFile(env, folder, uid).env.BUS_DOTENV_DEPLOYMENT_ID;
  expect(told({ BUS_DEPLOYMENT_ID: 'shop-live' })).toBe('shop-dev');
  expect(told({ BUS_DEPLOYMENT_ID: 'shop-dev', BUS_DOTENV_DEPLOYMENT_ID: 'left' })).toBeUndefined();
  expect(told({})).toBeUndefined();
  expect(overlayEnvFile({ BUS_DOTENV_DEPLOYMENT_ID: 'left', A: '1' }, join(folder, 'none'), uid).env).toEqual({
    A: '1',
  });
});

test('what the file declares is told where the environment declares something else, and only there', () => {
  write('BUS_DATABASE_NAMES=app,old\nBUS_DATABASE_SCHEMAS=public\nBUS_DATABASE_DSN_OUTPUT_DIR=./dsn\n');
  const told = (given: Record<string, string>) =>
    Object.entries(overlayEnvFile(given, folder, uid).env).filter(([name]) => name.startsWith('BUS_DOTENV_'));
  const others = { BUS_DATABASE_SCHEMAS: 'public', BUS_DATABASE_DSN_OUTPUT_DIR: './other' };
  expect(told({ BUS_DATABASE_NAMES: 'app', ...others })).toEqual([['BUS_DOTENV_DATABASE_NAMES', 'app,old']]);
  expect(told({ BUS_DOTENV_DATABASE_NAMES: 'left', BUS_DOTENV_DATABASE_SCHEMAS: 'left' })).toEqual([]);
});

test('a directory, and a link that points nowhere, are errors that name .env alone', () => {
  mkdirSync(join(folder, 'directory/.env'), { recursive: true });
  expect(() => overlayEnvFile({}, join(folder, 'directory'), uid)).toThrow(/^\.env: is a directory, expected a file$/);
  symlinkSync('nowhere', join(folder, '.env'));
  expect(() => overlayEnvFile({}, folder, uid)).toThrow(/^\.env: no such file$/);
});
