// The admin DSN's secret file: who may have written or read it, what it is, what it holds.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptedServer } from '../../packages/bus-integration-postgres/test/scripted-server.ts';
import { type Deployment, makeDeployment } from '../deployment.ts';
import { expectDone, expectNoLeak, expectRefusal, isRoot, skip } from './refusal.ts';

const file = 'local/postgres-admin-dsn';
const shown = './local/postgres-admin-dsn';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A deployment whose admin DSN file was done something to. */
function deploymentAfter(change: (path: string, deployment: Deployment) => void): Deployment {
  const deployment = makeDeployment({ adminDsn: server.dsn() });
  change(deployment.path(file), deployment);
  return deployment;
}

describe('files that others may have had a hand in', () => {
  it.each([
    ['doctor', 1],
    ['plan', 2],
    ['apply', 2],
    ['status', 2],
    ['verify', 2],
  ])('IN-07 mode 0644: %s', async (verb, exit) => {
    using deployment = deploymentAfter((path) => chmodSync(path, 0o644));
    await expectRefusal(deployment, server, {
      args: [verb],
      exit,
      says: `${shown} is readable by group and others (0644)`,
      next: `next: chmod 600 ${shown}`,
    });
  });

  it('IN-07 an .env of mode 0644 that holds the DSN itself', async () => {
    using deployment = makeDeployment();
    deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: undefined, BUS_POSTGRES_ADMIN_DSN: server.dsn() });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: /\.env is readable by group and others \(0644\)/,
      next: 'chmod 600 .env',
    });
  });

  it('IN-08 a foreign owner', async (context) => {
    if (!isRoot) skip(context, 'only root can give a file away');
    using deployment = deploymentAfter((path) => chownSync(path, 65_533, 65_533));
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} belongs to user 65533, expected root`,
      next: `chown 0 ${shown}`,
    });
  });
});

describe('what is not a file', () => {
  it('IN-09 a directory', async () => {
    using deployment = deploymentAfter((path) => {
      rmSync(path);
      mkdirSync(path);
    });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} is a directory, expected a regular file`,
      next: 'put a regular file with the line in it there',
    });
  });

  it('IN-10 a named pipe, told at once', async () => {
    using deployment = deploymentAfter((path) => {
      rmSync(path);
      execFileSync('mkfifo', ['-m', '600', path]);
    });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} is a named pipe, expected a regular file`,
      next: 'put a regular file with the line in it there',
      options: { timeoutMs: 5_000 },
    });
  });

  it('IN-11 a symbolic link', async () => {
    using deployment = deploymentAfter((path) => {
      renameSync(path, `${path}.real`);
      symlinkSync('postgres-admin-dsn.real', path);
    });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} is a symbolic link to postgres-admin-dsn.real; expected the file itself`,
      next: 'name the file itself',
    });
  });

  it('IN-12 a symbolic link that dangles', async () => {
    using deployment = deploymentAfter((path) => {
      rmSync(path);
      symlinkSync('gone', path);
    });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} is a symbolic link to gone, which doesn't exist`,
      next: 'name the file itself',
    });
  });
});

describe('what it holds', () => {
  it('IN-13 nothing', async () => {
    using deployment = deploymentAfter((path) => writeFileSync(path, ''));
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} is empty, expected one line`,
      next: `cat > ${shown}`,
    });
  });

  it('IN-14 two lines', async () => {
    using deployment = deploymentAfter((path) => writeFileSync(path, `${server.dsn()}\n${server.dsn()}\n`));
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${shown} holds 2 lines, expected one`,
      next: 'keep only the line that is meant',
    });
  });

  it.each(['', '\n', '\r\n'])('IN-15 one line that ends in %j', async (end) => {
    using deployment = deploymentAfter((path) => writeFileSync(path, `${server.dsn()}${end}`));
    await expectDone(deployment, ['plan']);
  });

  it('IN-13 something that is not a DSN: the file is named, its content is not shown', async () => {
    using deployment = deploymentAfter((path) => writeFileSync(path, 'HiddenPassword and more\n'));
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `(from BUS_POSTGRES_ADMIN_DSN_FILE=${shown})`,
      next: 'keyword=value',
      secrets: ['HiddenPassword'],
    });
  });
});

describe('IN-16 swapped between check and use', () => {
  it('IN-16 only a file that passed the check is ever used', async () => {
    await using trap = await scriptedServer((socket) => socket.destroy());
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    const path = deployment.path(file);
    const lure = `postgresql://postgres:LurePassword@127.0.0.1:${trap.port}/postgres\n`;
    const good = deployment.write('good', `${server.dsn()}\n`);
    const open = deployment.write('open', lure, 0o644);
    const hidden = deployment.write('hidden', lure);

    let swaps = 0;
    let next: NodeJS.Immediate | undefined;
    const swap = () => {
      const other = deployment.path('other');
      for (const make of [
        () => linkSync(good, other),
        () => linkSync(open, other),
        () => linkSync(good, other),
        () => symlinkSync(hidden, other),
      ]) {
        make();
        renameSync(other, path);
        // Renaming one link of a file over another does nothing and leaves both.
        rmSync(other, { force: true });
        swaps += 1;
      }
      next = setImmediate(swap);
    };
    using _swapping = { [Symbol.dispose]: () => clearImmediate(next) };
    swap();
    const exits = new Set<number>();
    for (let round = 0; round < 8; round += 1) {
      const answer = await deployment.run(['plan']);
      exits.add(answer.exit);
      const told = answer.stdout + answer.stderr;
      expect(told).toMatch(answer.exit === 0 ? /^ok: true$/m : /is readable by group and others|is a symbolic link/);
      expectNoLeak(answer, ['LurePassword', server.password]);
    }
    expect(trap.count.made).toBe(0);
    expect(swaps).toBeGreaterThan(100);
    expect([...exits].every((exit) => exit === 0 || exit === 2)).toBe(true);
  });
});
