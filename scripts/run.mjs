// Runs a TypeScript file of this repository on Node 20: `node scripts/run.mjs FILE.ts [ARGUMENT…]`.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { sources } from './sources.mjs';

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
  alias: { embedded: join(root, 'embedded/src/index.ts'), ...sources },
  logLevel: 'warning',
  define: { 'import.meta.dirname': JSON.stringify(resolve(root, file, '..')) },
});
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(outfile).href);
