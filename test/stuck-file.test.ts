// DSN files that the file system refuses to replace, and file systems that refuse to sync: every other file is put in
// its place, the one is named with what to do, and a further run finishes.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { namespace } from './bad-input/namespace.ts';
import { expectDone, skip } from './bad-input/refusal.ts';
import { type Answer, makeDeployment } from './deployment.ts';
import { buildFaults, type FaultyFiles } from './faulty-files.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: Server;
let faults: FaultyFiles;
beforeAll(async () => {
  [server, faults] = await Promise.all([startServer(), buildFaults()]);
});
afterAll(async () => {
  faults[Symbol.dispose]();
  await server.stop();
});

let count = 0;

/** Three databases, so three DSN files; the one in the middle is `stuck`. */
function deploymentOfThree() {
  count += 1;
  const role = `stuck_service${count}`;
  const databases = ['a', 'b', 'c'].map((name) => `stuck${count}_${name}`);
  const keys = { BUS_DATABASE_NAMES: databases.join(','), BUS_DATABASE_SERVICE_ROLE: role };
  const deployment = makeDeployment({ adminDsn: server.dsn(), keys });
  const files = databases.map((database) => deployment.path('local/dsn', `${database}.dsn`)) as [
    string,
    string,
    string,
  ];
  return Object.assign(deployment, { role, databases, files, dsn: deployment.path('local/dsn') });
}

function told({ stdout, stderr }: Answer): string {
  return stdout + stderr;
}

function passwordIn(path: string): string | undefined {
  return /:([^:@/]+)@/.exec(readFileSync(path, 'utf8'))?.[1];
}

type Three = ReturnType<typeof deploymentOfThree>;

/** The others have the new password, which waits beside the stuck one too; then all is as the rotation meant it. */
async function expectFinishable(deployment: Three, answer: Answer, old: string | undefined): Promise<void> {
  const [first, stuck, last] = deployment.files;
  expect(answer.exit, told(answer)).toBe(1);
  const fresh = passwordIn(first);
  expect(fresh).not.toBe(old);
  expect([passwordIn(last), passwordIn(stuck), passwordIn(`${stuck}.staged`)]).toEqual([fresh, old, fresh]);
  expect(told(answer)).toContain(`what it is to hold is in ./local/dsn/${deployment.databases[1]}.dsn.staged`);
  expect(told(answer)).toMatch(/1 staged file holds what the next run takes/);
  expect(told(answer)).not.toMatch(new RegExp(`failed: .*${deployment.databases[2]}`));
  const status = await deployment.run(['verify']);
  expect([status.exit, told(status)]).toEqual([1, expect.stringContaining(`@${deployment.databases[1]} `)]);
  await expectDone(deployment, ['apply']);
  expect(deployment.files.map(passwordIn)).toEqual([fresh, fresh, fresh]);
  expect(readdirSync(deployment.dsn)).toHaveLength(3);
  await expectDone(deployment, ['verify']);
}

