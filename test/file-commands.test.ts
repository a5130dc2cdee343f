// Commands about files are right where the command line was typed: run there as printed, they change this deployment's files
// and no other's. Those for an API's files are never offered to be run here.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Response } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, expect, it } from 'vitest';
import { apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment, packages } from './deployment.ts';

const bus = join(packages, 'bus/bin/bus.js');
const operator = join(packages, 'bus-operator-database/bin/bus-operator-database.js');
const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: '/nonexistent' };

interface Place extends Disposable {
  /** Where lines are typed; another deployment's files are in it. */
  readonly directory: string;
  readonly decoys: readonly string[];
}

function makePlace(): Place {
  const place = makeDeployment();
  const decoys = ['local/dsn/old.dsn', 'old.dsn'].map((file) => place.write(file, 'live\n'));
  for (const made of [place.directory, place.path('local'), place.path('local/dsn')]) chmodSync(made, 0o711);
  return { directory: place.directory, decoys, [Symbol.dispose]: () => place[Symbol.dispose]() };
}

function untouched({ directory, decoys }: Place): void {
  for (const decoy of decoys) expect(existsSync(decoy), decoy).toBe(true);
  for (const made of ['', 'local', 'local/dsn']) expect(statSync(join(directory, made)).mode & 0o777, made).toBe(0o711);
  expect(existsSync(join(directory, '.git'))).toBe(false);
}

/** Where the dispatcher finds commands of the family. */
const bin = mkdtempSync(join(tmpdir(), 'bus-bin-'));
for (const name of ['bus-operator-database', 'bus-integration-postgres', 'bus-api-provider-database'])
  symlinkSync(join(packages, name, 'bin', `${name}.js`), join(bin, name));
afterAll(() => rmSync(bin, { recursive: true }));

function typed(line: string, cwd: string) {
  const PATH = `${bin}:${env.PATH}`;
  return spawnSync('sh', ['-ec', line], { cwd, env: { ...env, PATH }, encoding: 'utf8', timeout: 30_000 });
}

async function applied(server: Server, keys: Record<string, string> = {}): Promise<Deployment> {
  const names = { BUS_DATABASE_NAMES: 'app,old', BUS_DATABASE_SERVICE_ROLE: 'svc' };
  const deployment = makeDeployment({ adminDsn: server.dsn(), keys: { ...names, ...keys } });
  expect((await deployment.run(['apply'])).exit).toBe(0);
  deployment.configure({ BUS_DATABASE_NAMES: 'app' });
  return deployment;
}

const commandOf = (text: string, word: string) =>
  new RegExp(String.raw`^ *(?:next: )?(.*\b${word}\b.*)$`, 'm').exec(text.replace(/; then .*$/gm, ''))?.[1] ?? 'false';
const remediesOf = (response: Response) =>
  [...response.diagnostics, ...(response.checks ?? [])].map(({ remedy = '' }) => remedy);

const lines = {
  'bus -C': (verb: string, at: string) => `${bus} -C ${at} operator database ${verb}`,
  'bus … -C': (verb: string, at: string) => `${bus} operator database ${verb} -C ${at}`,
  'bus -C and a child process': (verb: string, at: string) => `${bus} -C ${at} operator-database ${verb}`,
  'the binary and -C': (verb: string, at: string) => `${operator} ${verb} -C ${at} --env-file ./.env`,
} as const;

it.each([
  ['bus -C', 'relative'],
  ['bus -C', 'absolute'],
  ['bus … -C', 'relative'],
  ['the binary and -C', 'relative'],
  ['bus -C and a child process', 'relative'],
] as const)(
  '%s: commands are right where it was typed, the directory being %s',
  { timeout: 60_000 },
  async (name, kind) => {
    const line = lines[name];
    await using server = await startServer({ major: 18 });
    using deployment = await applied(server);
    using place = makePlace();
    const at = kind === 'absolute' ? deployment.directory : relative(place.directory, deployment.directory);
    const run = (verb: string) => typed(line(verb, at), place.directory).stdout;
    const json = (verb: string) =>
      JSON.parse(typed(`${line(verb, at)} -f json || true`, place.directory).stdout) as Response;
    const file = deployment.path('local/dsn/old.dsn');

    const command = json('status').leftovers?.find(({ name }) => name === 'old.dsn')?.command ?? 'false';
    expect(run('status')).toContain(`      ${command}\n`);
    expect(typed(command, place.directory)).toMatchObject({ status: 0 });
    expect(existsSync(file)).toBe(false);
    untouched(place);

    for (const tells of [
      () => commandOf(typed(`${line('plan', at)} 2>&1 || true`, place.directory).stdout, 'chmod'),
      () => remediesOf(json('plan')).find((remedy) => remedy.includes('chmod')) ?? 'false',
    ]) {
      chmodSync(deployment.path('local/dsn'), 0o755);
      expect(typed(tells(), place.directory)).toMatchObject({ status: 0 });
      expect(statSync(deployment.path('local/dsn')).mode & 0o777).toBe(0o700);
      untouched(place);
    }

    typed('git init -q .', deployment.directory);
    const exclude = remediesOf(json('doctor')).find((remedy) => remedy.includes('info/exclude')) ?? 'false';
    expect(typed(exclude, place.directory)).toMatchObject({ status: 0 });
    expect(readFileSync(deployment.path('.git/info/exclude'), 'utf8')).toContain('\n/local/\n');
    typed('git add -f local/dsn', deployment.directory);
    const removal = remediesOf(json('doctor')).find((remedy) => remedy.includes('git rm')) ?? 'false';
    expect(typed(removal.replace(/; then .*/, ''), place.directory)).toMatchObject({ status: 0 });
    expect(typed('git ls-files', deployment.directory).stdout).toBe('');
    untouched(place);
  },
);

