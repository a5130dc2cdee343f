// Where this package is installed and which families it brings: the composition that both binaries share.
import { readFileSync } from 'node:fs';
import { chdir } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Installation } from './family.ts';

/**
 * The installation around a bundled binary, whose modules lie two directories below the package.
 *
 * @example
 * createInstallation(import.meta.url).version(); // '0.1.0'
 */
export function createInstallation(bundleUrl: string): Installation {
  const uid = process.getuid?.();
  const inPackage = (path: string) => fileURLToPath(new URL(`../../${path}`, bundleUrl));
  return {
    version: () => JSON.parse(readFileSync(inPackage('package.json'), 'utf8')).version,
    operatorFile: inPackage('bin/bus-operator.js'),
    families: { database: async () => (await import('bus-operator-database')).main },
    changeDirectory: chdir,
    pid: process.pid,
    ...(uid !== undefined && { uid }),
  };
}
