// The outputs of a manifest on a real server: every form written, read back, tried and rotated; what stands on the disk
// decides whether it is current, drifted, or holds the password.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMutating, type Response } from 'bus-integration-database';
import { createPlainAdmin, pgBouncerPath, type Server, startPgBouncer, startServer } from 'embedded';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDeployment, type Deployment, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

let made = 0;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  made += 1;
  return () => folder[Symbol.dispose]();
});

/** Names of this test alone: `app` is `app_3`. */
const own = (text: string) => text.replace(/\b(app|report|orders|billing)\b/g, `$1_${made}`);

function deploy(manifest: string, keys: Readonly<Record<string, string>> = {}): Deployment {
  const deploymentId = 'example-dev';
  return createDeployment({ adminDsn, folder: folder.path, deploymentId, desired: fromManifest(own(manifest), keys) });
}

async function applied(deployment: Deployment, flags = {}): Promise<Response> {
  const answer = await deployment.apply(flags);
  expect(answer.ok, explain(answer)).toBe(true);
  return answer;
}

async function settled(deployment: Deployment): Promise<void> {
  const again = await deployment.plan();
  expect(stepLines(again.steps), explain(again)).toEqual([]);
  const status = await deployment.status();
  expect(status.drift?.filter(isMutating)).toEqual([]);
  for (const { state, password } of status.dsn_files ?? []) expect([state, password]).toEqual(['current', 'proven']);
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(true);
}

const read = (path: string) => readFileSync(join(folder.path, own(path)), 'utf8');
const write = (path: string, text: string) => writeFileSync(join(folder.path, own(path)), text, { mode: 0o600 });
const modeOf = (path: string) => statSync(join(folder.path, own(path))).mode & 0o7777;
const passwordIn = (uri: string) => decodeURIComponent(new URL(uri.trim()).password);
const stepsOf = (answer: Response) => stepLines(answer.steps).filter((line) => line.includes('file'));

const base = `
roles: {app: {login: true}, report: {login: true}}
every_database: {access: {app: create, report: create}}
databases: {orders: {}, billing: {}}
`;
const all = `${base}
outputs:
  - {form: uri}
  - {form: env, roles: [app], databases: [orders], file: "env/{database}.env", variable: "{DATABASE}_URL"}
  - {form: env, roles: [app], file: env/all.env, variable: "{DATABASE}_URL", mode: 0640}
  - {form: env, roles: [report], databases: [orders], file: env/report.env}
  - {form: pgpass, file: pgpass}
  - {form: service, roles: [report, app], databases: [billing, orders], file: pg_service.conf}
  - {form: jdbc, roles: [app], file: "jdbc/{database}.{role}"}
  - {form: secret, roles: [app], file: "k8s/{database}-web.yaml", namespace: shop, pooler: "pool.example:6432"}
`;

