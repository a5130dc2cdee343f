// The man pages say what the help says, npm installs them, and the programs that show them have nothing to complain of.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flags } from '../packages/bus-operator-database/src/command-line/flag-table.ts';
import { manPages } from '../scripts/man-pages.ts';

const packages = join(import.meta.dirname, '../packages');
const pages = manPages();

test('the pages are those of the tables: npm run man', () => {
  const found = readdirSync(packages).flatMap((name) => {
    const folder = join(packages, name, 'man');
    return existsSync(folder) ? readdirSync(folder).map((file) => `${name}/man/${file}`) : [];
  });
  expect(found.sort()).toEqual([...pages.keys()].sort());
  for (const [path, text] of pages) expect(readFileSync(join(packages, path), 'utf8'), path).toBe(text);
});

test.each(readdirSync(packages))('%s packs and links its pages', (name) => {
  const { man, files } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  expect(files).toContain('man');
  expect(man.map((path: string) => `${name}/${path}`).sort()).toEqual(
    [...pages.keys()].filter((path) => path.startsWith(`${name}/`)).sort(),
  );
});

const isThere = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', MANWIDTH: '200' };

function complaints(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: packages, env, encoding: 'utf8' });
  return status === 0 ? stderr : `${program} ended with ${status}: ${stdout}${stderr}`;
}

describe.each([...pages.keys()])('%s', (path) => {
  test.skipIf(!isThere('mandoc'))('mandoc finds nothing wrong', () => {
    expect(complaints('mandoc', ['-Tlint', '-Wwarning', path])).toBe('');
  });

  test.skipIf(!isThere('groff'))('groff warns of nothing', () => {
    expect(complaints('groff', ['-ww', '-man', '-Tutf8', '-z', path])).toBe('');
  });
});

test.skipIf(!isThere('man'))('man shows every flag of plan, as it is typed', () => {
  const args = ['--warnings', '-l', 'bus-operator-database/man/bus-operator-database-plan.1'];
  const { stdout, stderr } = spawnSync('man', args, { cwd: packages, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  const known = flags.filter((flag) => flag.verbs === undefined || flag.verbs.includes('plan'));
  for (const { name, text } of known) {
    expect(stdout).toMatch(new RegExp(`--${name}( |$)`, 'm'));
    expect(stdout.replace(/\s+/g, ' ')).toContain(text.replace(/\s+/g, ' '));
  }
});
