// Runs a TypeScript file of this repository on Node 20: `node scripts/run.mjs FILE.ts [ARGUMENT…]`.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...rest] = process.argv.slice(2);
const outdir = join(root, 'dist', 'run');
mkdirSync(outdir, { recursive: true });
const outfile = join(outdir, `${file.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
await build({
  entryPoints: [resolve(root, file)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  // The workspace's own packages are read from their sources.
  alias: { embedded: join(root, 'embedded/src/index.ts'), ...sourcesOf(readdirSync(join(root, 'packages'))) },
  logLevel: 'warning',
  define: { 'import.meta.dirname': JSON.stringify(resolve(root, file, '..')) },
});
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(outfile).href);

function sourcesOf(names) {
  return Object.fromEntries(names.map((name) => [name, join(root, 'packages', name, 'src', 'index.ts')]));
}
