// The five packages, packed and installed together in an empty folder, work: binaries, imports and types.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { createPlainAdmin, startServer } from 'embedded';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { makeDeployment } from './deployment.ts';

const root = new URL('..', import.meta.url).pathname;
/** As vitest.config.ts found it. */
const npmEnv = { ...process.env, NODE_EXTRA_CA_CERTS: process.env.BUS_TESTS_CA_CERTS || undefined };
const names = readdirSync(join(root, 'packages'));
let directory: string;
let complaints: string;
let packed: readonly string[];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pack-'));
  execFileSync(join(root, 'scripts/pack.sh'), [directory]);
  packed = readdirSync(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const tarballs = packed.map((file) => `./${file}`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, ...tarballs], {
    cwd: directory,
    env: npmEnv,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
  complaints = stderr;
}, 600_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const versions = names.map((name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')));
const version: string = versions[0].version;

it('all packages have one version, and name each other by it', () => {
  for (const { version: own, dependencies } of versions) {
    const ours = Object.entries(dependencies).filter(([name]) => names.includes(name));
    expect([own, ...ours.map(([, wanted]) => wanted)]).toEqual([version, ...ours.map(() => version)]);
  }
});

function run(program: string, ...options: string[]): string {
  return execFileSync(join(directory, 'node_modules/.bin', program), options, { cwd: directory, encoding: 'utf8' });
}

it.each(['bus', 'bus-operator', ...names.filter((name) => name !== 'bus')])('%s --version answers', (program) => {
  expect(run(program, '--version')).toMatch(new RegExp(` ${version.replaceAll('.', '\\.')}\n$`));
});

it('nothing that they bring needs another Node than this', () => {
  expect(complaints).not.toContain('EBADENGINE');
});

const cacheOf = (script: string) => `${script}.${process.version}-${process.platform}-${process.arch}.cache`;
const lateScript = 'late.script.js';
const cacheName = cacheOf(lateScript);

it('manifests are judged, and the schema for editors is there', () => {
  const folder = join(directory, 'node_modules/bus-integration-postgres');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(join(folder, 'docs/manifest.md'), 'utf8')) ?? [];
  writeFileSync(join(directory, 'bus-database.yaml'), example);
  const judged = /^ok: true\nbus-database.yaml: deployment shop-prod: 6 roles, 3 databases, /;
  expect(run('bus-operator-database', 'validate', 'bus-database.yaml')).toMatch(judged);
  expect(run('bus', 'operator', 'database', 'validate', 'bus-database.yaml')).toMatch(judged);
  const [, schema = ''] = /schema=(\S+)/.exec(example) ?? [];
  expect(JSON.parse(readFileSync(join(directory, schema), 'utf8')).title).toBe('Manifest of bus operator database');
});

it('bus loads nothing of its own for its version', () => {
  const bundle = join(directory, 'node_modules/bus/dist/bundle');
  const files = readdirSync(bundle);
  const scripts = files.filter((file) => file.endsWith('.script.js'));
  expect(scripts).toEqual(expect.arrayContaining([lateScript, 'run.script.js']));
  const others = ['bus-operator.cjs', 'bus.cjs', 'late.cjs'];
  expect(files.sort()).toEqual([...others, ...scripts, ...scripts.map(cacheOf)].sort());
  renameSync(join(bundle, 'late.cjs'), join(bundle, 'away.cjs'));
  try {
    expect(run('bus', '--version')).toMatch(/^bus \d/);
    expect(() => execFileSync(join(directory, 'node_modules/.bin/bus'), ['--help'], { stdio: 'pipe' })).toThrow(
      'late.cjs',
    );
  } finally {
    renameSync(join(bundle, 'away.cjs'), join(bundle, 'late.cjs'));
  }
});

const changedByte = (cache: Buffer, at: number): Buffer => {
  const changed = Buffer.from(cache);
  changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
  return changed;
};

it.each<[string, (cache: Buffer) => Buffer | undefined]>([
  ['absent', () => undefined],
  ['empty', () => Buffer.alloc(0)],
  ['cut short', (cache) => cache.subarray(0, cache.length / 2)],
  ['something else', () => Buffer.from('something else\n'.repeat(10_000))],
  ['changed in a byte', (cache) => changedByte(cache, Math.floor(cache.length / 2))],
  ['changed in its checksum', (cache) => changedByte(cache, 0)],
  ['of another script', (cache) => signed(cache.subarray(8), Buffer.from('another script'))],
  ['of another V8', (cache) => signed(changedByte(cache.subarray(8), 4))],
])('bus works where its code cache is %s', (_, change) => {
  const file = join(directory, 'node_modules/bus/dist/bundle', cacheName);
  const cache = readFileSync(file);
  const help = run('bus', 'operator', 'database', '--help');
  const changed = change(cache);
  rmSync(file);
  if (changed !== undefined) writeFileSync(file, changed);
  try {
    expect(run('bus', 'operator', 'database', '--help')).toBe(help);
  } finally {
    writeFileSync(file, cache);
  }
});

/** A cache with checksums as the bundle's script has them. */
function signed(cache: Buffer, script?: Buffer): Buffer {
  const source = script ?? readFileSync(join(directory, 'node_modules/bus/dist/bundle', lateScript));
  const sums = Buffer.alloc(8);
  sums.writeUInt32LE(crc32(source), 0);
  sums.writeUInt32LE(crc32(cache), 4);
  return Buffer.concat([sums, cache]);
}

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

it('the installed commands make a plan, apply it and find nothing left', async () => {
  const server = await startServer();
  onTestFinished(() => server.stop());
  using deployment = makeDeployment({ adminDsn: await createPlainAdmin(server) });
  const bus = (...words: string[]) =>
    spawnSync(join(directory, 'node_modules/.bin/bus'), ['operator', 'database', ...words], {
      cwd: deployment.directory,
      env: { PATH: process.env.PATH, HOME: deployment.directory },
      encoding: 'utf8',
    });
  expect(bus('plan', '--check')).toMatchObject({ status: 3, stdout: expect.stringMatching(/^\+ create-database /m) });
  expect(bus('apply')).toMatchObject({ status: 0 });
  expect(bus('plan', '--check')).toMatchObject({ status: 0 });
});

it('npm links the man pages of a global installation', () => {
  const prefix = join(directory, 'global');
  const tarballs = packed.map((file) => join(directory, file));
  const flags = ['--global', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, ...tarballs], {
    cwd: directory,
    env: npmEnv,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(readdirSync(join(prefix, 'share/man/man1'))).toContain('bus-operator-database-plan.1');
}, 180_000);

it.each(names)('publint finds nothing wrong with %s', async (name) => {
  const { messages } = await publint({ pkgDir: join(directory, 'node_modules', name), strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, {}))).toEqual([]);
});

it.each(names)('the types of %s are those of what is loaded', async (name) => {
  const file = packed.find((one) => one.startsWith(`${name}-0`)) ?? '';
  const checked = await checkPackage(createPackageFromTarballData(readFileSync(join(directory, file))));
  if (checked.types === false) throw new Error('it has no types');
  // They are modules alone: neither require() nor resolvers that know no exports find them, and none is promised that.
  const wrong = checked.problems.filter(
    (problem) => !('resolutionKind' in problem) || ['node16-esm', 'bundler'].includes(problem.resolutionKind),
  );
  expect(wrong).toEqual([]);
});
