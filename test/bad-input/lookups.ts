// A hook for the commands' processes that writes down every host name which they ask the resolver for.
import { readFileSync } from 'node:fs';
import type { Deployment } from '../deployment.ts';

const hook = `
import { appendFileSync } from 'node:fs';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
for (const of of [dns, dns.promises]) {
  const lookup = of.lookup;
  of.lookup = (host, ...more) => {
    appendFileSync(process.env.LOOKUPS_FILE, host + '\\n');
    return lookup(host, ...more);
  };
}
syncBuiltinESMExports();
`;

/** The environment of a process that is to write its lookups down, and what it wrote. */
export function lookupsOf(deployment: Deployment) {
  const path = deployment.write('lookups', '');
  const module = deployment.write('lookups.mjs', hook);
  return {
    env: { NODE_OPTIONS: `--import file://${module}`, LOOKUPS_FILE: path },
    names: () => readFileSync(path, 'utf8').split('\n').filter(Boolean),
  };
}
