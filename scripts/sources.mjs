// Where the source of every entry of our packages is: `bus-integration-database/transports/nats` → its .ts file. For
// bundlers and tests, which read sources instead of what was built.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages', import.meta.url));

export const sources = Object.fromEntries(
  readdirSync(packages).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
    return Object.entries(exports ?? {})
      .filter(([, target]) => target.default !== undefined)
      .map(([entry, target]) => [
        join(name, entry),
        join(packages, name, target.default.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
      ]);
  }),
);
