// Writes V8's code cache of each script, as packages/bus/src/late.ts reads it: `node scripts/code-cache.mjs SCRIPT…`. It has
// every function of the script, compiled: a run would else spend as long on compiling as on all else that it does.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const { version, platform, arch } = process;
for (const filename of process.argv.slice(2)) {
  const source = readFileSync(filename);
  // As late.ts runs all scripts but the first.
  if (basename(filename) !== 'late.script.js') setFlagsFromString('--interrupt-budget=1000000');
  setFlagsFromString('--no-lazy');
  // The name goes into the cache.
  const script = new Script(source.toString('latin1'), { filename: basename(filename) });
  // V8 takes no cache that was made with other flags than it has when it reads it.
  setFlagsFromString('--lazy');
  const cache = script.createCachedData();
  const sums = new Uint32Array([crc32(source), crc32(cache)]);
  writeFileSync(`${filename}.${version}-${platform}-${arch}.cache`, Buffer.concat([Buffer.from(sums.buffer), cache]));
}
