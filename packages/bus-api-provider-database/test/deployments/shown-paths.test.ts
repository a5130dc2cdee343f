import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  advise,
  type Configuration,
  command,
  type Diagnostic,
  inMessage,
  type Remedy,
  type Response,
  say,
  type Wording,
} from 'bus-integration-database';
import { describe, expect, it, test } from 'vitest';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';
import { showPaths } from '../../src/deployments/shown-paths.ts';
import { createApp } from '../../src/http/app.ts';

interface Place {
  readonly cwd?: string;
  readonly directory?: string;
  readonly file?: string;
}

/** What a client sees of a finding. */
function told(
  finding: Omit<Diagnostic, 'severity' | 'code'>,
  { cwd = '/srv/shop', directory = './local/dsn', file = '/etc/shop/its dsn' }: Place = {},
): Diagnostic {
  const response: Response = {
    ok: false,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [{ severity: 'fail', code: 'x', ...finding }],
  };
  const credentials = { key: 'BUS_POSTGRES_ADMIN_DSN_FILE', file };
  const configuration = { dsnOutputDirectory: directory, credentials } as Configuration;
  const [first] = showPaths(configuration, cwd)(response).diagnostics;
  if (first === undefined) throw new Error('no finding');
  return first;
}

const path = (of: string) => ({ path: of });

it.each<[wording: Wording, shown: string]>([
  [say`${path('/srv/shop/local/dsn/bus_auth.dsn')} is missing`, './bus_auth.dsn is missing'],
  [say`${path('./bus_auth.dsn')} is missing`, './bus_auth.dsn is missing'],
  [say`${path('/srv/shop/local/dsn')} is open`, '. is open'],
  [say`'${path('./local/dsn')}' is open`, "'.' is open"],
  [say`${path('./local/dsn/')} is ignored by git`, '. is ignored by git'],
  [say`${path('/srv/shop/local/admin-dsn')} is missing.`, './local/admin-dsn is missing.'],
  [say`${path('/srv/shop/local/dsn2')} and ${path('/srv/shopping')} stay`, './local/dsn2 and /srv/shopping stay'],
  // Words stay, whatever is in them.
  ['x/srv/shop/local/dsn', 'x/srv/shop/local/dsn'],
  ['/srv/shop/local/dsn/x is said', '/srv/shop/local/dsn/x is said'],
  [say`'${path('/etc/shop/its dsn')}' is empty`, "'BUS_POSTGRES_ADMIN_DSN_FILE' is empty"],
  [
    say`${path('/etc/shop')}, which holds ${path('/etc/shop/its dsn')}, is open`,
    '…, which holds BUS_POSTGRES_ADMIN_DSN_FILE, is open',
  ],
  [say`${path('/etc/shop')} is open`, '/etc/shop is open'],
])('%j', (wording, shown) => {
  expect(told(inMessage(wording))).toMatchObject({ message: shown });
});

it("what names the admin DSN's file in words is hidden whole, in the parts of the text and in advice too", () => {
  const hidden = 'not told here: it says where BUS_POSTGRES_ADMIN_DSN_FILE lies';
  expect(
    told({
      ...inMessage(say`/etc/shop/its dsn is beside ${path('./x.dsn')}`),
      ...advise(['look at ', command('ls', { path: './x.dsn' }), ', then at /etc/shop/its dsn']),
    }),
  ).toEqual({
    severity: 'fail',
    code: 'x',
    message: hidden,
    remedy: hidden,
    advice: [
      { kind: 'text', text: 'look at ' },
      { kind: 'command', argv: ['ls', expect.anything()] },
      { kind: 'text', text: hidden },
    ],
  });
});

it("a target that is one of the text's paths is told as that", () => {
  const of = (file: string) => told({ ...inMessage(say`${path(file)} is open`), target: file }).target;
  expect(of('/srv/shop/local/dsn/a.dsn')).toBe('./a.dsn');
  expect(of('/etc/shop/its dsn')).toBe('BUS_POSTGRES_ADMIN_DSN_FILE');
  expect(told({ ...inMessage(say`${path('/srv/shop')} is open`), target: 'svc' }).target).toBe('svc');
});

