// The directory of the DSN files, and DSN files that are not what they were.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, giveTo, makeDeployment } from '../deployment.ts';
import { namespace } from './namespace.ts';
import { expectDone, expectNoLeak, expectRefusal, isRoot, skip } from './refusal.ts';

const shown = './local/dsn';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

let count = 0;

/** One database and one role that no other test has. */
function deploymentOfOne(adminDsn = server.dsn()): Deployment & { database: string; role: string } {
  count += 1;
  const [database, role] = [`base${count}`, `service${count}`];
  const keys = { BUS_DATABASE_NAMES: database, BUS_DATABASE_SERVICE_ROLE: role };
  return Object.assign(makeDeployment({ adminDsn, keys }), { database, role });
}

describe('the output directory', () => {
  it('IN-43 missing: made 0700, its files 0600', async () => {
    using deployment = deploymentOfOne();
    deployment.configure({ BUS_DATABASE_DSN_OUTPUT_DIR: './deep/er/dsn' });
    await expectDone(deployment, ['apply']);
    expect(statSync(deployment.path('deep/er/dsn')).mode & 0o7777).toBe(0o700);
    expect(statSync(deployment.path('deep/er/dsn', `${deployment.database}.dsn`)).mode & 0o7777).toBe(0o600);
  });

  it('IN-43 missing: made for the owner that the configuration names', async (context) => {
    if (!isRoot) skip(context, 'only root can give files away');
    using deployment = deploymentOfOne();
    deployment.configure({ BUS_DATABASE_DSN_FILE_OWNER: 'nobody' });
    await expectDone(deployment, ['apply']);
    for (const path of ['local/dsn', `local/dsn/${deployment.database}.dsn`]) {
      expect(statSync(deployment.path(path)).uid, path).toBe(userId('nobody'));
    }
    await expectDone(deployment, ['verify']);
    await expectDone(deployment, ['plan', '--check']);
    deployment.configure({ BUS_DATABASE_DSN_FILE_OWNER: 'no-such-user' });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: 'BUS_DATABASE_DSN_FILE_OWNER: this machine knows no no-such-user',
      next: 'use a user and group that exist',
    });
  });

  it.each([
    ['apply', 2],
    ['plan', 2],
    ['doctor', 1],
  ])('IN-44 a file: %s', async (verb, exit) => {
    using deployment = deploymentOfOne();
    deployment.write('local/dsn', 'here already');
    await expectRefusal(deployment, server, {
      args: [verb],
      exit,
      says: `${shown} is a file, expected a directory`,
      next: 'move it away, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
    });
  });

  it('IN-44 below a file', async () => {
    using deployment = deploymentOfOne();
    deployment.configure({ BUS_DATABASE_DSN_OUTPUT_DIR: './local/postgres-admin-dsn/dsn' });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: "can't read the directory ./local/postgres-admin-dsn/dsn: part of its path is not a directory",
      next: 'set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
    });
  });

  it.each([
    ['apply', 2, `can't write ${shown}/`],
    ['doctor', 1, `${shown} can't be written`],
  ])('IN-45 unwritable: %s', async (verb, exit, says) => {
    using deployment = deploymentOfOne();
    mkdirSync(deployment.path('local/dsn'), { mode: 0o500 });
    await expectRefusal(deployment, server, {
      args: [verb],
      exit,
      says,
      next: /fix its mode/,
      options: asOrdinaryUser(deployment),
    });
  });

  it('IN-45 it can not be made', async () => {
    using deployment = deploymentOfOne();
    chmodSync(deployment.path('local'), 0o500);
    const options = asOrdinaryUser(deployment);
    const { stdout } = await expectRefusal(deployment, server, {
      exit: 2,
      says: `can't make the directory ${shown}: permission denied`,
      next: 'fix its mode',
      options,
    });
    expect(stdout).toContain('what stands: nothing was changed');
    await expectRefusal(deployment, server, { args: ['doctor'], exit: 1, says: `${shown} can't be made`, options });
    chmodSync(deployment.path('local'), 0o700);
  });

  it.each([
    ['apply', 2],
    ['doctor', 1],
  ])('IN-46 open to a group: %s', async (verb, exit) => {
    using deployment = deploymentOfOne();
    mkdirSync(deployment.path('local/dsn'));
    chmodSync(deployment.path('local/dsn'), 0o750);
    await expectRefusal(deployment, server, {
      args: [verb],
      exit,
      says: `${shown} is open to group or others (0750), expected 0700`,
      next: `next: chmod 700 ${shown}`,
    });
  });

  it('IN-46 a DSN file that a group may read', async () => {
    using deployment = deploymentOfOne();
    await expectDone(deployment, ['apply']);
    const file = `${shown}/${deployment.database}.dsn`;
    chmodSync(deployment.path(file), 0o640);
    await expectRefusal(deployment, server, {
      exit: 2,
      says: `${file} is readable by group (0640)`,
      next: `next: chmod 600 ${file}`,
    });
  });

  it('IN-47 on a full disk', async (context) => {
    const disk = namespace(
      'mount -t tmpfs -o size=16k,mode=700 tmpfs "$0" && { dd if=/dev/zero of="$0/ballast" bs=4k status=none || :; } 2>/dev/null',
      'ls -A "$0"; rm "$0/ballast"; "$@"; ls -A "$0"',
    );
    if (disk.obstacle !== undefined) skip(context, disk.obstacle);
    using deployment = deploymentOfOne();
    const directory = deployment.path('local/dsn');
    mkdirSync(directory, { mode: 0o700 });
    const answer = await deployment.run(['apply'], { through: disk.through(directory) });
    const [full, rest = ''] = answer.stdout.split('\nballast\n');
    expect(answer.exit, answer.stdout + answer.stderr).toBe(1);
    expect(full).toContain(`failed: can't write ${shown}/${deployment.database}.dsn: no space is left on the device`);
    expect(full).toContain('next: free some space, then run the same command again');
    expect(full).toContain('what stands: nothing was changed');
    // Nothing but the ballast was left there, and with it gone the same command does it all.
    expect(rest).toMatch(/^ok: true$/m);
    expect(rest).toContain(`\n${deployment.database}.dsn\n`);
    expectNoLeak(answer, [server.password]);
  });
});

