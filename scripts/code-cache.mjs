// Writes V8's code cache of a bundle's script, as packages/bus/src/late.ts reads it: `node scripts/code-cache.mjs SCRIPT
// [ARGUMENT…]` runs the program with the arguments. The cache has the functions that ran. Those of a help are what every
// run begins with; the more it has, the longer every run takes to read it: with a whole plan's, `plan` was slower.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

const [filename, ...words] = process.argv.slice(2);
const { href } = pathToFileURL(filename);
const source = readFileSync(filename);
// The name goes into the cache.
const script = new Script(source.toString('latin1'), { filename: basename(filename) });
const { dispatch, runAsProcess } = script.runInThisContext()(createRequire(href));
process.argv = [process.execPath, 'bus', ...words];
await runAsProcess('bus', dispatch, href);
const cache = script.createCachedData();
const digest = createHash('sha256').update(source).update(cache).digest();
const { version, platform, arch } = process;
writeFileSync(`${filename}.${version}-${platform}-${arch}.cache`, Buffer.concat([digest, cache]));
