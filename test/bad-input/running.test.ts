// What happens while an apply runs: others that run too, holders that vanish, signals; and clusters that hold no UTF-8.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptedServer } from '../../packages/bus-integration-postgres/test/scripted-server.ts';
import { type Deployment, makeDeployment } from '../deployment.ts';
import { passwordsIn } from '../evidence.ts';
import { expectDone, expectNoLeak, expectRefusal, skip } from './refusal.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A deployment of many databases, so that there is a middle to be met in. */
function deploymentOfMany(name: string, databases = 12): Deployment & { made: () => Promise<number> } {
  const names = Array.from({ length: databases }, (_, index) => `${name}_${index}`);
  const keys = { BUS_DATABASE_NAMES: names.join(','), BUS_DATABASE_SERVICE_ROLE: `${name}_service` };
  const made = async () => {
    const [row] = await server.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_catalog.pg_database WHERE datname LIKE '${name}\\_%'`,
    );
    return row?.count ?? 0;
  };
  return Object.assign(makeDeployment({ adminDsn: server.dsn(), keys }), { made });
}

async function until(claim: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(5)) if (await claim()) return;
  throw new Error(`it never came to this: ${what}`);
}

/** All is there, works, and nothing is left to do or lying about. */
async function expectWhole(deployment: Deployment & { made: () => Promise<number> }, databases = 12): Promise<void> {
  expect(await deployment.made()).toBe(databases);
  await expectDone(deployment, ['verify']);
  const { stdout } = await expectDone(deployment, ['plan', '--check']);
  expect(stdout).toContain('nothing to do: ');
  const files = readdirSync(deployment.path('local/dsn'));
  expect(files.filter((name) => !/^[a-z0-9_]+\.dsn$/.test(name))).toEqual([]);
  expect(files).toHaveLength(databases);
}

describe('several at once', () => {
  it('IN-57 two applies: one waits, then finds nothing to do', async () => {
    using deployment = deploymentOfMany('two');
    const answers = await Promise.all([deployment.run(['apply']), deployment.run(['apply'])]);
    for (const answer of answers) {
      expect(answer.exit, answer.stdout + answer.stderr).toBe(0);
      expectNoLeak(answer, passwordsIn(deployment.directory));
    }
    const lasts = answers.map(({ stdout }) => /nothing to do|\d+ of \d+ steps done/.exec(stdout)?.[0]).sort();
    expect(lasts).toEqual(['37 of 37 steps done', 'nothing to do']);
    await expectWhole(deployment);
  });

  it('IN-57 one that may not wait says who holds the lock', async () => {
    using deployment = deploymentOfMany('held');
    const holder = deployment.start(['apply']);
    await until(async () => (await deployment.made()) > 0, 'the first database of the holder');
    holder.signal('SIGSTOP');
    const answer = await deployment.run(['apply', '--lock-timeout', '300ms']);
    holder.signal('SIGCONT');
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toMatch(
      new RegExp(
        `another apply of deployment example-dev holds its lock: bus apply \\S+:${holder.pid} since \\S+Z \\(waited 0\\.3 s\\)`,
      ),
    );
    expect(answer.stderr).toContain('next: wait until it ends and run this again, or wait longer: --lock-timeout 5m');
    expectNoLeak(answer, passwordsIn(deployment.directory));
    expect((await holder.answer).exit).toBe(0);
    await expectWhole(deployment);
  });
});

describe('holders that vanish', () => {
  it('IN-58 the process: the next one takes over at once and ends what was begun', async () => {
    using deployment = deploymentOfMany('gone');
    const holder = deployment.start(['apply']);
    await until(async () => (await deployment.made()) > 2, 'some databases of the holder');
    holder.signal('SIGKILL');
    await holder.answer;
    expect(await deployment.made()).toBeLessThan(12);
    await expectDone(deployment, ['apply', '--lock-timeout', '5s']);
    await expectWhole(deployment);
  });

  it('IN-58 the connection that holds the lock: the run stops before it changes more', async () => {
    using deployment = deploymentOfMany('cut', 24);
    const holder = deployment.start(['apply']);
    await until(async () => (await deployment.made()) > 2, 'some databases');
    const [row] = await server.query<{ cut: number }>(
      "SELECT count(pg_catalog.pg_terminate_backend(pid))::int AS cut FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'bus apply %'",
    );
    expect(row?.cut).toBe(1);
    const answer = await holder.answer;
    const told = answer.stdout + answer.stderr;
    expect(answer.exit, told).toBe(1);
    expect(told).toMatch(/^failed: .*the deployment's lock was lost/m);
    expect(told).toMatch(/^next: run the same command again/m);
    expect(told).not.toContain('division by zero');
    expectNoLeak(answer, passwordsIn(deployment.directory));
    expect(await deployment.made()).toBeLessThan(24);
    await expectDone(deployment, ['apply']);
    await expectWhole(deployment, 24);
  });
});

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'IN-59 %s in the middle: it ends in order, says what stands, and goes on when run again',
    async (name, exit) => {
      using deployment = deploymentOfMany(name.toLowerCase());
      const running = deployment.start(['apply']);
      await until(async () => (await deployment.made()) > 2, 'some databases');
      running.signal(name);
      const answer = await running.answer;
      expect(answer.exit, answer.stdout + answer.stderr).toBe(exit);
      expect(answer.stderr).toContain(`${name}: stopping; a second signal stops it at once`);
      const made = await deployment.made();
      expect(made).toBeLessThan(12);
      expect(answer.stdout).toMatch(/^ok: false$/m);
      expect(answer.stdout).toMatch(
        new RegExp(`^interrupted by ${name}: .*0 of 12 new databases are ready; .* closed and unfinished`, 'm'),
      );
      expect(answer.stdout).toMatch(/^next: run the same command again; it continues$/m);
      expectNoLeak(answer, passwordsIn(deployment.directory));
      await sleep(200);
      expect(await deployment.made(), 'it went on after its end').toBe(made);
      await expectDone(deployment, ['apply']);
      await expectWhole(deployment);
    },
  );

  it.each(['plan', 'apply'])('IN-59 SIGINT while %s waits for a server that says nothing', async (verb) => {
    await using silent = await scriptedServer(() => {});
    using deployment = makeDeployment({ adminDsn: `postgresql://a:HiddenPassword@127.0.0.1:${silent.port}/postgres` });
    const running = deployment.start([verb], { timeoutMs: 10_000 });
    await until(() => Promise.resolve(silent.count.made > 0), 'a connection');
    running.signal('SIGINT');
    const answer = await running.answer;
    expect(answer.exit).toBe(130);
    expect(answer.stderr).toMatch(/^bus operator database: interrupted by SIGINT/m);
    expectNoLeak(answer, ['HiddenPassword']);
  });
});