describe('every form', () => {
  test('is written in its place with one password for each role, and found as it is to be', async () => {
    const deployment = deploy(all);
    const plan = await deployment.plan();
    expect(stepsOf(plan).map((line) => line.replaceAll(`_${made}`, ''))).toMatchInlineSnapshot(`
      [
        "write-dsn-file ./local/dsn/orders.app.dsn",
        "write-dsn-file ./env/orders.env",
        "write-dsn-file ./env/all.env",
        "write-dsn-file ./pgpass",
        "write-dsn-file ./jdbc/orders.app",
        "write-dsn-file ./k8s/orders-web.yaml",
        "write-dsn-file ./local/dsn/orders.report.dsn",
        "write-dsn-file ./env/report.env",
        "write-dsn-file ./local/dsn/billing.app.dsn",
        "write-dsn-file ./pg_service.conf",
        "write-dsn-file ./jdbc/billing.app",
        "write-dsn-file ./k8s/billing-web.yaml",
        "write-dsn-file ./local/dsn/billing.report.dsn",
      ]
    `);
    await applied(deployment);
    await settled(deployment);
    const uri = read('local/dsn/orders.app.dsn').trim();
    expect(read('env/orders.env')).toBe(`ORDERS_${made}_URL=${uri}\n`);
    expect(read('env/all.env').split('\n')).toHaveLength(3);
    expect(modeOf('env/all.env')).toBe(0o640);
    expect(modeOf('env/orders.env')).toBe(0o600);
    expect(modeOf('env')).toBe(0o700);
    const passwords = new Set([passwordIn(uri), passwordIn(read('local/dsn/billing.app.dsn'))]);
    const [password] = passwords;
    expect(passwords.size).toBe(1);
    const { metadata, stringData } = parse(read('k8s/orders-web.yaml'));
    expect(metadata).toEqual({ name: `orders-${made}-web`, namespace: 'shop' });
    expect(stringData.password).toBe(password);
    expect(stringData['pooler-uri']).toContain('@pool.example:6432/');
    expect(
      read('pgpass')
        .split('\n')
        .filter((line) => line.includes(own(':app:')) && line.endsWith(`:${password}`)),
    ).toHaveLength(2);
    expect(read('pg_service.conf')).toContain(own('[billing.report]'));
    expect(read('jdbc/orders.app')).toContain(`password=${password}`);
    const status = await deployment.status();
    expect(status.dsn_files).toHaveLength(4 + 1 + 2 + 1 + 4 + 4 + 2 + 2);
    const verified = await deployment.verify();
    const byId = verified.connectivity?.filter(({ id }) => id === 'output-file');
    expect(byId).toHaveLength(1 + 2 + 1 + 4 + 4 + 2 + 2);
  });

  test('is rotated in all its files at once, and the other role keeps its password', async () => {
    const deployment = deploy(all);
    await applied(deployment);
    const before = {
      app: passwordIn(read('local/dsn/orders.app.dsn')),
      report: passwordIn(read('local/dsn/orders.report.dsn')),
    };
    await applied(deployment, { rotate: [own('app')] });
    const texts = ['env/all.env', 'pgpass', 'pg_service.conf', 'jdbc/orders.app', 'k8s/billing-web.yaml'].map(read);
    for (const text of texts) expect(text.includes(before.app)).toBe(false);
    expect(read('pgpass')).toContain(before.report);
    expect(passwordIn(read('local/dsn/orders.report.dsn'))).toBe(before.report);
    await applied(deployment, { rotate: [own('app'), own('report')] });
    await settled(deployment);
    for (const text of [...texts, ...['pgpass', 'env/report.env'].map(read)].slice(5))
      expect(text.includes(before.report)).toBe(false);
  });
});

