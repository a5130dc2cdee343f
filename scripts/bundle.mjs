// Bundles each binary (packages/*/bin/*.js) into one file of packages/*/dist/bundle: Node takes about a millisecond for
// each module that it loads. What is imported late is in the same file, and runs only when it is wanted. What `bus` imports
// late are scripts (`late-scripts.mjs`) with code caches. What is there is replaced at once when the new bundle is whole.
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeLateScripts } from './late-scripts.mjs';
import { sources } from './sources.mjs';

const builtin = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const codeCache = join(root, 'scripts', 'code-cache.mjs');
const lateFile = 'late.cjs';
const manifestFile = './manifest.js';
const manifestFiles = /^\.\/(commands\/validate|manifest-writer|postgres-manifest)\.ts$|\/manifest\/[a-z-]+\.ts$/;
const options = {
  bundle: true,
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
};

/** For what `bus` begins with: Node takes 10 ms more to start with a module than with a script. */
const commonJs = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { ...options.define, 'import.meta.url': '__url' },
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  supported: { 'dynamic-import': false },
};

/** Node's own modules that take it half a millisecond or more to load, and that most runs never use. */
const late = /^(?:node:)?(child_process|dns|dns\/promises|fs\/promises|http|https|readline|tls|worker_threads|zlib)$/;
const lateBuiltins = {
  name: 'late-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: late }, ({ path, namespace, kind }) =>
      namespace === 'late-builtin' || kind === 'dynamic-import'
        ? { path, external: true }
        : { path: late.exec(path)[1], namespace: 'late-builtin' },
    );
    onLoad({ filter: /./, namespace: 'late-builtin' }, ({ path }) => ({
      contents: `let all;
for (const name of ${JSON.stringify(Object.keys(builtin(`node:${path}`)))})
  Object.defineProperty(exports, name, { enumerable: true, get: () => (all ??= require('node:${path}'))[name] });`,
    }));
  },
};

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
  const entryPoints = readdirSync(join(folder, 'bin'))
    .filter((file) => file.endsWith('.js'))
    .map((file) => ({
      in: join(folder, 'src', file === 'bus-operator.js' ? 'main-operator.ts' : 'main.ts'),
      out: basename(file, '.js'),
    }));
  try {
    await buildInto(outdir, name, folder, entryPoints);
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true });
    throw error;
  }
  rmSync(`${outdir}.old`, { recursive: true, force: true });
  try {
    renameSync(target, `${outdir}.old`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(outdir, target);
  rmSync(`${outdir}.old`, { recursive: true, force: true });
}

async function buildInto(outdir, name, folder, entryPoints) {
  if (name === 'bus-operator-database') {
    const late = new Set();
    await build({ ...options, entryPoints, outdir, plugins: [manifestImports(late)] });
    const contents = [...late].map((path) => `export * from ${JSON.stringify(path)};`).join('\n');
    const stdin = { contents, resolveDir: root };
    await build({ ...options, stdin, outfile: join(outdir, basename(manifestFile)) });
    return;
  }
  if (name !== 'bus') {
    await build({ ...options, entryPoints, outdir });
    return;
  }
  const late = new Set();
  const lateEntry = { in: join(folder, 'src', 'late.ts'), out: basename(lateFile, '.cjs') };
  await build({
    ...options,
    ...commonJs,
    entryPoints: [...entryPoints, lateEntry],
    outdir,
    plugins: [lateImports(late)],
  });
  const contents = [...late].map((path) => `export * from ${JSON.stringify(path)};`).join('\n');
  const stdin = { contents, resolveDir: root };
  makeCodeCaches(await writeLateScripts(outdir, { ...options, stdin, plugins: [lateBuiltins] }));
}

/** What reads manifests is wanted for a manifest alone: in a file of its own the others need not be read past it. */
function manifestImports(late) {
  return {
    name: 'manifest-imports',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, importer, path }) => {
        if (kind !== 'dynamic-import' || !manifestFiles.test(path)) return undefined;
        late.add(join(dirname(importer), path));
        return { path: manifestFile, external: true };
      }),
  };
}

/** What the dispatcher's entries import late is one file for both, so that `bus --version` need not wait for it. */
function lateImports(late) {
  return {
    name: 'late-imports',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, importer, path }) => {
        if (kind !== 'dynamic-import' || !/^main(-operator)?\.ts$/.test(basename(importer))) return undefined;
        late.add(join(dirname(importer), path));
        return { path: `./${lateFile}`, external: true };
      }),
  };
}

function makeCodeCaches(scripts) {
  // Nothing of whoever builds may change what is made: no environment, and no folder but the bundle's.
  const { status, stderr } = spawnSync(process.execPath, ['--', codeCache, ...scripts], {
    cwd: dirname(scripts[0]),
    env: {},
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no code cache was made: ${stderr}`);
}
