// Root writes the DSN files of another user, who tries to have root write, read or use something else instead: two users
// of this machine, real files, real runs.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { namespace } from './bad-input/namespace.ts';
import { expectDone, isRoot, skip } from './bad-input/refusal.ts';
import { type Answer, makeDeployment } from './deployment.ts';
import { buildFaults, type FaultyFiles } from './faulty-files.ts';

vi.setConfig({ testTimeout: 180_000 });

/** A user that has no name on this machine. */
const svc = 64_010;
let server: Server;
let faults: FaultyFiles;
beforeAll(async () => {
  [server, faults] = await Promise.all([startServer(), buildFaults()]);
});
afterAll(async () => {
  faults[Symbol.dispose]();
  await server.stop();
});
beforeEach((context) => {
  if (!isRoot) skip(context, 'only root can give files away');
});

let count = 0;

/** One database and role of its own; in `shared`, a directory like /tmp, or in `local`, root's; the user may enter both. */
function deploymentIn(parent: 'shared' | 'local') {
  count += 1;
  const [database, role] = [`owned${count}`, `owner${count}`];
  const deployment = makeDeployment({
    adminDsn: server.dsn(),
    keys: {
      BUS_DATABASE_NAMES: database,
      BUS_DATABASE_SERVICE_ROLE: role,
      BUS_DATABASE_DSN_OUTPUT_DIR: `./${parent}/dsn`,
      BUS_DATABASE_DSN_FILE_OWNER: `${svc}:${svc}`,
    },
  });
  mkdirSync(deployment.path('shared'));
  chmodSync(deployment.path('shared'), 0o1777);
  for (const path of [deployment.directory, deployment.path('local')]) chmodSync(path, 0o711);
  const victim = deployment.path('victim');
  mkdirSync(victim, { mode: 0o700 });
  writeFileSync(`${victim}/${database}.dsn`, 'precious');
  return Object.assign(deployment, { database, role, victim, dsn: deployment.path(parent, 'dsn') });
}

type Owned = ReturnType<typeof deploymentIn>;

/** Nothing was made, written, given away or removed there. */
function expectUntouched({ victim, database }: Owned): void {
  expect(readdirSync(victim)).toEqual([`${database}.dsn`]);
  expect(readFileSync(`${victim}/${database}.dsn`, 'utf8')).toBe('precious');
  for (const path of [victim, `${victim}/${database}.dsn`]) expect(statSync(path).uid, path).toBe(0);
}

function told({ stdout, stderr }: Answer): string {
  return stdout + stderr;
}

