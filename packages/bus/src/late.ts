// What both entries of the bundle import late: the rest of the program, as scripts beside this file (scripts/late-scripts.mjs),
// with V8's code cache of each (scripts/code-cache.mjs): with it nothing is parsed before it runs. Without one, or where V8
// refuses it, a script is compiled like any other.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

type Late = typeof import('./dispatch.ts') & typeof import('./operator.ts') & typeof import('./main-process.ts');
type Module = () => object;

const require = createRequire(import.meta.url);
const scripts = new Map<string, readonly Module[]>();
const loaded = new Map<string, object>();

export const { dispatch, operate, runAsProcess } = load('late/0') as Late;

/** A module by its place: the script's name and its number there. */
function load(place: string): object {
  const found = loaded.get(place);
  if (found !== undefined) return found;
  const [name = '', at] = place.split('/');
  const modules = scripts.get(name) ?? readScript(name);
  scripts.set(name, modules);
  const exported = modules[Number(at)]?.() ?? {};
  loaded.set(place, exported);
  return exported;
}

async function later(place: string): Promise<object> {
  return load(place);
}

function readScript(name: string): readonly Module[] {
  // The name stands in the cache too: without a folder, as that is another one where it is installed.
  const filename = `${name}.script.js`;
  const path = fileURLToPath(new URL(filename, import.meta.url));
  const source = readFileSync(path);
  const cachedData = readCache(path, source);
  // Most of a run's code is called too seldom to be worth optimizing, on which V8 would spend a sixth of the processor's
  // time. That a cache is there says that this Node knows the flag, with which it was made. `--version` needs none.
  if (name !== 'late' && cachedData !== undefined) {
    const v8 = require('node:v8') as typeof import('node:v8');
    v8.setFlagsFromString('--interrupt-budget=1000000');
  }
  const script = new Script(source.toString('latin1'), {
    filename,
    ...(cachedData !== undefined && { cachedData }),
  });
  return script.runInThisContext()(require, load, later);
}

/**
 * The cache made by this Node on this kind of processor; undefined where there is none. V8 looks at its version, its flags
 * and the script's length, and ends the process over a byte that has changed: so the checksums of both go before the cache.
 */
function readCache(path: string, source: Buffer): Buffer | undefined {
  try {
    const { version, platform, arch } = process;
    const content = readFileSync(`${path}.${version}-${platform}-${arch}.cache`);
    const cache = content.subarray(8);
    const isWhole = crc32(source) === content.readUInt32LE(0) && crc32(cache) === content.readUInt32LE(4);
    return isWhole ? cache : undefined;
  } catch {
    return undefined;
  }
}
