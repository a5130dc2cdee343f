import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { overlayEnvFile } from '../src/env-overlay.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-overlay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string) => writeFileSync(join(folder, '.env'), text);

test('without a file the environment stays as it is', () => {
  const env = { A: '1' };
  expect(overlayEnvFile(env, folder)).toEqual({ env, withheld: [] });
  expect(overlayEnvFile(env, join(folder, 'none'))).toEqual({ env, withheld: [] });
});

test("the process's own variables win, empty ones too, and only what was taken has a line", () => {
  write('A=file\nB=file\nC=file\nC=last\n__proto__=x\n');
  const { env, dotenv } = overlayEnvFile({ A: 'process', B: '' }, folder);
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

test('what makes other programs load code is held back, unless the process has it already', () => {
  write('A=1\nNODE_OPTIONS=--require=./x.js\nLD_PRELOAD=x\nBASH_ENV=x\nENV=production\n');
  const { env, withheld } = overlayEnvFile({ BASH_ENV: 'mine' }, folder);
  expect({ ...env }).toEqual({ A: '1', ENV: 'production', BASH_ENV: 'mine' });
  expect(withheld).toEqual([
    { key: 'NODE_OPTIONS', line: 2 },
    { key: 'LD_PRELOAD', line: 3 },
  ]);
});

test('a directory, and a link that points nowhere, are errors that name .env alone', () => {
  mkdirSync(join(folder, 'directory/.env'), { recursive: true });
  expect(() => overlayEnvFile({}, join(folder, 'directory'))).toThrow(/^\.env: is a directory, expected a file$/);
  symlinkSync('nowhere', join(folder, '.env'));
  expect(() => overlayEnvFile({}, folder)).toThrow(/^\.env: no such file$/);
});
