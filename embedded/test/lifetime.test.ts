// What is left of a server when the process that started it ends, under which accounts it runs, and what it needs.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, canEnter, serverAccount } from '../src/account.ts';
import { startServer } from '../src/index.ts';
import { type BundledChild, bundledChild, type Facts } from './bundled-child.ts';

let prepared: BundledChild;

beforeAll(async () => {
  prepared = await bundledChild();
});

afterAll(async () => {
  await prepared[Symbol.asyncDispose]();
});

describe('a server ends with its process and its directory vanishes', () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`after ${signal}`, async () => {
      const { child, facts } = await prepared.start();
      expect(isAlive(facts.pid)).toBe(true);
      child.kill(signal);
      await vanished(facts);
    });
  }

  it('at whatever moment of its making', async () => {
    for (let delayMs = 60; delayMs < 600; delayMs += 45) await prepared.startAndKill(delayMs);
    await expect.poll(() => readdirSync(prepared.temporary).filter(isServer), { timeout: 10_000 }).toEqual([]);
  });

  it('after an end without stop()', async () => {
    const { child, facts } = await prepared.start();
    child.stdin?.end();
    await vanished(facts);
  });

  it('with the directories that were to go with it', async () => {
    const other = await mkdtemp(join(tmpdir(), 'bus-with-'));
    const server = await startServer({ removeWith: [other] });
    await server.stop();
    expect([server.directory, other].filter((path) => existsSync(path))).toEqual([]);
  });

  it('even when it was killed and lies there', async () => {
    const server = await startServer();
    await server.kill();
    expect(server.pid).toBeUndefined();
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });

  it('even when it is suspended', async () => {
    const server = await startServer();
    server.suspend();
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });
});

describe('a package as a bare tarball leaves it', () => {
  it('holds no links and gets none, and its server runs', async () => {
    const links = await linksIn(prepared.packageFolder);
    expect(links).toEqual([]);
    const { child, facts } = await prepared.start();
    expect(facts.rows[0]?.version).toMatch(/^18\./);
    expect(await linksIn(prepared.packageFolder)).toEqual([]);
    child.kill();
    await vanished(facts);
  });

  it('runs where its parent can be entered by its owner only', async () => {
    const checkout = join(prepared.folder, 'checkout');
    await chmod(checkout, 0o700);
    try {
      const { child, facts } = await prepared.start();
      expect(facts.rows[0]?.version).toMatch(/^18\./);
      child.kill();
      await vanished(facts);
    } finally {
      await chmod(checkout, 0o755);
    }
  });
});

describe('accounts', () => {
  const other = serverAccount();

  it.skipIf(other !== undefined)('an ordinary user owns the server (this run is one)', async () => {
    await using server = await startServer();
    expect((await stat(server.dataDirectory)).uid).toBe(process.getuid?.());
  });

  it.skipIf(other === undefined)('root lends the server an account (skipped for an ordinary user)', async () => {
    await using server = await startServer();
    expect((await stat(server.dataDirectory)).uid).toBe(other?.uid);
    expect((await stat(server.directory)).uid).toBe(0);
    expect((await stat(server.logFile)).uid).toBe(0);
  });

  it.skipIf(other === undefined)('the same program runs as an ordinary user (skipped for one)', async (context) => {
    if (!canEnter(other, process.execPath)) context.skip(`uid ${other?.uid} can't run ${process.execPath}`);
    const { child, facts } = await prepared.start(other as Account);
    expect((await stat(facts.directory)).uid).toBe(other?.uid);
    expect((await stat(join(prepared.temporary, `bus-embedded-${other?.uid}`))).mode & 0o777).toBe(0o700);
    child.kill('SIGKILL');
    await vanished(facts);
  });
});

const isServer = (name: string) => name.startsWith('bus-postgres-');

async function vanished(facts: Facts): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (isAlive(facts.pid) || existsSync(facts.directory)) {
    if (Date.now() > deadline) throw new Error(`still there: ${facts.directory}, process ${facts.pid}`);
    await sleep(20);
  }
}

// A process that has ended stays listed until its parent looks, which in a container may be never.
function isAlive(pid: number): boolean {
  if (process.platform === 'linux') {
    const status = `/proc/${pid}/status`;
    return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function linksIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name);
}
