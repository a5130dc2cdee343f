// What scripts/bundle.mjs leaves behind, in a small tree of its own: the new bundle whole, or the old one and nothing else.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
let tree: string;
const at = (path: string) => join(tree, path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'bundle-'));
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  for (const script of ['bundle.mjs', 'late-scripts.mjs', 'sources.mjs']) {
    mkdirSync(at('scripts'), { recursive: true });
    copyFileSync(join(root, 'scripts', script), at(`scripts/${script}`));
  }
  write(
    'scripts/code-cache.mjs',
    "import { writeFileSync } from 'node:fs';\nfor (const path of process.argv.slice(2)) writeFileSync(path.concat('.cache'), '');",
  );
  write('packages/bus/package.json', '{}');
  write('packages/bus/bin/bus.js', '');
  write('packages/bus/src/main.ts', "import('./dispatch.ts').then(({ answer }) => console.log(answer));");
  write('packages/bus/src/late.ts', "export const answer = 'late';");
  write('packages/bus/src/dispatch.ts', 'export const answer = 42;');
});
afterEach(() => rmSync(tree, { recursive: true }));

const bundle = () => spawnSync(process.execPath, [at('scripts/bundle.mjs')], { encoding: 'utf8' });
const dist = () => readdirSync(at('packages/bus/dist'));
const built = ['bus.cjs', 'late.cjs', 'late.script.js', 'late.script.js.cache', 'run.script.js', 'run.script.js.cache'];

it('puts a whole bundle in the place of the old one, and leaves nothing beside it', () => {
  write('packages/bus/dist/bundle/old.js', 'old');
  const { status, stderr } = bundle();
  expect([status, stderr]).toEqual([0, '']);
  expect(dist()).toEqual(['bundle']);
  expect(readdirSync(at('packages/bus/dist/bundle')).sort()).toEqual(built);
});

it('makes the first one where there is none', () => {
  expect(bundle().status).toBe(0);
  expect(dist()).toEqual(['bundle']);
});

it.each([
  [
    'the code cache can not be made',
    'scripts/code-cache.mjs',
    "throw new Error('no cache today');",
    'no code cache was made',
  ],
  ['a source is broken', 'packages/bus/src/dispatch.ts', 'export const answer = ;', 'Build failed'],
])('where %s the old bundle stays, nothing half made does, and it says so', (_, file, text, complaint) => {
  write('packages/bus/dist/bundle/old.js', 'old');
  write(file, text);
  const { status, stderr } = bundle();
  expect(status).toBe(1);
  expect(stderr).toContain(complaint);
  expect(dist()).toEqual(['bundle']);
  expect(readFileSync(at('packages/bus/dist/bundle/old.js'), 'utf8')).toBe('old');
  expect(existsSync(at('packages/bus/dist/bundle/bus.cjs'))).toBe(false);
});
