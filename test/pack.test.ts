// The five packages, packed and installed together in an empty folder, work: binaries, imports and types.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const names = readdirSync(join(root, 'packages'));
let directory: string;
let complaints: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pack-'));
  const packed = names.map((name) =>
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], {
      cwd: join(root, 'packages', name),
      encoding: 'utf8',
    }).trim(),
  );
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const tarballs = packed.map((file) => `./${file}`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, ...tarballs], { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
  complaints = stderr;
}, 180_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(program: string, ...options: string[]): string {
  return execFileSync(join(directory, 'node_modules/.bin', program), options, { cwd: directory, encoding: 'utf8' });
}

it.each(['bus', 'bus-operator', ...names.filter((name) => name !== 'bus')])('%s --version answers', (program) => {
  expect(run(program, '--version')).toMatch(/\d+\.\d+\.\d+/);
});

it('nothing that they bring needs another Node than this', () => {
  expect(complaints).not.toContain('EBADENGINE');
});

it('bus loads one file of its own beside the entry, and none for its version', () => {
  const bundle = join(directory, 'node_modules/bus/dist/bundle');
  expect(readdirSync(bundle).sort()).toEqual(['bus-operator.js', 'bus.js', 'late.js']);
  renameSync(join(bundle, 'late.js'), join(bundle, 'away.js'));
  try {
    expect(run('bus', '--version')).toMatch(/^bus \d/);
    expect(() => execFileSync(join(directory, 'node_modules/.bin/bus'), ['--help'], { stdio: 'pipe' })).toThrow(
      'late.js',
    );
  } finally {
    renameSync(join(bundle, 'away.js'), join(bundle, 'late.js'));
  }
});

it('bus runs the database family in its own process', () => {
  expect(run('bus', 'operator', 'database', '--help')).toContain('apply');
});

it('the libraries export what others are promised', () => {
  const script = `
    import { parseEnvFile, handle } from 'bus-integration-database';
    import { parseDsn, scramVerifier, createPostgresProvider } from 'bus-integration-postgres';
    console.log(JSON.stringify([parseEnvFile('A=1', '.env'), parseDsn('postgresql://a@b/c'), typeof handle,
      scramVerifier('pencil', { salt: Buffer.alloc(16), iterations: 4096 }).slice(0, 19), typeof createPostgresProvider]));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: directory,
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual([
    { A: '1' },
    { user: 'a', host: 'b', dbname: 'c' },
    'function',
    'SCRAM-SHA-256$4096:',
    'function',
  ]);
});

it('every package brings the licence', () => {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  for (const name of names) {
    expect(readFileSync(join(directory, 'node_modules', name, 'LICENSE'), 'utf8')).toBe(licence);
  }
});

it('every package has types where its exports say', () => {
  for (const name of names) {
    expect(readdirSync(join(directory, 'node_modules', name, 'dist'))).toContain('index.d.ts');
  }
});
