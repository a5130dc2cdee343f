// Bundles each binary (packages/*/bin/*.js) with all it needs into packages/*/dist/bundle, split so that
// the driver and the broker clients load only when they are used.
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));

await Promise.all(
  packages.map((name) => {
    const folder = join(root, 'packages', name);
    const outdir = join(folder, 'dist', 'bundle');
    rmSync(outdir, { recursive: true, force: true });
    return build({
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
      external: ['pg-native'],
      alias: Object.fromEntries(packages.map((other) => [other, join(root, 'packages', other, 'src', 'index.ts')])),
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
  }),
);