it('without -C they are as short as ever', async () => {
  await using server = await startServer({ major: 18 });
  using deployment = await applied(server);
  const { stdout } = await deployment.run(['status']);
  expect(stdout).toContain('      rm -- ./local/dsn/old.dsn\n');
  chmodSync(deployment.path('local/dsn'), 0o755);
  expect((await deployment.run(['plan'])).stderr).toContain('next: chmod 700 ./local/dsn\n');
});

it("those for an API's files are told to be for its host, and hit nothing elsewhere", { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 18 });
  using deployment = await applied(server);
  using place = makePlace();
  await using api = await startApi(deployment);
  writeFileSync(join(place.directory, 'token'), `${apiToken}\n`, { mode: 0o600 });
  const names =
    'BUS_DEPLOYMENT_ID=example-dev BUS_DATABASE_PROVIDER=postgres BUS_DATABASE_NAMES=app BUS_DATABASE_SERVICE_ROLE=svc';
  const through = (verb: string) =>
    typed(`env ${names} ${operator} ${verb} --api-url ${api.url} --token-file ./token 2>&1 || true`, place.directory)
      .stdout;
  const onHost = "on the API's host, in the directory where it runs: ";
  const directory = `"$\{BUS_DATABASE_DSN_OUTPUT_DIR:?}"`;

  expect(through('status')).toContain(`      ${onHost}rm -- ${directory}/old.dsn\n`);
  const { leftovers = [] } = JSON.parse(through('status -f json')) as Response;
  expect(leftovers.map(({ command }) => command)).toContain(`${onHost}rm -- ${directory}/old.dsn`);
  chmodSync(deployment.path('local/dsn'), 0o755);
  expect(through('plan')).toContain(`next: ${onHost}chmod 700 ${directory}\n`);
  expect(remediesOf(JSON.parse(through('plan -f json')) as Response)).toContain(`${onHost}chmod 700 ${directory}`);
  expect(through('doctor')).not.toMatch(/next: (chmod|chown|rm|git|printf|mv)/);

  const path = `${api.url}/api/internal/database/plan`;
  const answer = await fetch(path, { headers: { authorization: `Bearer ${apiToken}` } });
  const [remedy = 'false'] = remediesOf((await answer.json()) as Response);
  expect(remedy).toBe(`chmod 700 ${directory}`);
  expect(typed(remedy, place.directory).status, 'a shell that knows no such directory').not.toBe(0);
  untouched(place);
  expect(typed(`export BUS_DATABASE_DSN_OUTPUT_DIR=./local/dsn; ${remedy}`, deployment.directory).status).toBe(0);
  expect(statSync(deployment.path('local/dsn')).mode & 0o777).toBe(0o700);
  untouched(place);
});

it('the directory of a -C is told to the child of the dispatcher, and to nobody after it', () => {
  using deployment = makeDeployment();
  using place = makePlace();
  deployment.write('local/postgres-admin-dsn', 'host=127.0.0.1 port=1 user=adm password=p\n', 0o644);
  const at = relative(place.directory, deployment.directory);
  writeFileSync(join(bin, 'bus-script'), '#!/bin/sh\nbus-operator-database plan\n', { mode: 0o755 });
  const told = (command: string) => {
    const { stdout, stderr } = typed(`${bus} -C ${at} ${command} || true`, place.directory);
    return stdout + stderr;
  };
  expect(told('operator-database plan')).toContain(`next: (cd ${deployment.directory} && chmod 600 ./local/`);
  // A script's own commands are typed where the script stands.
  expect(told('script')).toContain('next: chmod 600 ./local/');
});

it.each([
  ['bus-integration-postgres -C AT render-hba --env-file ./deploy.env', 'text'],
  ['bus-integration-postgres -C AT serve --env-file ./deploy.env', 'JSON'],
  ['bus-api-provider-database -C AT --env-file ./deploy.env', 'text'],
  [`${bus} -C AT integration-postgres render-hba --env-file ./deploy.env`, 'text'],
  [`${bus} -C AT integration-postgres serve --env-file ./deploy.env`, 'JSON'],
  [`${bus} -C AT api-provider-database --env-file ./deploy.env`, 'text'],
])('%s: what stands in its errors is right where it was typed', (line, form) => {
  using deployment = makeDeployment();
  using place = makePlace();
  deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: undefined });
  const text = Object.entries({
    ...deployment.keys,
    BUS_POSTGRES_ADMIN_DSN: 'postgresql://adm:p@127.0.0.1:1/db',
    BUS_DATABASE_API_TOKEN_FILE: './token',
  }).map(([key, value]) => `${key}=${value}\n`);
  // Whichever of the two the program reads, all may read it.
  for (const [file, content] of [
    ['deploy.env', text.join('')],
    ['token', `${apiToken}\n`],
  ] as const) {
    deployment.write(file, content, 0o644);
    writeFileSync(join(place.directory, file), 'another\n', { mode: 0o644 });
  }
  const at = relative(place.directory, deployment.directory);
  const { stderr, status } = typed(line.replace('AT', at), place.directory);
  expect(status, stderr).toBe(2);
  expect(stderr).toContain(form === 'text' ? `in ${at}: ./` : `"directory":"${deployment.directory}"`);
  const command =
    form === 'text'
      ? commandOf(stderr, 'chmod')
      : (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { remedy: string }).remedy;
  expect(typed(command, place.directory), stderr).toMatchObject({ status: 0 });
  const modes = ['deploy.env', 'token'].map((file) => statSync(deployment.path(file)).mode & 0o777);
  expect(modes, command).toContain(0o600);
  for (const file of ['deploy.env', 'token']) expect(statSync(join(place.directory, file)).mode & 0o777).toBe(0o644);
});
