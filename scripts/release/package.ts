// Makes dist/release: one executable for each platform, links to this machine's, checksums, a bill of materials and the
// licences. `npm run package`; `npm run package -- --host` makes this machine's alone. docs/executable.md is for who uses it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { build } from 'esbuild';
import { billOfMaterials, licences, packagesOf } from './contents.ts';
import { runtimeProgram, runtimes } from './runtimes.ts';

const root = join(import.meta.dirname, '../..');
// Loaded as it stands: bundled into another folder, it would look for the packages there.
const { sources }: typeof import('../sources.mjs') = await import(join(root, 'scripts/sources.mjs'));
const release = join(root, 'dist/release');
const host = `${process.platform}-${process.arch}`;
/** The names by which the one file is called. */
const links = [
  'bus',
  'bus-operator',
  'bus-operator-database',
  'bus-integration-database',
  'bus-integration-postgres',
  'bus-api-provider-database',
];

const hostRuntime = runtimes.find(({ platform }) => platform === host);
if (hostRuntime === undefined) throw new Error(`there is no runtime for ${host} to make executables with`);
const wanted = process.argv.includes('--host') ? [hostRuntime] : runtimes;

rmSync(release, { recursive: true, force: true });
mkdirSync(join(release, 'bin'), { recursive: true });
const cache = join(root, 'dist/runtimes');
const bun = runtimeProgram(hostRuntime, cache);
const bundle = join(root, 'dist/executable.mjs');
const files = await bundled(bundle);
for (const runtime of wanted) {
  const outfile = join(release, `bus-operator-database-${runtime.platform}`);
  execFileSync(
    bun,
    [
      'build',
      '--compile',
      '--bytecode',
      '--format=esm',
      // What lies in the folder in which it runs has no say in how.
      '--no-compile-autoload-dotenv',
      '--no-compile-autoload-bunfig',
      '--no-compile-autoload-tsconfig',
      '--no-compile-autoload-package-json',
      `--target=${runtime.target}`,
      `--compile-executable-path=${runtimeProgram(runtime, cache)}`,
      `--outfile=${outfile}`,
      bundle,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env.PATH } },
  );
  console.log(`${relative(root, outfile)}: ${(statSync(outfile).size / 1e6).toFixed(0)} MB`);
}
for (const name of links) symlinkSync(`../bus-operator-database-${host}`, join(release, 'bin', name));
const folders = packagesOf(files);
writeFileSync(join(release, 'LICENSES.txt'), licences(root, folders));
writeFileSync(join(release, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(root, folders, wanted), null, 2)}\n`);
const named = readdirSync(release, { withFileTypes: true }).filter((entry) => entry.isFile());
const sums: string[] = [];
for (const { name } of named) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(release, name)), hash);
  sums.push(`${hash.digest('hex')}  ${name}\n`);
}
writeFileSync(join(release, 'SHA256SUMS'), sums.sort().join(''));

/** Everything in one module; answers the files that it is made of. */
async function bundled(outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/release/entry.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifyWhitespace: true,
    minifySyntax: true,
    external: ['pg-native'],
    alias: sources,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}