it('a mounted DSN file, in a rotation', async (context) => {
  const mounted = namespace('mount --bind "$0" "$0"');
  if (mounted.obstacle !== undefined) skip(context, mounted.obstacle);
  using deployment = deploymentOfThree();
  await expectDone(deployment, ['apply']);
  const [, stuck] = deployment.files;
  const old = passwordIn(stuck);
  const through = mounted.through(stuck);
  const answer = await deployment.run(['apply', '--rotate', deployment.role], { through });
  expect(told(answer)).toMatch(/failed: can't put the staged file in place of .*: something is mounted there; /);
  expect(told(answer)).toMatch(/next: mount its directory rather than the file: umount \.\/local\/dsn\/stuck/);
  // Neither does a further run get by, nor does it make a third password.
  const again = await deployment.run(['apply', '--rotate', deployment.role], { through });
  await expectFinishable(deployment, again, old);
});

it('an immutable DSN file, in a rotation', async (context) => {
  using deployment = deploymentOfThree();
  await expectDone(deployment, ['apply']);
  const [, stuck] = deployment.files;
  const old = passwordIn(stuck);
  const { status, stderr, error } = spawnSync('chattr', ['+i', stuck], { encoding: 'utf8' });
  if (status !== 0) skip(context, `no immutable files here: ${error?.message ?? stderr.trim()}`);
  let answer: Answer;
  try {
    answer = await deployment.run(['apply', '--rotate', deployment.role]);
  } finally {
    spawnSync('chattr', ['-i', stuck]);
  }
  expect(told(answer)).toMatch(/in place of .*: not permitted; .*\n.*chattr -i \.\/local\/dsn\/stuck/);
  await expectFinishable(deployment, answer, old);
});

it('in a rotation of several roles: the files of the later ones are replaced too', async () => {
  using deployment = deploymentOfThree();
  const other = `${deployment.role}_report`;
  deployment.configure({ BUS_DATABASE_ROLE_NAMES: other });
  await expectDone(deployment, ['apply']);
  const [first] = deployment.databases;
  const paths = [`${first}.dsn`, `${first}.${other}.dsn`].map((name) => deployment.path('local/dsn', name)) as [
    string,
    string,
  ];
  const before = paths.map(passwordIn);
  const stuck = { at: `renameSync ${first}.dsn.staged`, code: 'EBUSY', isEveryTime: true };
  const argv = ['apply', '--jobs', '1', '--rotate', deployment.role, '--rotate', other];
  const answer = await deployment.run(argv, faults.meeting(deployment.dsn, [stuck]));
  expect(answer.exit, told(answer)).toBe(1);
  expect(passwordIn(paths[0]), told(answer)).toBe(before[0]);
  expect(passwordIn(paths[1]), told(answer)).not.toBe(before[1]);
  await expectDone(deployment, ['apply']);
  await expectDone(deployment, ['verify']);
});

it('files that follow the configuration: one that can not be replaced keeps no other one old', async () => {
  using deployment = deploymentOfThree();
  await expectDone(deployment, ['apply']);
  deployment.configure({ BUS_DATABASE_SERVICE_HOST: 'localhost' });
  const name = `${deployment.databases[1]}.dsn`;
  const stuck = { at: `renameSync ${name}.staged`, code: 'EBUSY', isEveryTime: true };
  const answer = await deployment.run(['apply'], faults.meeting(deployment.dsn, [stuck]));
  expect(answer.exit, told(answer)).toBe(1);
  const hosts = deployment.files.map((path) => /@([^:/]+)/.exec(readFileSync(path, 'utf8'))?.[1]);
  expect(hosts).toEqual(['localhost', '127.0.0.1', 'localhost']);
  await expectDone(deployment, ['apply']);
  await expectDone(deployment, ['verify']);
});

it('a staged file that can not be removed keeps no other one', async () => {
  using deployment = deploymentOfThree();
  await expectDone(deployment, ['apply']);
  for (const path of deployment.files)
    deployment.write(`${path.slice(deployment.directory.length + 1)}.staged`, readFileSync(path, 'utf8'));
  const name = `${deployment.databases[1]}.dsn.staged`;
  const stuck = { at: `unlinkSync ${name}`, code: 'EPERM', isEveryTime: true };
  const answer = await deployment.run(['apply'], faults.meeting(deployment.dsn, [stuck]));
  expect(answer.exit, told(answer)).toBe(1);
  expect(told(answer)).toContain("failed: can't remove the staged file of ./local/dsn/");
  expect(readdirSync(deployment.dsn).filter((file) => file.endsWith('.staged'))).toEqual([name]);
  await expectDone(deployment, ['apply']);
});

it.each(['openSync', 'writeSync', 'fsyncSync'])(
  'a staged file that fails at %s: the server is not touched, nothing stays',
  async (call) => {
    using deployment = deploymentOfThree();
    const name = `${deployment.databases[1]}.dsn.staged`;
    const broken = { at: `${call} ${name}`, code: 'EIO' };
    const answer = await deployment.run(['apply'], faults.meeting(deployment.dsn, [broken]));
    expect(answer.exit, told(answer)).toBe(1);
    expect(told(answer)).toContain(`failed: can't write ./local/dsn/${deployment.databases[1]}.dsn: EIO`);
    expect(told(answer)).toContain('what stands: nothing was changed');
    expect(readdirSync(deployment.dsn)).toEqual([]);
    const values = [deployment.role];
    expect(await server.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', { values })).toEqual([]);
  },
);

it.each(['EINVAL', 'ENOTSUP'])(
  'a file system that answers %s to the sync of a directory holds nobody up',
  async (code) => {
    using deployment = deploymentOfThree();
    const unsynced = { at: 'fsyncSync .', code, isEveryTime: true };
    const answer = await deployment.run(['apply'], faults.meeting(deployment.dsn, [unsynced]));
    expect(answer.exit, told(answer)).toBe(0);
    expect(deployment.files.every((path) => existsSync(path))).toBe(true);
  },
);

it('the sync of a directory that fails names the directory', async () => {
  using deployment = deploymentOfThree();
  const failing = { at: 'fsyncSync .', code: 'EIO' };
  const answer = await deployment.run(['apply'], faults.meeting(deployment.dsn, [failing]));
  expect(answer.exit, told(answer)).toBe(1);
  expect(told(answer)).toContain("failed: can't sync the directory ./local/dsn: EIO");
  await expectDone(deployment, ['apply']);
});