describe('DSN files that are not what they were', () => {
  it('IN-48 stale: it holds another password', async () => {
    using deployment = deploymentOfOne();
    const file = await applied(deployment);
    writeFileSync(file.path, file.text.replace(/:[^:@/]+@/, ':StalePassword@'));
    await expectRefusal(deployment, server, {
      exit: 4,
      says: `refused: the password in ${file.shown} is not that of role ${deployment.role}`,
      next: `next: bus operator database apply --rotate ${deployment.role}`,
    });
    await expectRefusal(deployment, server, { args: ['verify'], exit: 1, says: 'password authentication failed' });
    await expectDone(deployment, ['apply', '--rotate', deployment.role]);
    await expectDone(deployment, ['verify']);
  });

  it('IN-48 stale, for an admin that may not read verifiers', async () => {
    using deployment = deploymentOfOne(await createPlainAdmin(server, 'admin48'));
    const file = await applied(deployment);
    writeFileSync(file.path, file.text.replace(/:[^:@/]+@/, ':StalePassword@'));
    await expectRefusal(deployment, server, {
      exit: 1,
      says: `the password in ${file.shown} could be neither proven nor disproven: the server refused it`,
      next: `--rotate ${deployment.role}`,
    });
  });

  it('IN-48 truncated, or broken in another way', async () => {
    using deployment = deploymentOfOne();
    const file = await applied(deployment);
    const damages = [
      '',
      file.text.slice(0, 8),
      file.text.slice(0, 30),
      file.text + file.text,
      Buffer.from([0xff, 0xfe, 0x41]),
      file.text.replace(/\/base\d+/, '/elsewhere'),
    ];
    for (const damage of damages) {
      writeFileSync(file.path, damage);
      await expectRefusal(deployment, server, {
        exit: 4,
        says: new RegExp(
          `refused: role ${deployment.role} exists and no file holds its password \\(${file.shown}: .+\\); bring ${file.shown} from the host that applied last`,
        ),
        // A file of another database is lost by it.
        next: new RegExp(`next: bus operator database apply (--allow destructive )?--rotate ${deployment.role}$`),
        secrets: [file.password],
      });
    }
    await expectRefusal(deployment, server, { args: ['verify'], exit: 1, says: file.shown, secrets: [file.password] });
  });

  it('IN-49 for another host, with the right password: written anew with the same one', async () => {
    using deployment = deploymentOfOne();
    const file = await applied(deployment);
    writeFileSync(file.path, file.text.replace('127.0.0.1', '10.9.8.7'));
    const { stdout } = await expectDone(deployment, ['plan']);
    expect(stdout).toMatch(/^~ write-dsn-file .*the password it has$/m);
    await expectDone(deployment, ['apply']);
    expect(readFileSync(file.path, 'utf8')).toBe(file.text);
  });

  it('IN-49 for another host, and the role is not on this server', async () => {
    using deployment = deploymentOfOne();
    const file = `${shown}/${deployment.database}.dsn`;
    deployment.write(file, `postgresql://${deployment.role}:OtherPassword@10.9.8.7:5432/${deployment.database}\n`);
    await expectRefusal(deployment, server, {
      exit: 4,
      says: `refused: ${file} is for another server, and role ${deployment.role} does not exist on this one`,
      next: 'keep that file for the server it belongs to',
    });
  });

  it.each(['plan', 'apply'])('IN-50 its directory lost while the role exists: %s', async (verb) => {
    using deployment = deploymentOfOne();
    const file = await applied(deployment);
    rmSync(deployment.path('local/dsn'), { recursive: true });
    await expectRefusal(deployment, server, {
      args: [verb],
      exit: 4,
      says: `refused: role ${deployment.role} exists and no file holds its password; bring ${file.shown} from the host that applied last, or make a new password`,
      next: `next: bus operator database ${verb} --rotate ${deployment.role}`,
    });
    await expectDone(deployment, ['apply', '--rotate', deployment.role]);
    await expectDone(deployment, ['verify']);
  });
});

async function applied(deployment: Deployment & { database: string }) {
  await expectDone(deployment, ['apply']);
  const name = `${shown}/${deployment.database}.dsn`;
  const path = deployment.path(name);
  const text = readFileSync(path, 'utf8');
  return { shown: name, path, text, password: /:([^:@/]+)@/.exec(text)?.[1] ?? '' };
}

function userId(name: string): number {
  return Number(execFileSync('id', ['-u', '--', name], { encoding: 'utf8' }));
}

/** Root may write everywhere; what follows is about those who may not. */
function asOrdinaryUser({ directory }: Deployment): { uid?: number } {
  if (!isRoot) return {};
  const nobody = 65_534;
  giveTo(nobody, directory);
  return { uid: nobody };
}
