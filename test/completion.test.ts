// Completion as a shell has it: the scripts in real shells on a pseudo-terminal, and what they ask.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flags, verbs } from '../packages/bus-operator-database/src/command-line/flag-table.ts';

const packages = join(import.meta.dirname, '../packages');
const programs = [
  'bus/bin/bus-operator',
  'bus-operator-database/bin/bus-operator-database',
  'bus-integration-database/bin/bus-integration-database',
  'bus-integration-postgres/bin/bus-integration-postgres',
  'bus-api-provider-database/bin/bus-api-provider-database',
];
let root: string;
let work: string;
let env: Readonly<Record<string, string>>;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'completion-'));
  work = join(root, 'work');
  const bin = join(root, 'bin');
  for (const directory of [work, bin, join(work, 'manifests')]) mkdirSync(directory);
  for (const program of programs) symlinkSync(join(packages, `${program}.js`), join(bin, basename(program)));
  // Tells in a file that it has answered.
  const telling = `#!/bin/sh\n'${packages}/bus/bin/bus.js' "$@"\nstatus=$?\necho >> '${join(work, 'answers')}'\nexit $status\n`;
  writeFileSync(join(bin, 'bus'), telling);
  chmodSync(join(bin, 'bus'), 0o755);
  writeFileSync(join(bin, 'bus-other'), '#!/bin/sh\ntouch was-run\n');
  chmodSync(join(bin, 'bus-other'), 0o755);
  const keys = [
    'BUS_DEPLOYMENT_ID=example-dev',
    'BUS_DATABASE_NAMES=bus_auth,bus_events',
    'BUS_DATABASE_SERVICE_ROLE=bus_service',
  ];
  writeFileSync(join(work, '.env'), `${keys.join('\n')}\n`, { mode: 0o600 });
  writeFileSync(join(work, 'manifests/shop.yaml'), shopManifest);
  // Of the environment only what a shell needs: nothing of whoever runs the tests is completed.
  env = { PATH: [bin, process.env.PATH].join(delimiter), HOME: root, TERM: 'xterm', LANG: 'C.UTF-8' };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const oddName = 'odd $(touch was-run) "\'name';
const shopManifest = `version: 1
deployment: shop
roles:
  shop_app: { login: true }
  ${JSON.stringify(oddName)}: { login: true }
databases:
  shop: {}
`;

