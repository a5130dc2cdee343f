// No password and no admin DSN in anything that a run shows or leaves behind, DSN files aside: server log, output, saved
// plans, arguments of processes, names of files. All of it comes from real runs of the built command, failed ones too.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { message } from '../packages/bus-integration-postgres/test/scripted-server.ts';
import { type Deployment, makeDeployment, type RunOptions } from './deployment.ts';
import { type Lie, startLyingProxy } from './lying-proxy.ts';
import { filesIn } from './scenarios/deployment.ts';
import type { Admin } from './scenarios/scenario.ts';
import { findSecrets, formsOf, watchArguments } from './scenarios/secret-scan.ts';
import { someOf } from './variants.ts';

// Characters that every way of quoting spells differently.
const adminPassword = 'pä/ss w#rd+%\'"&?=@:x';
const talkative = {
  log_statement: 'all',
  log_min_error_statement: 'debug5',
  log_min_messages: 'debug2',
  log_connections: 'on',
  log_disconnections: 'on',
  log_duration: 'on',
  log_error_verbosity: 'verbose',
};

const keys = {
  BUS_DATABASE_NAMES: 'app,logs',
  BUS_DATABASE_SERVICE_ROLE: 'svc',
  BUS_DATABASE_ROLE_NAMES: 'reporting',
};

test('the scanner finds what is planted', () => {
  const secrets = { planted: adminPassword };
  const forms = [...formsOf(adminPassword)];
  expect(forms.length).toBeGreaterThanOrEqual(7);
  for (const [form, text] of forms) {
    expect(findSecrets({ log: `before ${text} after` }, secrets)).toContain(`planted (${form}) in log`);
  }
  for (const prefix of ['', 'p', 'po', 'postgresql://a:']) {
    const encoded = Buffer.from(`${prefix}${adminPassword}@host/db`).toString('base64');
    expect(findSecrets({ log: encoded }, secrets), `base64 after ${prefix.length} bytes`).not.toEqual([]);
  }
  expect(findSecrets({ log: 'nothing here' }, secrets)).toEqual([]);
});

test.each([
  'BUS_DEPLOYMENT_ID',
  'BUS_DATABASE_NAMES',
  'BUS_DATABASE_SERVICE_ROLE',
  'BUS_DATABASE_ROLE_NAMES',
  'BUS_DATABASE_SCHEMAS',
  'BUS_DATABASE_DSN_OUTPUT_DIR',
  'BUS_DATABASE_SERVICE_HOST',
  'BUS_DATABASE_LISTENER_NETWORKS',
  'BUS_POSTGRES_ADMIN_DSN_FILE',
])('a DSN that was put into %s is not repeated', async (key) => {
  const dsn = `postgresql://admin:${encodeURIComponent(adminPassword)}@db.example.com/postgres`;
  using deployment = makeDeployment({ adminDsn: dsn, keys: { ...keys, [key]: dsn } });
  const { exit, stdout, stderr } = await deployment.run(['plan', '-vv']);
  expect(exit).toBe(2);
  expect(findSecrets({ output: `${stdout}\n${stderr}` }, { password: adminPassword, dsn })).toEqual([]);
});

const variants = [
  [18, 'superuser'],
  [16, 'plain'],
] as const;

