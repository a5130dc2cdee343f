// What every binary says of a word or a flag that it does not know: mistyped ones, and those that users of other tools
// type. Nothing is done, and no file is left behind.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const folders = readdirSync(packages).map((name) => join(packages, name, 'bin'));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bus-suggestions-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(line: string) {
  const [name = '', ...args] = line.split(' ');
  const folder = folders.find((bin) => readdirSync(bin).includes(`${name}.js`)) ?? '';
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, `${name}.js`), ...args], {
    cwd: directory,
    env: { PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter), HOME: directory },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const asksNothing = 'nothing is ever asked; leave it out';
const dropsNothing = 'nothing is ever dropped; plan prints the SQL that retires what is declared no longer';

test.each([
  ['bus databse plan', 127, '; did you mean bus operator database?'],
  ['bus database plan', 127, '; did you mean bus operator database?'],
  ['bus operater database plan', 127, '; did you mean bus operator?'],
  ['bus plan', 127, '; did you mean bus operator database plan?'],
  ['bus operator databse plan', 127, '; did you mean bus operator database?'],
  ['bus operator apply', 127, '; did you mean bus operator database apply?'],
  ['bus-operator databse', 127, '; did you mean bus operator database?'],
  ['bus -y operator database plan', 2, `unknown flag -y; ${asksNothing}`],
  ['bus --json operator database plan', 2, 'unknown flag --json; did you mean -f json?'],
  ['bus --quite operator database plan', 2, 'unknown flag --quite; did you mean --quiet?'],
  ['bus --check operator database plan', 2, 'unknown flag --check; the flags of a command stand after its name'],
  ['bus operator --yes database plan', 2, `unknown flag --yes; ${asksNothing}`],
  ['bus-operator --jsn database', 2, 'unknown flag --jsn; the flags of a command stand after its name'],
  [
    'bus operator database databse',
    2,
    'unknown verb databse; database is said already; a verb follows: init, validate,',
  ],
  ['bus operator database databse plan', 2, 'unknown verb databse; did you mean bus operator database plan?'],
  [
    'bus operator database operatr',
    2,
    'unknown verb operatr; operator is said already; a verb follows: init, validate,',
  ],
  ['bus operator database plan databse', 2, 'argument databse after plan; did you mean bus operator database plan?'],
  ['bus operator database plan status', 2, 'unexpected argument status after plan; one verb at a time'],
  ['bus operator database xyz', 2, 'unknown verb xyz; see bus operator database --help'],
  ['bus operator database aply', 2, 'unknown verb aply; did you mean apply?'],
  ['bus operator database statsu', 2, 'unknown verb statsu; did you mean status?'],
  ['bus operator database destroy', 2, `unknown verb destroy; ${dropsNothing}`],
  ['bus operator database setup', 2, 'unknown verb setup; did you mean apply?'],
  ['bus operator database scaffold', 2, 'unknown verb scaffold; did you mean init?'],
  ['bus operator database diff', 2, 'unknown verb diff; did you mean plan?'],
  ['bus operator database rotate', 2, 'unknown verb rotate; did you mean apply --rotate ROLE?'],
  ['bus operator database apply -y', 2, `unknown flag -y; ${asksNothing}`],
  ['bus operator database apply --yes', 2, `unknown flag --yes; ${asksNothing}`],
  ['bus operator database apply -auto-approve', 2, `unknown flag -auto-approve; ${asksNothing}`],
  ['bus operator database plan --json', 2, 'unknown flag --json; did you mean -f json?'],
  ['bus operator database plan -json', 2, 'unknown flag -json; did you mean -f json?'],
  ['bus operator database plan -out=plan.json', 2, 'unknown flag -out; did you mean plan --save FILE, or -o FILE?'],
  ['bus operator database plan -out plan.json', 2, 'unknown flag -out; did you mean plan --save FILE, or -o FILE?'],
  ['bus operator database plan -output=plan', 2, 'unknown flag -output; did you mean --output?'],
  ['bus operator database plan -detailed-exitcode', 2, 'unknown flag -detailed-exitcode; did you mean --check?'],
  ['bus operator database plan -verbose', 2, 'unknown flag -verbose; did you mean --verbose?'],
  ['bus operator database plan --destroy', 2, `unknown flag --destroy; ${dropsNothing}`],
  ['bus operator database plan --dry-run', 2, 'not of plan; plan changes nothing; leave it out'],
  ['bus operator database verify --dry-run', 2, 'not of verify; verify changes nothing; leave it out'],
  ['bus operator database apply --check', 2, 'not of apply; did you mean plan --check, or apply --dry-run?'],
  ['bus operator database apply --force', 2, 'unknown flag --force; nothing is forced; --allow RISK lets a risk pass'],
  ['bus operator database apply --verbos', 2, 'unknown flag --verbos; did you mean --verbose?'],
  ['bus operator database plan --password s3cret-of-mine', 2, 'unknown flag --password; the server is the one of the'],
  ['bus operator database plan -p 5432', 2, 'unknown flag -p; the server is the one of the admin DSN'],
  ['bus operator database plan --database app', 2, 'databases are declared: BUS_DATABASE_NAMES'],
  ['bus operator database plan -x', 2, 'unknown flag -x; see bus operator database --help'],
  ['bus-operator-database plan --yaml', 2, 'unknown flag --yaml; did you mean -f json?'],
  ['bus-integration-postgres rendr-hba', 2, 'unexpected arguments "rendr-hba"; did you mean render-hba?'],
  ['bus-integration-postgres plan', 2, 'did you mean bus operator database plan?'],
  ['bus-integration-postgres --json --events', 2, 'did you mean -f json?'],
  ['bus-integration-postgres --slef-test', 2, 'did you mean --self-test?'],
  ['bus-integration-postgres hba --usr app', 2, 'hba: unknown flag --usr; did you mean --user?'],
  ['bus-integration-postgres serve --env-fil x', 2, 'serve: unknown flag --env-fil; did you mean --env-file?'],
  ['bus-integration-database --event', 2, 'did you mean --events?'],
  ['bus-integration-database --json --events', 2, 'did you mean -f json?'],
  ['bus-api-provider-database --port 3000', 2, 'did you mean --addr HOST:PORT?'],
  ['bus-api-provider-database --port=3000', 2, 'did you mean --addr HOST:PORT?'],
  ['bus-api-provider-database -y', 2, asksNothing],
  ['bus-api-provider-database --adr 127.0.0.1:0', 2, 'did you mean --addr?'],
])('%s', (line, status, says) => {
  const { stdout, stderr, ...answer } = run(line);
  expect(answer).toEqual({ status });
  expect(stdout).toBe('');
  expect(stderr.split('\n')[0]).toContain(says);
  expect(stderr).not.toMatch(/s3cret|^ +at /m);
  expect(readdirSync(directory)).toEqual([]);
});

test('letters that stand together, and values that are glued to their flag, are what they were', () => {
  for (const args of ['-vvf json', '-fjson', '-vvqh', '-hV']) {
    const { stderr } = run(`bus-operator-database plan ${args}`);
    expect(stderr, args).not.toContain('unknown flag');
  }
});