describe('a cluster in Latin-1', () => {
  it('IN-60 ASCII names work; others are refused', async () => {
    await using latin = await startServer({ encoding: 'LATIN1' });
    using deployment = makeDeployment({ adminDsn: latin.dsn() });
    await expectDone(deployment, ['apply']);
    await expectDone(deployment, ['verify']);
    await expectDone(deployment, ['plan', '--check']);
    for (const keys of [
      { BUS_DATABASE_NAMES: 'bus_auth,größe' },
      { BUS_DATABASE_NAMES: 'bus_auth', BUS_DATABASE_ROLE_NAMES: 'größe' },
      { BUS_DATABASE_ROLE_NAMES: undefined, BUS_DATABASE_SCHEMAS: 'größe' },
    ]) {
      deployment.configure(keys);
      await expectRefusal(deployment, latin, {
        exit: 2,
        says: `the cluster's encoding is LATIN1, which doesn't keep the name "größe" safely`,
        next: 'use ASCII names on this cluster',
      });
    }
  });

  it('IN-60 a Latin-1 locale: no UTF-8 database can be made there', async (context) => {
    const { stdout } = spawnSync('locale', ['-a'], { encoding: 'utf8' });
    const locale = stdout.split('\n').find((name) => /iso-?8859-?1$/i.test(name));
    if (locale === undefined) skip(context, 'this machine has no locale in ISO 8859-1 (locale -a)');
    await using latin = await startServer({ encoding: 'LATIN1', locale });
    using deployment = makeDeployment({ adminDsn: latin.dsn() });
    for (const verb of ['plan', 'apply']) {
      await expectRefusal(deployment, latin, {
        args: [verb],
        exit: 2,
        says: `template0's locale is ${locale} (LATIN1); a UTF8 database can't be made from it`,
        next: 'initdb the cluster with --encoding UTF8',
      });
    }
  });
});