describe.each(someOf('secrets of a whole life', variants, 1))('PostgreSQL %i as %s', (major, admin) => {
  test('no secret leaves its file', async () => {
    await using server = await startServer({ major, settings: talkative });
    const adminDsn = await makeAdmin(server, admin);
    using deployment = makeDeployment({ adminDsn, keys });
    const story = createStory(server, deployment, adminDsn);
    const watch = watchArguments();
    await tellStory(story);
    story.evidence['arguments of processes'] = watch.stop();
    story.evidence['names of files'] = Object.keys(filesIn(deployment.path('local', 'dsn')) ?? {}).join('\n');
    story.evidence['server log'] = server.log();

    // What would be found, were it there: this proves that the log and the arguments were really read.
    const log = server.log();
    expect(/CREATE DATABASE "app"/.test(log), 'statements are in the log').toBe(true);
    expect(/ERROR.*tuple concurrently updated/.test(log), 'a role statement failed').toBe(true);
    // Who may mute the log keeps even verifiers out of it; a plain admin's statements with them are all there.
    expect(/PASSWORD 'SCRAM-SHA-256\$/.test(log), 'verifiers are in the log').toBe(admin === 'plain');
    expect(/bus(\.js)? operator database apply/.test(story.evidence['arguments of processes'])).toBe(true);
    expect(Object.keys(story.secrets).length).toBeGreaterThanOrEqual(6);
    const found = findSecrets(story.evidence, story.secrets);
    console.log(
      `secrets: ${Object.keys(story.secrets).length} secrets, ${Object.keys(story.evidence).length} texts of ` +
        `${Object.values(story.evidence).reduce((sum, text) => sum + text.length, 0)} characters, ${found.length} found`,
    );
    expect(found).toEqual([]);
  }, 300_000);
});

test.each([['text'], ['json']])('an error that repeats its statement shows no password, in %s', async (format) => {
  await using server = await startServer();
  using deployment = makeDeployment({ keys: { ...keys, BUS_DATABASE_PASSWORD_SEND: 'plaintext' } });
  const statements = () => proxy.sent().match(/CREATE ROLE[^;]*PASSWORD '[^']*'[^;]*/g) ?? [];
  const lie: Lie = ({ type, bytes }) => {
    const [statement] = statements();
    if (type !== 'C' || statement === undefined || !bytes.includes('CREATE ROLE')) return undefined;
    const password = /PASSWORD '([^']*)'/.exec(statement)?.[1] ?? '';
    const told = `(${statement}) ${encodeURIComponent(password)} ${Buffer.from(`x${password}`).toString('base64')}`;
    const long = `${'x'.repeat(8_170)} ${password}`;
    return message('E', `SERROR\0C42601\0Mnear "${statement}"\0D${told} ${long}\0H${told}\0W${told}\0\0`);
  };
  await using proxy = await startLyingProxy(server.port, lie, deployment.path(`.s.PGSQL.${server.port}`));
  deployment.write(
    'local/postgres-admin-dsn',
    `host=${deployment.directory} port=${server.port} user=postgres password=${server.password}\n`,
  );
  const { exit, stdout, stderr } = await deployment.run(['apply', '-vv', '-f', format]);
  expect([exit, statements().length > 0], stdout + stderr).toEqual([1, true]);
  const [, password = ''] = /PASSWORD '([^']*)'/.exec(statements()[0] ?? '') ?? [];
  expect(password.length).toBeGreaterThan(30);
  expect(findSecrets({ stdout, stderr }, { password, half: password.slice(0, 16) })).toEqual([]);
  expect(stdout + stderr).toContain("PASSWORD '***'");
});

test.each([['pencil'], ['ab'], ["it's"], ['postgres'], ['back\\slash'], ['two words']])(
  'a password that is a word, %j, is given to no new role, sent to no server, and in no answer',
  async (weak) => {
    const sql = weak.replaceAll("'", "''");
    const percent = encodeURIComponent(weak);
    await using server = await startServer();
    using deployment = makeDeployment({
      keys: {
        BUS_DATABASE_NAMES: 'app',
        BUS_DATABASE_SERVICE_ROLE: 'svc',
        BUS_DATABASE_SERVICE_HOST: '127.0.0.1',
        BUS_DATABASE_PASSWORD_SEND: 'plaintext',
      },
    });
    await using proxy = await startLyingProxy(server.port, () => undefined, deployment.path(`.s.PGSQL.${server.port}`));
    const { directory } = deployment;
    deployment.write(
      'local/postgres-admin-dsn',
      `host=${directory} port=${server.port} user=postgres password=${server.password}\n`,
    );
    deployment.write('local/dsn/app.dsn', `postgresql://svc:${percent}@127.0.0.1:${server.port}/app\n`);
    for (const format of ['text', 'json']) {
      const { exit, stdout, stderr } = await deployment.run(['apply', '-vv', '-f', format]);
      expect([exit, stdout], stdout + stderr).toEqual([4, expect.stringContaining('was not made here')]);
      expect(proxy.sent()).not.toContain('CREATE ROLE');
      // A word may well be a name; it is never beside what tells of a password.
      const lines = (stdout + stderr).split(/\n|\\n|","/).filter((line) => /password/i.test(line));
      expect(lines.length).toBeGreaterThan(0);
      for (const form of [sql, percent, JSON.stringify(weak)]) {
        const whole = new RegExp(`(^|[^a-z])${escaped(form)}([^a-z]|$)`);
        expect(lines.filter((line) => whole.test(line.replace(/postgres@|provider postgres/g, '')))).toEqual([]);
      }
    }
  },
);

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

