// What .pre-commit-hooks.yaml says is what the command does: nothing for right manifests, everything for wrong ones.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

test('the hook judges the manifests that it is given', () => {
  const [hook, ...others] = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8'));
  expect(others).toEqual([]);
  const pattern = new RegExp(hook.files);
  expect(
    ['bus-database.yaml', 'shop/bus-database.yml', 'bus-database-prod.json'].filter((name) => !pattern.test(name)),
  ).toEqual([]);
  expect(['other.yaml', 'my-bus-database.yaml', 'bus-database/x.txt'].filter((name) => pattern.test(name))).toEqual([]);
  const cwd = mkdtempSync(join(tmpdir(), 'hooks-'));
  try {
    writeFileSync(join(cwd, 'right.yaml'), 'version: 1\ndeployment: shop\nroles: {shop: {login: true}}\n');
    writeFileSync(join(cwd, 'wrong.yaml'), 'version: 1\ndeployment: shop\nroles: {shop: {logn: true}}\n');
    const [program = '', ...args] = hook.entry.split(' ');
    const binary = join(root, `packages/${program}/bin/${program}.js`);
    const run = (...files: string[]) => {
      const { status, stdout, stderr } = spawnSync(binary, [...args, ...files], { cwd, encoding: 'utf8' });
      return { status, stdout, stderr };
    };
    expect(run('right.yaml')).toEqual({ status: 0, stdout: '', stderr: '' });
    const told = expect.stringContaining('wrong.yaml:3:16: logn is an unknown key; did you mean login?');
    expect(run('right.yaml', 'wrong.yaml')).toEqual({ status: 2, stdout: '', stderr: told });
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
