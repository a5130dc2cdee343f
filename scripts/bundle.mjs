// Bundles each binary (packages/*/bin/*.js) with all it needs into packages/*/dist/bundle, split so that the driver
// loads only when it is used. What is there is replaced at once when the new bundle is whole.
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sources } from './sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const results = await Promise.allSettled(packages.map(bundle));
for (const { reason } of results) {
  if (reason !== undefined) {
    process.exitCode = 1;
    console.error(reason.message);
  }
}

async function bundle(name) {
  const folder = join(root, 'packages', name);
  const target = join(folder, 'dist', 'bundle');
  const outdir = `${target}.${process.pid}`;
  await build({
    entryPoints: readdirSync(join(folder, 'bin')).map((file) => ({
      in: join(folder, 'src', file === 'bus-operator.js' ? 'main-operator.ts' : 'main.ts'),
      out: basename(file, '.js'),
    })),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
    // Only deployments with NATS install its client.
    external: ['pg-native', '@nats-io/*'],
    // As later Nodes have it: without one, `pg` looks at the global Response, and Node 20 loads its whole HTTP client.
    define: { navigator: '{"userAgent":"Node.js"}' },
    alias: sources,
    banner: { js: requireBanner },
    logLevel: 'warning',
  });
  rmSync(`${outdir}.old`, { recursive: true, force: true });
  try {
    renameSync(target, `${outdir}.old`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(outdir, target);
  rmSync(`${outdir}.old`, { recursive: true, force: true });
}