describe('what stands on the disk', () => {
  test.each(['env/all.env', 'pgpass', 'pg_service.conf', 'jdbc/orders.app', 'k8s/orders-web.yaml'])(
    '%s that is gone or drifted is written again, and all others gone it is where the password is found',
    async (file) => {
      const deployment = deploy(all);
      await applied(deployment);
      const text = read(file);
      rmSync(join(folder.path, own(file)));
      expect(stepsOf(await deployment.plan())).toEqual([`write-dsn-file ./${own(file)}`]);
      expect((await deployment.verify()).ok).toBe(false);
      await applied(deployment);
      expect(read(file)).toBe(text);
      write(file, text.replace('127.0.0.1', '127.0.0.2'));
      chmodSync(join(folder.path, own(file)), modeOf('env/all.env') && file === 'env/all.env' ? 0o640 : 0o600);
      const failed = await deployment.verify();
      expect(failed.connectivity?.filter(({ result }) => result === 'fail').map(({ id }) => id)).toEqual([
        'output-file',
      ]);
      await applied(deployment);
      expect(read(file)).toBe(text);
      // Of role report only a file that holds it too.
      const holdsBoth = ['pgpass', 'pg_service.conf'].includes(file);
      const others = [
        'local/dsn/orders.app.dsn',
        'local/dsn/billing.app.dsn',
        'env/orders.env',
        'env/all.env',
        'pgpass',
        'pg_service.conf',
        'jdbc/orders.app',
        'jdbc/billing.app',
        'k8s/orders-web.yaml',
        'k8s/billing-web.yaml',
      ];
      const kept = holdsBoth ? [] : ['pgpass'];
      for (const other of others) if (other !== file && !kept.includes(other)) rmSync(join(folder.path, own(other)));
      if (kept.length > 0)
        write(
          'pgpass',
          read('pgpass')
            .split('\n')
            .filter((line) => !line.includes(own(':app:')))
            .join('\n'),
        );
      await applied(deployment);
      await settled(deployment);
      expect(read(file)).toBe(text);
    },
  );

  test('a mode that is not the desired one is put right', async () => {
    const deployment = deploy(all);
    await applied(deployment);
    chmodSync(join(folder.path, 'env/all.env'), 0o600);
    expect(stepsOf(await deployment.plan())).toEqual(['write-dsn-file ./env/all.env']);
    await applied(deployment);
    expect(modeOf('env/all.env')).toBe(0o640);
    chmodSync(join(folder.path, 'env/all.env'), 0o644);
    const refused = await deployment.plan();
    expect(refused.diagnostics[0]?.message).toMatch(/env\/all\.env is readable by others \(0644\)/);
    expect(refused.diagnostics[0]?.remedy).toBe('chmod 640 ./env/all.env');
    const { checks = [] } = await deployment.doctor();
    expect(checks.map(({ remedy }) => remedy)).toContain('chmod 640 ./env/all.env');
  });

  test.each([
    ['pgpass', /^chmod 600 \.\/pgpass$/],
    ['k8s/orders-web.yaml', /^chmod 600 \.\/k8s\/orders_\d+-web\.yaml$/],
  ])('%s that others may read is refused, with the chmod where it is ours', async (file, remedy) => {
    const deployment = deploy(all);
    await applied(deployment);
    const path = join(folder.path, own(file));
    chmodSync(path, 0o644);
    expect((await deployment.plan()).diagnostics[0]?.remedy).toMatch(remedy);
    writeFileSync(path, 'of another program\n');
    expect((await deployment.plan()).diagnostics[0]?.remedy).toMatch(
      /^this is not a file of a secret alone \(it holds/,
    );
  });

  test('lines of somebody else are not lost unless that is allowed', async () => {
    const deployment = deploy(`${base}\noutputs:\n  - {form: uri}\n  - {form: pgpass, file: pgpass}\n`);
    write('pgpass', 'db.example:5432:*:somebody:precious\n');
    const refused = await deployment.plan();
    expect(refused.error_class, explain(refused)).toBe('unsafe');
    expect(JSON.stringify(refused)).not.toContain('precious');
    await applied(deployment, { allow: ['destructive'] });
  });
});

describe('files of the form uri without a path', () => {
  const alone = 'roles: {app: {login: true}}\nevery_database: {access: {app: create}}\ndatabases: {orders: {}}\n';
  const beside = base.replace(', billing: {}', '');

  test('are named by the database while one role logs in; a second one leaves them behind, and no password is lost', async () => {
    await applied(deploy(alone));
    const dsn = read('local/dsn/orders.dsn');
    const two = deploy(beside);
    const plan = await two.plan();
    expect(stepsOf(plan)).toEqual([
      own('write-dsn-file ./local/dsn/orders.app.dsn'),
      own('write-dsn-file ./local/dsn/orders.report.dsn'),
    ]);
    // While it may be the only copy of the password nobody is told to remove it.
    expect(leftFiles(plan)).toEqual([]);
    await applied(two);
    expect(read('local/dsn/orders.app.dsn')).toBe(dsn);
    expect(leftFiles(await two.plan())).toEqual([own('orders.dsn')]);
    rmSync(join(folder.path, own('local/dsn/orders.dsn')));
    const one = deploy(alone);
    await applied(one);
    expect(read('local/dsn/orders.dsn')).toBe(dsn);
    expect(leftFiles(await one.plan())).toContain(own('orders.app.dsn'));
  });

  test('stay told under their earlier name, which no rotation may leave behind with the old password', async () => {
    await applied(deploy(alone));
    const two = deploy(beside);
    const codes = ({ diagnostics }: Response) => diagnostics.map(({ code }) => code);
    expect(codes(await two.plan())).toContain('dsn-file-moved');
    const early = await two.apply({ rotate: [own('app')] });
    expect([early.ok, codes(early)]).toEqual([false, expect.arrayContaining(['rotation-beside-left-file'])]);
    await applied(two);
    const old = read('local/dsn/orders.dsn');
    for (const answer of [await two.plan(), await two.status()]) {
      const told = answer.diagnostics.find(({ code }) => code === 'dsn-file-moved');
      expect(told?.message, explain(answer)).toBe(
        own(
          "the file of role app is ./local/dsn/orders.app.dsn; services that read ./local/dsn/orders.dsn have to move to it: nothing keeps ./local/dsn/orders.dsn up to date, and the role's password can't be rotated until it is gone",
        ),
      );
    }
    const rotated = await two.apply({ rotate: [own('app')] });
    expect([rotated.ok, rotated.error_class, codes(rotated)]).toEqual([
      false,
      'unsafe',
      expect.arrayContaining(['rotation-beside-left-file']),
    ]);
    expect((await two.verify()).ok).toBe(true);
    rmSync(join(folder.path, own('local/dsn/orders.dsn')));
    await applied(two, { rotate: [own('app')] });
    await settled(two);
    expect(codes(await two.plan())).not.toContain('dsn-file-moved');
    // As a backup brings it back.
    write('local/dsn/orders.dsn', old);
    const verified = await two.verify();
    expect([
      verified.ok,
      ...(verified.connectivity ?? []).filter(({ result }) => result === 'fail').map(({ id }) => id),
    ]).toEqual([false, 'left-file']);
  });

  test('have a twin with the address of the pooler', async () => {
    const pooled = deploy(
      `${beside}outputs: [{form: uri, pooler: "pool.example:6432"}, {form: uri, file: "x/{database}.{role}.dsn", pooler: "[::1]:6432"}]\n`,
    );
    await applied(pooled);
    const dsn = read('local/dsn/orders.app.dsn');
    const address = /127\.0\.0\.1:\d+/;
    expect(read('local/dsn/orders.app.pooler.dsn')).toBe(dsn.replace(address, 'pool.example:6432'));
    expect(read('x/orders.app.pooler.dsn')).toBe(dsn.replace(address, '[::1]:6432'));
  });

  const pooledBy = (port: number) =>
    deploy(
      `${alone}outputs: [{form: uri, pooler: "127.0.0.1:${port}"}, {form: secret, file: k8s/web.yaml, pooler: "127.0.0.1:${port}"}]\n`,
    );
  const loginsOf = ({ connectivity = [] }: Response) =>
    connectivity.filter(({ id }) => id === 'pooler-login').map(({ result, seen }) => `${result} ${seen}`);

  test('are unknown to verify, and never ok, while nothing listens where the pooler is to be', async () => {
    const deployment = pooledBy(1);
    await applied(deployment);
    const verified = await deployment.verify();
    expect([verified.ok, verified.complete]).toEqual([true, false]);
    expect(loginsOf(verified).map((line) => line.replace(/ by .* be tried/, ''))).toEqual([
      expect.stringMatching(/^unknown whether \S*pooler\.dsn logs in from here: .*127\.0\.0\.1:1/),
      expect.stringMatching(/^unknown whether \S*web\.yaml logs in from here: .*127\.0\.0\.1:1/),
    ]);
    const twins = verified.connectivity?.filter(({ seen }) => seen.includes('.pooler.dsn'));
    expect(twins?.map(({ result }) => result)).toEqual(['unknown']);
  });

  test('fail where the pooler refuses the login, or is of another cluster', async () => {
    await using other = await startServer();
    const deployment = pooledBy(other.port);
    await applied(deployment);
    const refused = await deployment.verify();
    expect([refused.ok, ...loginsOf(refused)]).toEqual([
      false,
      expect.stringMatching(/^fail \S+ does not log in by the pooler .*password authentication failed/),
      expect.stringMatching(/^fail \S+ does not log in by the pooler .*password authentication failed/),
    ]);
    const [role, database] = ['app', 'orders'].map(own);
    await other.query(`CREATE ROLE ${role} LOGIN PASSWORD '${passwordIn(read('local/dsn/orders.dsn'))}'`);
    await other.query(`CREATE DATABASE ${database}`);
    const elsewhere = await deployment.verify();
    expect([elsewhere.ok, ...loginsOf(elsewhere)]).toEqual([
      false,
      expect.stringMatching(/^fail \S+ leads by the pooler .* to another cluster: it was started at /),
      expect.stringMatching(/^fail \S+ leads by the pooler .* to another cluster: it was started at /),
    ]);
  });

  test.skipIf(pgBouncerPath() === undefined)('log in by a real pooler', async () => {
    await using pooler = await startPgBouncer(server, { mode: 'transaction' });
    const deployment = pooledBy(pooler.port);
    await applied(deployment);
    const verified = await deployment.verify();
    expect([verified.ok, ...loginsOf(verified)], explain(verified)).toEqual([
      true,
      expect.stringMatching(/^ok \S*pooler\.dsn logs in by the pooler /),
      expect.stringMatching(/^ok \S*web\.yaml logs in by the pooler /),
    ]);
  });
});

function leftFiles({ leftovers }: Response): string[] {
  return (leftovers ?? []).filter(({ kind }) => kind === 'dsn-file').map(({ name }) => name);
}

describe('a file of a rule that was taken out', () => {
  const login =
    'roles: {app: {login: true}, report: {login: true}}\nevery_database: {access: {app: create, report: create}}\ndatabases: {orders: {}}\n';
  const kept = '  - {form: env, roles: [report], file: env/report.env, mode: "0640"}\n';
  const forms = [
    ['env', 'web.env'],
    ['pgpass', 'pgpass'],
    ['service', 'services.conf'],
    ['jdbc', 'jdbc'],
    ['secret', 'web.yaml'],
  ] as const;
  const rules = forms.map(([form, name]) => `  - {form: ${form}, roles: [app], file: env/${name}}\n`).join('');

  test('is told as left over where other files of outputs are, as long as its password is in one of those', async () => {
    await applied(deploy(`${login}outputs:\n  - {form: uri}\n${kept}${rules}`));
    // Of somebody else, of another login beside ours, and with a password that nobody has.
    write('env/other.env', 'TOKEN=abc\n');
    write('env/mixed.env', `${read('env/web.env')}TOKEN=abc\n`);
    write('env/old.env', read('env/web.env').replace(/PGPASSWORD=.*/, 'PGPASSWORD=another'));
    const without = deploy(`${login}outputs:\n  - {form: uri}\n${kept}`);
    const paths = forms.map(([, name]) => `./env/${name}`).sort();
    for (const answer of [await without.plan(), await without.status()]) {
      expect(answer.ok, explain(answer)).toBe(true);
      expect(leftFiles(answer)).toEqual(paths);
      const first = answer.leftovers?.find(({ kind }) => kind === 'dsn-file');
      expect(first?.command).toBe('rm -- ./env/jdbc');
    }
    for (const path of paths) rmSync(join(folder.path, path));
    expect(leftFiles(await without.status())).toEqual([]);
  });

  test('is not told while it may be the only copy of its password', async () => {
    await applied(deploy(`${login}outputs:\n${kept}  - {form: env, roles: [app], file: env/app.env}\n`));
    const moved = deploy(`${login}outputs:\n${kept}  - {form: env, roles: [app], file: env/moved.env}\n`);
    const plan = await moved.plan();
    expect(plan.diagnostics.map(({ code }) => code)).toContain('password-lost');
    expect(leftFiles(plan)).toEqual([]);
  });
});

test('two services that read variables of their own names each get what they read', async () => {
  const deployment = deploy(`
roles: {app: {login: true}}
every_database: {access: {app: create}}
databases: {orders: {}, billing: {}}
outputs:
  - {form: uri}
  - {form: env, databases: [orders], file: env/auth.env, variable: BUS_AUTH_POSTGRES_DSN}
  - {form: env, databases: [billing], file: env/usage.env, variable: BUS_USAGE_DATABASE_URL}
`);
  await applied(deployment);
  const sourced = (file: string, name: string) =>
    execFileSync('sh', ['-c', `. "$0"; printf %s "$${name}"`, join(folder.path, file)], { encoding: 'utf8' });
  expect(sourced('env/auth.env', 'BUS_AUTH_POSTGRES_DSN')).toBe(deployment.dsn(own('orders.dsn')));
  expect(sourced('env/usage.env', 'BUS_USAGE_DATABASE_URL')).toBe(deployment.dsn(own('billing.dsn')));
});

describe('a place', () => {
  const one = (file: string, more = '') =>
    deploy(
      `roles: {app: {login: true}}\nevery_database: {access: {app: create}}\ndatabases: {orders: {}}\noutputs: [{form: env, file: "${file}"${more}}]\n`,
    );

  test('outside of the output directory needs none, and may be absolute', async () => {
    await applied(one(join(folder.path, 'far/off/app.env')));
    expect(modeOf('far/off/app.env')).toBe(0o600);
    expect(existsSync(join(folder.path, 'local/dsn'))).toBe(false);
  });

  test('in the deployment’s folder may be read by others, and not written', async () => {
    chmodSync(folder.path, 0o755);
    await applied(one('app.env'));
    chmodSync(folder.path, 0o775);
    const refused = await one('app.env').plan();
    expect(refused.diagnostics[0]?.message).toMatch(/may be written by others \(0775\), who could exchange the files/);
    expect(refused.diagnostics[0]?.remedy).toMatch(/^chmod go-w \./);
  });

  test.each([
    [
      'the directory',
      () => symlinkSync('elsewhere', join(folder.path, 'env')),
      /env is a symbolic link to .*elsewhere, expected a directory/,
    ],
    [
      'the file',
      () => {
        mkdirSync(join(folder.path, 'env'));
        symlinkSync('../elsewhere/victim', join(folder.path, 'env', own('app.env')));
      },
      /app_\d+\.env is a symbolic link to \.\.\/elsewhere\/victim/,
    ],
    [
      'the staged file',
      () => {
        mkdirSync(join(folder.path, 'env'));
        symlinkSync('../elsewhere/victim', join(folder.path, 'env', own('app.env.staged')));
      },
      /app_\d+\.env\.staged is a symbolic link to \.\.\/elsewhere\/victim/,
    ],
  ])('that is reached through a link is refused: %s', async (_, link, told) => {
    mkdirSync(join(folder.path, 'elsewhere'));
    writeFileSync(join(folder.path, 'elsewhere', 'victim'), 'precious', { mode: 0o600 });
    link();
    const refused = await one('env/app.env').apply();
    expect(refused.error_class, explain(refused)).toBe('invalid-request');
    expect(refused.diagnostics[0]?.message).toMatch(told);
    expect(readFileSync(join(folder.path, 'elsewhere', 'victim'), 'utf8')).toBe('precious');
  });

  test('that git would take is told by the doctor, and one that it has is a failure', async () => {
    execFileSync('git', ['init', '-q'], { cwd: folder.path });
    const deployment = one('k8s/app.env');
    const git = async () => (await deployment.doctor()).checks?.find(({ id }) => id === 'git-output-file');
    expect(await git()).toMatchObject({ result: 'warn', seen: expect.stringContaining('would be added by git') });
    await applied(deployment);
    execFileSync('git', ['add', '-f', '.'], { cwd: folder.path });
    expect(await git()).toMatchObject({ result: 'fail', seen: expect.stringContaining('is tracked by git') });
  });

  test.skipIf(process.getuid?.() !== 0)('is given to the owner that its rule names', async () => {
    chmodSync(folder.path, 0o755);
    const deployment = one('/run/bus-test-outputs/app.env', ', owner: "64010:64011", mode: 0440');
    try {
      await applied(deployment);
      const file = statSync(own('/run/bus-test-outputs/app.env'));
      expect([file.uid, file.gid, file.mode & 0o777]).toEqual([64_010, 64_011, 0o440]);
    } finally {
      rmSync('/run/bus-test-outputs', { recursive: true, force: true });
    }
  });
});

test('a password that a form can’t hold is refused before anything is done', async () => {
  const simple = 'roles: {app: {login: true}}\nevery_database: {access: {app: create}}\ndatabases: {orders: {}}\n';
  await applied(deploy(simple));
  const odd = 'it\'s "odd"';
  await server.query(own(`ALTER ROLE app PASSWORD '${odd.replace("'", "''")}'`));
  write(
    'local/dsn/orders.dsn',
    read('local/dsn/orders.dsn').replace(/:[^:@]*@/, `:${encodeURIComponent(odd).replace("'", '%27')}@`),
  );
  const refused = await deploy(`${simple}outputs: [{form: uri}, {form: env, file: app.env}]\n`).plan();
  expect(refused.error_class, explain(refused)).toBe('invalid-request');
  expect(refused.diagnostics.map(({ code }) => code)).toContain('output-form');
  expect(JSON.stringify(refused)).not.toContain('odd');
});