/** What a regular expression, a pattern of a shell or a replacement would take for more than it is. */
describe.each<[string, string]>([
  ['blanks', ' a b '],
  ['a regular expression', 'a.*[b](c)|d+^$\\'],
  ['a replacement', "$&$1$`$'"],
  ['a pattern of a shell', '*?[!a]{b,c}~'],
  ['quotes', `'"\``],
  ['an end like a DSN file', 'x.dsn'],
  ['dots', '..a'],
])('paths with %s', (_, name) => {
  const root = `/srv/${name}`;
  const place: Place = { cwd: `${root}/shop`, directory: `./${name}`, file: `${root}/shop/${name}.admin` };
  const out = `${root}/shop/${name}`;
  const shown = (text: string) => told(inMessage(say`of ${path(text)}!`), place).message;

  test('are told by their fields alone', () => {
    expect(shown(`${out}/app.dsn`)).toBe('of ./app.dsn!');
    expect(shown(out)).toBe('of .!');
    expect(shown(`${out}.admin`)).toBe('of BUS_POSTGRES_ADMIN_DSN_FILE!');
    // What one is the beginning of.
    expect(shown(`${out}.admin2`)).toBe(`of ./${name}.admin2!`);
    expect(shown(`${root}/shopping`)).toBe(`of ${root}/shopping!`);
  });

  test('are hidden beside the admin DSN', () => {
    const beside = say`${path(root)}, which holds ${path(`${out}.admin`)}, and ${path(`${root}/other`)}`;
    const remedy: Remedy = [command('chmod', 'go-w', path(root)), ' or ', { kind: 'path', path: `${out}.admin` }];
    const finding = told({ ...inMessage(beside), ...advise(remedy), target: `${out}.admin` }, place);
    expect(finding).toMatchObject({
      message: '…, which holds BUS_POSTGRES_ADMIN_DSN_FILE, and …',
      remedy: "chmod go-w '…' or BUS_POSTGRES_ADMIN_DSN_FILE",
      target: 'BUS_POSTGRES_ADMIN_DSN_FILE',
    });
    expect(JSON.stringify(finding)).not.toContain(JSON.stringify(name).slice(1, -1));
  });
});

it('a DSN file of the name that the admin DSN has elsewhere is not an admin DSN', () => {
  const place = { file: '/srv/shop/admin.dsn' };
  expect(told(inMessage(say`${path('./admin.dsn')} is missing`), place).message).toBe('./admin.dsn is missing');
});

it.each<[Remedy, string]>([
  [command('chmod', '700', { path: '.' }), 'chmod 700 KEY'],
  [command('chmod', '700', { path: '/srv/shop/local/dsn/' }), 'chmod 700 KEY'],
  [command('chmod', 'go-w', { path: '/srv/shop' }), 'chmod go-w .'],
  [command('chmod', '600', { path: './bus_auth.dsn' }), 'chmod 600 KEY/bus_auth.dsn'],
  [
    ['keep it: ', command('mv', { path: './a%2Eb.svc.dsn' }, { path: './a%2Eb.svc.dsn.kept' })],
    'keep it: mv KEY/a%2Eb.svc.dsn KEY/a%2Eb.svc.dsn.kept',
  ],
  [
    [command('git', 'rm', '-r', '--cached', '--', { path: './local/dsn/' }), '; then change the secret'],
    'git rm -r --cached -- KEY; then change the secret',
  ],
  [
    { kind: 'edit', change: 'append', file: { path: '/srv/shop/.git/info/exclude' }, text: ['/local/'] },
    "printf '%s\\n' '/local/' >> ./.git/info/exclude",
  ],
  [command('chmod', '600', { path: '/etc/shop/dsn' }), `chmod 600 "$\{BUS_POSTGRES_ADMIN_DSN_FILE:?}"`],
  [['edit ', { kind: 'path', path: './bus_auth.dsn' }, ': change it'], 'edit ./bus_auth.dsn: change it'],
])('advice names the output directory by its key: %j', (remedy, shown) => {
  const finding = told({ message: 'no', ...advise(remedy) }, { file: '/etc/shop/dsn' });
  expect(finding.remedy).toBe(shown.replaceAll('KEY', `"$\{BUS_DATABASE_DSN_OUTPUT_DIR:?}"`));
});

it.each<[remedy: Remedy, shown: string]>([
  [command('chmod', '600', path('/etc/shop/its dsn')), `chmod 600 "$\{BUS_POSTGRES_ADMIN_DSN_FILE:?}"`],
  [command('chmod', 'go-w', path('/etc/shop')), "chmod go-w '…'"],
  [['leave it (it stands in ', { kind: 'path', path: '/etc/shop' }, ')'], 'leave it (it stands in …)'],
  [command('chmod', '600', path('/srv/shop/local/dsn/a.dsn')), `chmod 600 "$\{BUS_DATABASE_DSN_OUTPUT_DIR:?}"/a.dsn`],
])("a remedy tells no more than its message about the admin DSN's file does: %j", (remedy, shown) => {
  expect(told({ ...inMessage(say`${path('/etc/shop/its dsn')} is open`), ...advise(remedy) }).remedy).toBe(shown);
});

it.each([
  ['/etc/shop/its dsn is open', false],
  ["set it to '/etc/shop/its dsn'", false],
  ['/etc/shop/its dsn.', false],
  ['/etc/shop/its dsn2 is open', true],
  ['./etc/shop/its dsn is open', true],
  ['/etc/other is open', true],
])('words that name the file of the admin DSN are not told: %s', (text, isTold) => {
  const { message, remedy, target } = told({ message: text, remedy: text, target: text });
  const hidden = 'not told here: it says where BUS_POSTGRES_ADMIN_DSN_FILE lies';
  expect([message, remedy, target]).toEqual(
    isTold ? [text, text, text] : [hidden, hidden, 'BUS_POSTGRES_ADMIN_DSN_FILE'],
  );
});