test('a secret that is a declared name masks it in no saved plan, which can be applied', async () => {
  const name = 'Billing-2024';
  await using server = await startServer();
  await server.query(`ALTER ROLE postgres PASSWORD '${name}'`);
  using deployment = makeDeployment({
    adminDsn: server.dsn('postgres', 'postgres', name),
    keys: { BUS_DATABASE_NAMES: `${name},app`, BUS_DATABASE_SERVICE_ROLE: 'Svc-{database}', BUS_DEPLOYMENT_ID: name },
  });
  const planned = await deployment.run(['plan', '--save', 'plan.json', '-vv']);
  expect([planned.exit, planned.stdout], planned.stderr).toEqual([0, expect.stringContaining(`Svc-${name}`)]);
  expect(readFileSync(deployment.path('plan.json'), 'utf8')).not.toContain('***');
  const applied = await deployment.run(['apply', '--plan', 'plan.json', '-f', 'json']);
  expect(applied.exit, applied.stdout + applied.stderr).toBe(0);
  expect(JSON.parse(applied.stdout).steps).toContainEqual(expect.objectContaining({ action: 'create-database' }));
});

interface Story {
  readonly server: Server;
  readonly deployment: Deployment;
  readonly adminDsn: string;
  readonly evidence: Record<string, string>;
  readonly secrets: Record<string, string>;
  /** Runs the command and keeps what it said; `exits` are those it may end with. */
  run(args: readonly string[], exits: readonly number[], options?: RunOptions): Promise<void>;
  /** Keeps what the DSN files hold by now, staged ones too. */
  learn(): void;
}

function createStory(server: Server, deployment: Deployment, adminDsn: string): Story {
  const secrets: Record<string, string> = {
    "the admin's password": adminPassword,
    'the admin DSN': adminDsn,
    "the admin's password as in the DSN": parseDsn(adminDsn).password ?? '',
  };
  const evidence: Record<string, string> = {};
  const learn = () => {
    for (const [file, content] of Object.entries(filesIn(deployment.path('local', 'dsn')) ?? {})) {
      const dsn = content.trim();
      const { password = '' } = dsn === '' ? {} : parseDsn(dsn);
      if (password !== '') secrets[`password ${password.slice(0, 3)}… in ${file}`] = password;
    }
  };
  let runs = 0;
  const run = async (args: readonly string[], exits: readonly number[], options: RunOptions = {}) => {
    const { exit, stdout, stderr } = await deployment.run(args, { timeoutMs: 60_000, ...options });
    runs += 1;
    evidence[`output ${runs} of ${args.join(' ')}`] = `${stdout}\n${stderr}`;
    expect(exits, `${args.join(' ')} ended with ${exit}:\n${stdout}${stderr}`).toContain(exit);
    learn();
  };
  return { server, deployment, adminDsn, evidence, secrets, run, learn };
}

async function tellStory(story: Story): Promise<void> {
  const { server, deployment, run } = story;
  await run(['doctor'], [0, 1]);
  await run(['plan', '-vv'], [0]);
  await run(['plan', '--sql'], [0]);
  await run(['plan', '--save', 'plan.json', '-f', 'json'], [0]);
  story.evidence['the saved plan'] = readFileSync(deployment.path('plan.json'), 'utf8');
  await run(['apply', '--plan', 'plan.json', '-vv'], [0]);
  for (const verb of ['plan', 'apply', 'status', 'verify', 'report', 'doctor'])
    await run([verb, '-f', 'json', '-vv'], [0, 1]);

  await run(['report', '-o', 'report.html'], [0]);
  story.evidence['the page of a report'] = readFileSync(deployment.path('report.html'), 'utf8');

  await wrongInputs(story);
  await server.query('GRANT CONNECT ON DATABASE app TO PUBLIC');
  await run(['apply', '-vv'], [4]);
  await run(['apply', '--allow', 'revoke', '--rotate', 'svc', '-vv'], [0]);
  await collidingRotation(story);
  await killedRotations(story);
  await run(['apply', '--rotate', 'svc', '--rotate', 'reporting', '-f', 'json'], [0]);
  await run(['verify', '-vv'], [0]);
}

