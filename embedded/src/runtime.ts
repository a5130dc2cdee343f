// A copy of a server package's files where every account can run them; the installed package is only read.
import { chmod, constants, copyFile, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { type Cache, prepared } from './cache.ts';
import type { ServerPackage } from './server-package.ts';

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Copies the package's programs and libraries into the cache, once a version, and returns the directory of programs.
 *
 * The links between library names, which a tarball can't hold, are made there: no install script need have run, and
 * the folders above the installed package need not be open to the account that runs the server.
 */
export async function prepareRuntime(cache: Cache, server: ServerPackage): Promise<string> {
  const name = `${server.packageVersion}-${process.platform}-${process.arch}`;
  const tree = await prepared(cache, name, 0o755, async (directory) => {
    await copyTree(server.nativeDirectory, directory);
    await makeLinks(server.nativeDirectory, directory);
  });
  return join(tree, 'bin');
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    if (!entry.isFile()) continue;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const isProgram = ((await stat(source)).mode & 0o100) !== 0;
    await chmod(target, isProgram ? 0o755 : 0o644);
  }
}

async function makeLinks(native: string, to: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as readonly Link[]) {
    const [original, link] = [inTree(source), inTree(target)];
    await symlink(relative(dirname(link), original), join(to, link)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function inTree(path: string): string {
  const inside = relative('native', normalize(path));
  if (inside.startsWith('..')) throw new Error(`pg-symlinks.json names ${path}, outside of its package`);
  return inside;
}