/** The user does this over and over, as fast as it can, until it is stopped. */
function attack(script: string): AsyncDisposable {
  const child = spawn('/bin/sh', ['-c', `while :; do ${script}; done`], { uid: svc, gid: svc, stdio: 'ignore' });
  const exited = once(child, 'exit');
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('the directory exchanged', () => {
  it.each([['openSync FILE.staged'], ['writeSync FILE.staged'], ['renameSync FILE.staged'], ['fsyncSync .']])(
    'for a symbolic link, just before %s: the run goes on in the one that it opened',
    async (at) => {
      using deployment = deploymentIn('shared');
      const { database, dsn, victim } = deployment;
      const run = `mv ${dsn} ${dsn}.away && ln -s ${victim} ${dsn} && : > ${dsn}.away/swapped`;
      const fault = { at: at.replace('FILE', `${database}.dsn`), run, uid: svc };
      const answer = await deployment.run(['apply'], faults.meeting(dsn, [fault]));
      expect(existsSync(`${dsn}.away/swapped`), told(answer)).toBe(true);
      expectUntouched(deployment);
      expect(answer.exit, told(answer)).toBe(0);
      expect(readFileSync(`${dsn}.away/${database}.dsn`, 'utf8')).toContain(`${deployment.role}:`);
      // What stands there now is another user's link, which no later run follows.
      const next = await deployment.run(['apply', '--rotate', deployment.role]);
      expect([next.exit, told(next)]).toEqual([2, expect.stringContaining('is a symbolic link')]);
      expectUntouched(deployment);
    },
  );

  it('over and over, during rotations', async () => {
    using deployment = deploymentIn('shared');
    const { dsn, victim, role } = deployment;
    await expectDone(deployment, ['apply']);
    {
      await using _attack = attack(`mv ${dsn} ${dsn}.away; ln -s ${victim} ${dsn}; rm ${dsn}; mv ${dsn}.away ${dsn}`);
      for (let round = 0; round < 3; round += 1) {
        const answer = await deployment.run(['apply', '--rotate', role]);
        expect([0, 1, 2, 4], told(answer)).toContain(answer.exit);
        expectUntouched(deployment);
      }
    }
  });

  it.each([
    ['belongs to the user', 0o755, svc, /local belongs to user 64010: another directory could be put in place of/],
    ['is writable by all', 0o777, 0, /local is writable by others \(0777\)/],
  ])('is made impossible: a parent that %s is refused by every verb', async (_, mode, uid, says) => {
    using deployment = deploymentIn('local');
    chownSync(deployment.path('local'), uid, uid);
    chmodSync(deployment.path('local'), mode);
    for (const verb of ['apply', 'plan', 'status', 'doctor']) {
      const answer = await deployment.run([verb]);
      expect([answer.exit, told(answer)], verb).toEqual([verb === 'doctor' ? 1 : 2, expect.stringMatching(says)]);
      expect(told(answer), verb).toMatch(/next: (chmod go-w|set BUS_DATABASE_DSN_OUTPUT_DIR)/);
    }
    expect(existsSync(deployment.dsn)).toBe(false);
    expect(
      await server.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', { values: [deployment.role] }),
    ).toEqual([]);
  });

  it('by way of a parent that is a link: the link must be in a directory of root, and be of root', async () => {
    using deployment = deploymentIn('shared');
    const { victim, dsn } = deployment;
    deployment.configure({ BUS_DATABASE_DSN_OUTPUT_DIR: './shared/link/dsn' });
    spawnAs(`ln -s ${victim} ${dsn.replace(/dsn$/, 'link')}`);
    const answer = await deployment.run(['apply']);
    expect([answer.exit, told(answer)]).toEqual([2, expect.stringContaining('link belongs to user 64010')]);
    expectUntouched(deployment);
  });

  it('is as impossible without /proc: only a shared parent is refused then', async (context) => {
    const bare = namespace('mount -t tmpfs tmpfs /proc');
    if (bare.obstacle !== undefined) skip(context, bare.obstacle);
    using shared = deploymentIn('shared');
    const refused = await shared.run(['apply'], { through: bare.through(shared.dsn) });
    expect([refused.exit, told(refused)]).toEqual([2, expect.stringContaining('this system has no /proc')]);
    using local = deploymentIn('local');
    const done = await local.run(['apply'], { through: bare.through(local.dsn) });
    expect(done.exit, told(done)).toBe(0);
    expect(statSync(`${local.dsn}/${local.database}.dsn`).uid).toBe(svc);
  });
});

it('missing parents are made for root, and let the user through', async () => {
  using deployment = deploymentIn('local');
  deployment.configure({ BUS_DATABASE_DSN_OUTPUT_DIR: './deep/er/dsn' });
  const answer = await deployment.run(['apply'], { through: ['sh', '-c', 'umask 077; exec "$0" "$@"'] });
  expect(answer.exit, told(answer)).toBe(0);
  for (const parent of ['deep', 'deep/er']) {
    const { uid, mode } = statSync(deployment.path(parent));
    expect([uid, mode & 0o7777], parent).toEqual([0, 0o711]);
  }
  const path = deployment.path('deep/er/dsn', `${deployment.database}.dsn`);
  expect(spawnAs(`cat ${path}`)).toContain(`${deployment.role}:`);
});

describe('inside its own directory', () => {
  it.each([
    ['a symbolic link, before it is made', 'openSync', 'ln -s VICTIM/new STAGED'],
    ['a named pipe, before it is made', 'openSync', 'mkfifo STAGED'],
    ['a symbolic link, once it is made', 'writeSync', 'rm -f STAGED; ln -s VICTIM/new STAGED'],
    ['a symbolic link, before it is renamed', 'renameSync', 'rm STAGED; ln -s VICTIM/FILE STAGED'],
    ['a named pipe, before it is renamed', 'renameSync', 'rm STAGED; mkfifo STAGED'],
    ['a directory, before it is renamed', 'renameSync', 'rm STAGED; mkdir STAGED'],
  ])('the staged file exchanged for %s: nothing is written elsewhere, and the run ends', async (_, call, run) => {
    using deployment = deploymentIn('local');
    const { dsn, database, victim } = deployment;
    const script = `: > ${dsn}/met; ${run}`
      .replaceAll('STAGED', `${dsn}/${database}.dsn.staged`)
      .replaceAll('VICTIM', victim)
      .replaceAll('FILE', `${database}.dsn`);
    const fault = { at: `${call} ${database}.dsn.staged`, run: script, uid: svc };
    const answer = await deployment.run(['apply'], faults.meeting(dsn, [fault]));
    expect(existsSync(`${dsn}/met`), told(answer)).toBe(true);
    expect([1, 2], told(answer)).toContain(answer.exit);
    expectUntouched(deployment);
  });

  it('files exchanged over and over, during rotations', async () => {
    using deployment = deploymentIn('local');
    const { dsn, database, victim, role } = deployment;
    await expectDone(deployment, ['apply']);
    const [live, staged] = [`${dsn}/${database}.dsn`, `${dsn}/${database}.dsn.staged`];
    {
      await using _attack = attack(
        `rm -f ${staged}; ln -s ${victim}/new ${staged}; rm -f ${staged}; mkfifo ${staged}; rm -f ${staged}; ln -sf ${victim}/${database}.dsn ${live}`,
      );
      for (let round = 0; round < 3; round += 1) {
        const answer = await deployment.run(['apply', '--rotate', role]);
        expect([0, 1, 2, 4], told(answer)).toContain(answer.exit);
        expectUntouched(deployment);
      }
    }
  });

  it("another user's file, linked into it under a DSN file's name, is not taken for one", async () => {
    using deployment = deploymentIn('local');
    await expectDone(deployment, ['apply']);
    const path = `${deployment.dsn}/${deployment.database}.dsn`;
    const secret = deployment.path('secret');
    // The kernel may keep the user from doing so itself: fs.protected_hardlinks.
    writeFileSync(secret, readFileSync(path, 'utf8').replace(/:[^:@/]+@/, ':RootsOwnPassword@'), { mode: 0o600 });
    renameSync(path, `${path}.kept`);
    linkSync(secret, path);
    for (const verb of ['plan', 'status', 'verify', 'apply']) {
      const answer = await deployment.run([verb]);
      const says = `${deployment.database}.dsn is a file of user 0 that has another name elsewhere`;
      expect([answer.exit, told(answer)], verb).toEqual([2, expect.stringContaining(says)]);
      expect(told(answer)).not.toContain('RootsOwnPassword');
    }
    expect(lstatSync(secret).uid).toBe(0);
  });

  it.each(['sslkey', 'sslrootcert', 'passfile', 'service'])(
    'verify opens no file for it that only its DSN names: %s',
    async (keyword) => {
      using deployment = deploymentIn('local');
      await expectDone(deployment, ['apply']);
      const path = `${deployment.dsn}/${deployment.database}.dsn`;
      const line = readFileSync(path, 'utf8').trim();
      writeFileSync(path, `${line}${line.includes('?') ? '&' : '?'}${keyword}=/dev/zero\n`);
      const answer = await deployment.run(['verify']);
      const says = `names a file that the configuration does not (${keyword}), which root does not open for another user`;
      expect([answer.exit, told(answer)]).toEqual([1, expect.stringContaining(says)]);
    },
  );
});

function spawnAs(script: string): string {
  return execFileSync('/bin/sh', ['-c', script], { uid: svc, gid: svc, encoding: 'utf8', cwd: '/' });
}
