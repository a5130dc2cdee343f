// What both entries of the bundle import late: the rest of the program, a script beside this file, with V8's code cache of
// it (scripts/code-cache.mjs). A script and no module, because Node takes a cache only for those: with it hardly anything
// is parsed before it runs. Without one, or where V8 refuses it, the script is compiled like any other.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

type Late = typeof import('./dispatch.ts') & typeof import('./operator.ts') & typeof import('./main-process.ts');

const require = createRequire(import.meta.url);
// The name stands in the cache too: without a folder, as that is another one where it is installed.
const name = 'late-script.js';
const path = fileURLToPath(new URL(name, import.meta.url));
const source = readFileSync(path);
const cachedData = readCache();
const script = new Script(source.toString('latin1'), {
  filename: name,
  ...(cachedData !== undefined && { cachedData }),
});
const run: (from: NodeJS.Require) => Late = script.runInThisContext();
optimizeLater();

export const { dispatch, operate, runAsProcess } = run(require);

/**
 * The cache made by this Node on this kind of processor; undefined where there is none. V8 looks at its version, its flags
 * and the script's length, and ends the process over a byte that has changed: so a digest of both goes before the cache.
 */
function readCache(): Buffer | undefined {
  try {
    const { version, platform, arch } = process;
    const content = readFileSync(`${path}.${version}-${platform}-${arch}.cache`);
    // Not imported: for the names of an import Node would load Web Crypto too.
    const { createHash }: typeof import('node:crypto') = require('node:crypto');
    const cache = content.subarray(32);
    const digest = createHash('sha256').update(source).update(cache).digest();
    return digest.equals(content.subarray(0, 32)) ? cache : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Most runs end before V8's optimized code pays for its compilation, which takes a fifth of a plan's processor time: a
 * function has to run some seven times as long before it is compiled. After the script, as its cache holds for the flags that
 * it was made with.
 */
function optimizeLater(): void {
  if (!/^v2[024]\./.test(process.version)) return;
  const { setFlagsFromString }: typeof import('node:v8') = require('node:v8');
  setFlagsFromString('--interrupt-budget=1000000');
}