function bus(args: readonly string[], cwd = work) {
  const { status, stdout, stderr } = spawnSync(join(packages, 'bus/bin/bus.js'), args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function candidates(...words: readonly string[]): string[] {
  const { status, stdout, stderr } = bus(['completion', 'candidates', '--', ...words]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

const database = ['bus', 'operator', 'database'];

describe('candidates', () => {
  test('are the programs, the families, the verbs', () => {
    expect(candidates('bus', '')).toEqual([
      'operator',
      'completion',
      'api-provider-database',
      'integration-database',
      'integration-postgres',
      'operator-database',
      'other',
    ]);
    expect(candidates('bus', '-v', '-C', '.', 'operator', '')).toEqual(['database']);
    expect(candidates(...database, '')).toEqual(Object.keys(verbs));
    expect(candidates('bus-integration-postgres', '')).toEqual(['hba', 'render-hba', 'serve']);
    expect(candidates('bus', 'integration-postgres', 'hba', '--major', '')).toEqual(['14', '15', '16', '17', '18']);
    expect(candidates('bus-api-provider-database', '--dep')).toEqual(['--deployments']);
  });

  test.each(Object.keys(verbs))('of %s are the flags that its line is read by', (verb) => {
    const known = flags.filter((flag) => flag.verbs === undefined || flag.verbs.some((one) => one === verb));
    const expected = known.map(({ name }) => `--${name}`).sort();
    for (const line of [[...database], ['bus-operator-database'], ['bus-operator', 'database']])
      expect(candidates(...line, verb, '--').sort()).toEqual(expected);
  });

  test('are the values of a flag, each once in a list', () => {
    expect(candidates(...database, 'plan', '-f', '')).toEqual(['text', 'json']);
    expect(candidates(...database, 'help', '-f', '')).toEqual(['text', 'json', 'opencli']);
    expect(candidates(...database, 'plan', '-vf', 'j')).toEqual(['json']);
    expect(candidates(...database, 'plan', '--format=j')).toEqual(['--format=json']);
    expect(candidates(...database, 'apply', '--allow', 'revoke,')).toEqual([
      'revoke,destructive',
      'revoke,elevate',
      'revoke,weaken-tls',
    ]);
    expect(candidates(...database, 'verify', '--explain', 'tls-o')).toEqual(['tls-off']);
    expect(candidates(...database, '--provider', '')).toEqual(['postgres']);
    expect(candidates('bus', 'completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
  });

  test('are no flag that stands there already, unless it may stand there again', () => {
    expect(candidates(...database, 'plan', '--adopt', '--check', '--adopt')).toEqual(['--adopt-from']);
    expect(candidates(...database, 'plan', '--rotate', 'x', '--rot')).toEqual(['--rotate']);
    expect(candidates(...database, 'plan', '--', '--a')).toEqual([]);
  });

  test('are the names that are declared here, by keys or by the manifest that the line names', () => {
    expect(candidates(...database, 'apply', '--rotate', '')).toEqual(['bus_service']);
    expect(candidates(...database, 'init', '--database=bus_e')).toEqual(['--database=bus_events']);
    expect(candidates(...database, '--deployment', '')).toEqual(['example-dev']);
    const inManifests = ['bus', '-C', 'manifests', 'operator', 'database', 'plan', '--manifest', 'shop.yaml'];
    expect(candidates(...inManifests, '--rotate', 'shop')).toEqual(['shop_app']);
    const named = ['-C', 'manifests', 'plan', '--manifest=shop.yaml', '--rotate'];
    expect(candidates(...database, ...named, '')).toEqual(['shop_app', oddName]);
    // Alone it loads no ./.env, and nothing is said of that.
    expect(candidates('bus-operator-database', 'apply', '--rotate', '')).toEqual([]);
  });

  test('are left to the shell where files are meant, and for the programs of others, which are not run', () => {
    expect(candidates(...database, 'plan', '--env-file', '')).toEqual([':files']);
    expect(candidates(...database, 'validate', 'man')).toEqual([':files']);
    expect(candidates('bus', '-C', '')).toEqual([':directories']);
    expect(candidates('bus', 'other', '')).toEqual([':files']);
    expect(existsSync(join(work, 'was-run'))).toBe(false);
  });

  test('are none where the configuration is wrong, without a word', () => {
    const cwd = join(root, 'wrong');
    mkdirSync(cwd);
    writeFileSync(join(cwd, '.env'), 'BUS_DATABASE_NAMES="\nsecret-of-a-file', { mode: 0o600 });
    const asked = ['completion', 'candidates', '--', ...database, 'apply', '--rotate', ''];
    expect(bus(asked, cwd)).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('bus completion', () => {
  test('says how each shell takes it', () => {
    const { status, stdout } = bus(['completion', '--help']);
    expect(status).toBe(0);
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) expect(stdout).toContain(`bus completion ${shell} >`);
  });

  test('writes the script to a new file', () => {
    expect(bus(['completion', 'bash', '-o', 'bus.bash'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(work, 'bus.bash'), 'utf8')).toBe(bus(['completion', 'bash']).stdout);
  });

  test.each([
    [[], 'no shell is named; expected bash, zsh, fish or powershell'],
    [['csh'], 'unknown shell csh; expected bash, zsh, fish or powershell'],
    [['bash', 'zsh'], 'unexpected argument zsh after bash'],
  ])('%j is refused', (args, why) => {
    const stderr = `bus completion: ${why}; see bus completion --help\n`;
    expect(bus(['completion', ...args])).toEqual({ status: 2, stdout: '', stderr });
  });
});

/** What is typed, and the arguments that the line has then. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ['bus compl\tba\t--qui\t', ['completion', 'bash', '--quiet']],
  ['bus operator database apply --allow el\t', ['operator', 'database', 'apply', '--allow', 'elevate']],
  ['bus operator database apply --rotate \t', ['operator', 'database', 'apply', '--rotate', 'bus_service']],
  ['bus operator database plan --format=js\t', ['operator', 'database', 'plan', '--format=json']],
  ['bus operator database validate man\tsh\t', ['operator', 'database', 'validate', 'manifests/shop.yaml']],
  [
    'bus operator database plan --env-file=man\tsh\t',
    ['operator', 'database', 'plan', '--env-file=manifests/shop.yaml'],
  ],
  [
    'bus operator database -C manifests plan --manifest shop.yaml --rotate od\t',
    ['operator', 'database', '-C', 'manifests', 'plan', '--manifest', 'shop.yaml', '--rotate', oddName],
  ],
];

const startUps = {
  bash: { args: ['--norc', '--noprofile', '-i'], init: 'source <(command bus completion bash)' },
  zsh: { args: ['-f', '-i'], init: 'autoload -Uz compinit; compinit -u -D; source <(command bus completion zsh)' },
  fish: { args: ['--no-config', '-i'], init: 'command bus completion fish | source' },
} as const;

const isThere = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  test.skipIf(!isThere(shell) || !isThere('script'))(
    'completes what is typed',
    async () => {
      const { args, init } = startUps[shell];
      const tell = shell === 'fish' ? 'function bus; node -- tell.mjs $argv; end' : 'bus() { node -- tell.mjs "$@"; }';
      const told = join(work, `told-${shell}`);
      writeFileSync(
        join(work, 'tell.mjs'),
        `import { appendFileSync } from 'node:fs';
       appendFileSync(process.env.TOLD, JSON.stringify(process.argv.slice(2)) + '\\n');`,
      );
      const line = ['exec', shell, ...args].join(' ');
      const child = spawn('script', ['-qec', line, '/dev/null'], {
        cwd: work,
        env: { ...env, TOLD: told },
        stdio: 'pipe',
      });
      let screen = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        screen += text;
      });
      const ended = new Promise((settle) => child.on('close', settle));
      const linesIn = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
      const answers = () => linesIn(join(work, 'answers'));
      const until = async (isDone: () => boolean) => {
        for (const end = Date.now() + 20_000; !isDone() && Date.now() < end; )
          await new Promise((go) => setTimeout(go, 20));
      };
      const untilStill = async () => {
        let [seen, since] = [-1, 0];
        await until(() => {
          if (screen.length !== seen) [seen, since] = [screen.length, Date.now()];
          return Date.now() - since > 400;
        });
      };
      child.stdin.write(`${init}\n${tell}\nbus ready\n`);
      await until(() => linesIn(told) === 1);
      for (const [index, [text]] of typed.entries()) {
        for (const part of text.split(/(?<=\t)/)) {
          const before = answers();
          child.stdin.write(part);
          await until(() => answers() > before);
          await untilStill();
        }
        child.stdin.write('\n');
        await until(() => linesIn(told) === index + 2);
      }
      child.stdin.end('exit\n');
      await ended;
      const lines = readFileSync(told, 'utf8')
        .trim()
        .split('\n')
        .map((one) => JSON.parse(one));
      expect(lines.slice(1), screen).toEqual(typed.map(([, words]) => words));
      expect(existsSync(join(work, 'was-run'))).toBe(false);
    },
    120_000,
  );
});
