// Where the programs are that the tests run: those that were built here, or, with `BUS_EXECUTABLES`, the links to one
// executable in that folder.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
export const executables = process.env.BUS_EXECUTABLES || undefined;

const folders = {
  bus: 'bus',
  'bus-operator': 'bus',
  'bus-operator-database': 'bus-operator-database',
  'bus-integration-database': 'bus-integration-database',
  'bus-integration-postgres': 'bus-integration-postgres',
  'bus-api-provider-database': 'bus-api-provider-database',
} as const;

/** The path of a program. */
export function programOf(name: keyof typeof folders): string {
  return executables === undefined ? join(packages, folders[name], 'bin', `${name}.js`) : join(executables, name);
}