it('an absolute directory, and the root', () => {
  const absolute = { directory: '/var/lib/dsn/' };
  expect(told(inMessage(path('/var/lib/dsn/a.dsn')), absolute).message).toBe('./a.dsn');
  expect(told(inMessage(path('/dsn/a.dsn')), { directory: '/dsn', cwd: '/' }).message).toBe('./a.dsn');
  expect(told(inMessage(path('/x')), { directory: '/dsn', cwd: '/' }).message).toBe('/x');
});

/** What a server that runs there answers to each question, as text. */
async function answersOf(env: Readonly<Record<string, string>>, cwd: string): Promise<(readonly [string, string])[]> {
  const processContext = { env, cwd, homeDirectory: '/', osUser: 'tester', uid: process.getuid?.() ?? 0 };
  const deployments = await deploymentFromEnvironment(processContext, createProviders());
  const { server } = await createApp({ providers: ['postgres'], deployments });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const answers: (readonly [string, string])[] = [];
  for (const verb of ['plan', 'status', 'doctor']) {
    answers.push([verb, await (await fetch(`${url}/api/internal/database/${verb}`)).text()]);
  }
  await server.close();
  return answers;
}

it.each([
  ['is missing', () => {}],
  ['is open', (file: string) => writeFileSync(file, 'x\n', { mode: 0o644 })],
  ['is empty', (file: string) => writeFileSync(file, '', { mode: 0o600 })],
  ['is a directory', (file: string) => mkdirSync(file)],
  ['is a link', (file: string) => symlinkSync(`${file}.elsewhere`, file)],
  [
    'is not a DSN, in a directory of all',
    (file: string) => {
      writeFileSync(file, 'x\n', { mode: 0o600 });
      chmodSync(join(file, '..'), 0o777);
    },
  ],
] as const)('where the admin DSN lies is not told when it %s', async (_, make) => {
  const directory = mkdtempSync(join(tmpdir(), "else where's $&(x)[y]*+?-"));
  const file = join(directory, 'the-admin-dsn');
  make(file);
  try {
    for (const cwd of ['/', process.cwd()]) {
      const env = {
        BUS_DEPLOYMENT_ID: 'example-dev',
        BUS_DATABASE_PROVIDER: 'postgres',
        BUS_POSTGRES_ADMIN_DSN_FILE: file,
        BUS_DATABASE_NAMES: 'bus_auth',
        BUS_DATABASE_SERVICE_ROLE: 'bus_service',
        BUS_DATABASE_DSN_OUTPUT_DIR: join(directory, 'dsn'),
      };
      for (const [path, body] of await answersOf(env, cwd)) {
        expect([path, body]).toEqual([path, expect.stringContaining('BUS_POSTGRES_ADMIN_DSN_FILE')]);
        expect([path, body]).toEqual([path, expect.not.stringContaining('the-admin-dsn')]);
        expect([path, body.replaceAll(join(directory, 'dsn'), '')]).toEqual([
          path,
          expect.not.stringContaining(directory),
        ]);
      }
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it.each<[what: string, dsn: string, env: Readonly<Record<string, string>>, told: string]>([
  [
    'a root certificate that is missing',
    "sslmode=verify-full sslrootcert='certs/no root.crt'",
    {},
    'sslrootcert (from the connection string) names ./certs/no root.crt, which is not there',
  ],
  ['a key that others may read', 'sslmode=require sslcert=open sslkey=open', {}, 'is ./open with mode 0644'],
  ['a password file that others may read', 'passfile=open', {}, 'password file ./open is not used: group or others'],
  ['a service file that is missing', 'service=x', { PGSERVICEFILE: 'svc (1).conf' }, 'service file ./svc (1).conf can'],
])('what the admin DSN names is told as it lies beside the server: %s', async (_, dsn, more, says) => {
  const cwd = mkdtempSync(join(tmpdir(), 'else where $&(x)[y]*+?-'));
  try {
    writeFileSync(join(cwd, 'admin dsn'), `host=127.0.0.1 port=1 user=a ${dsn}\n`, { mode: 0o600 });
    writeFileSync(join(cwd, 'open'), '*:*:*:*:x\n', { mode: 0o644 });
    const env = {
      ...more,
      BUS_DEPLOYMENT_ID: 'example-dev',
      BUS_DATABASE_PROVIDER: 'postgres',
      BUS_POSTGRES_ADMIN_DSN_FILE: './admin dsn',
      BUS_DATABASE_NAMES: 'bus_auth',
      BUS_DATABASE_SERVICE_ROLE: 'bus_service',
      BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
    };
    const answers = await answersOf(env, cwd);
    expect(answers.at(-1)).toEqual(['doctor', expect.stringContaining(says)]);
    for (const [verb, body] of answers) {
      expect([verb, body]).toEqual([verb, expect.not.stringContaining(cwd)]);
      expect([verb, body]).toEqual([verb, expect.not.stringContaining('admin dsn')]);
    }
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