/** Everything that is refused before, at and after connecting. */
async function wrongInputs({ server, deployment, adminDsn, secrets, run }: Story): Promise<void> {
  const wrong = 'wr0ng pass/word#';
  secrets['a wrong password'] = wrong;
  const { user = '' } = parseDsn(adminDsn);
  const dsns: readonly (readonly [dsn: string, exits: readonly number[]])[] = [
    [server.dsn('postgres', user, wrong), [1]],
    [server.dsn('nowhere', user, adminPassword), [1, 2]],
    [server.dsn('postgres', 'nobody_here', wrong), [1]],
    [`${adminDsn}?sslmode=verify-full`, [1, 2]],
    [`${adminDsn}?no_such_parameter=1`, [2]],
    [`postgresql://${user}:${wrong}@127.0.0.1:${server.port}:x/postgres`, [1, 2]],
    [`host=127.0.0.1 port=${server.port} user=${user} password='${wrong} dbname=postgres`, [2]],
    [adminDsn.replace(/:\d+\//, ':1/'), [1]],
  ];
  for (const [dsn, exits] of dsns) {
    deployment.write('local/postgres-admin-dsn', `${dsn}\n`);
    await run(['plan', '-vv'], exits);
  }
  await run(['doctor', '-vv'], [1, 2]);
  deployment.write('local/postgres-admin-dsn', `${adminDsn}\n`, 0o644);
  await run(['plan', '-vv'], [2]);
  await run(['doctor', '-vv'], [1, 2]);
  deployment.write('local/postgres-admin-dsn', `${adminDsn}\n${adminDsn}\n`);
  await run(['plan', '-vv'], [2]);
  deployment.write('local/postgres-admin-dsn', `${adminDsn}\n`);
  await run(['plan', '-vv'], [2], { env: { BUS_POSTGRES_ADMIN_DSN: adminDsn } });
  deployment.write('broken.env', `BUS_POSTGRES_ADMIN_DSN="${adminDsn.replaceAll('"', '')}\n`);
  await run(['plan', '--env-file', 'broken.env', '-vv'], [2]);
}

/** The statement that carries the new verifier fails on the server, which logs it whole, and is tried again. */
async function collidingRotation({ server, run }: Story): Promise<void> {
  const other = new Client({ connectionString: server.dsn(), ssl: false });
  await other.connect();
  await other.query('BEGIN; ALTER ROLE svc CONNECTION LIMIT 50');
  const rotation = run(['apply', '--rotate', 'svc', '-vv'], [0]);
  await waitUntil(async () => {
    const [row] = await server.query<{ waits: boolean }>(
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock') AS waits",
    );
    return row?.waits === true;
  });
  await other.query('COMMIT');
  await other.end();
  await rotation;
}

/** Killed and interrupted as soon as a new password is staged; it is learnt before the next run. */
async function killedRotations({ deployment, evidence, learn }: Story): Promise<void> {
  const isStaged = () =>
    Object.keys(filesIn(deployment.path('local', 'dsn')) ?? {}).some((name) => name.endsWith('.staged'));
  for (const [index, signal] of (['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGKILL'] as const).entries()) {
    const running = deployment.start(['apply', '--rotate', 'svc', '-vv'], { timeoutMs: 60_000 });
    let hasEnded = false;
    const answer = running.answer.finally(() => {
      hasEnded = true;
    });
    await waitUntil(async () => hasEnded || isStaged());
    learn();
    running.signal(signal);
    const { stdout, stderr } = await answer;
    evidence[`output of a run ended by ${signal}, ${index}`] = `${stdout}\n${stderr}`;
    learn();
  }
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not happen within 30 s');
    await sleep(2);
  }
}

/** An admin whose password is hard to hide; it is set without a line in the log. */
async function makeAdmin(server: Server, admin: Admin): Promise<string> {
  const name = admin === 'superuser' ? 'root_admin' : 'deploy_admin';
  if (admin === 'superuser') await server.query(`CREATE ROLE ${name} SUPERUSER LOGIN`);
  else await createPlainAdmin(server, name);
  await server.query(`ALTER ROLE ${name} PASSWORD '${adminPassword.replaceAll("'", "''")}'`, { isQuiet: true });
  return server.dsn('postgres', name, adminPassword);
}
