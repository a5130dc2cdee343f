// The one executable: `npm run test:executable` makes it and has these tests, and others of whole programs, run it. Without
// it (`BUS_EXECUTABLES` names the folder of its links) there is nothing to try here.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createCertificateAuthority, startServer } from 'embedded';
import { describe, expect, onTestFinished, test } from 'vitest';
import { version } from '../packages/bus-operator-database/src/command-line/version.ts';
import { makeDeployment } from './deployment.ts';
import { executables, programOf } from './programs.ts';

const root = join(import.meta.dirname, '..');
const file = executables === undefined ? '' : realpathSync(programOf('bus'));

/** A port where nothing is ever answered. */
async function listening() {
  const server = createServer();
  const connected = once(server, 'connection');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, connected, [Symbol.asyncDispose]: async () => void server.close() };
}

describe.skipIf(executables === undefined)('the executable', () => {
  function run(program: string, args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
    const { cwd = '/', env = {} } = options;
    const path = [executables, '/usr/bin', '/bin'].join(':');
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      env: { PATH: path, HOME: cwd, ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  test('is each program by the name by which it is called, the same as the packages', () => {
    const names = readdirSync(executables ?? '').sort();
    expect(names).toHaveLength(6);
    for (const name of names) {
      const title = name === 'bus' ? 'bus' : name;
      expect(run(programOf(name as 'bus'), ['--version'])).toEqual({
        status: 0,
        stdout: `${title} ${version}\n`,
        stderr: '',
      });
    }
    expect(run(file, ['--version']).stdout).toBe(`bus-operator-database ${version}\n`);
    const [folder] = basename(realpathSync(programOf('bus-integration-postgres'))).split('-linux');
    expect(folder).toBe('bus-operator-database');
    const built = join(root, 'packages/bus-integration-postgres/bin/bus-integration-postgres.js');
    const help = execFileSync(built, ['serve', '--help'], { encoding: 'utf8' });
    // `bus` finds the others on PATH, as links to itself.
    expect(run(programOf('bus'), ['integration-postgres', 'serve', '--help']).stdout).toBe(help);
  });

  test('runs the family in its own process, where PATH has its own links', async () => {
    using deployment = makeDeployment();
    await using silent = await listening();
    deployment.write(
      'local/postgres-admin-dsn',
      `postgresql://a:b@127.0.0.1:${silent.port}/x?sslmode=disable\n`,
      0o600,
    );
    const env = { PATH: [executables, '/usr/bin', '/bin'].join(':'), HOME: deployment.directory };
    const child = spawn(programOf('bus'), ['operator', 'database', 'plan'], { cwd: deployment.directory, env });
    onTestFinished(() => void child.kill('SIGKILL'));
    await silent.connected;
    expect(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).toBe('');
  });

  test('nothing that lies in its folder changes what runs', () => {
    using deployment = makeDeployment();
    const { directory } = deployment;
    const marker = join(directory, 'was-run');
    deployment.write('hook.ts', `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '');`);
    deployment.write('bunfig.toml', 'preload = ["./hook.ts"]\n[run]\npreload = ["./hook.ts"]\n');
    deployment.write('package.json', '{"name": "x", "imports": {"#x": "./hook.ts"}, "type": "commonjs"}');
    deployment.write('tsconfig.json', '{"compilerOptions": {"paths": {"*": ["./hook.ts"]}}}');
    deployment.write('.env.production', 'BUS_DEPLOYMENT_ID=other\nBUN_OPTIONS=--preload=./hook.ts\n');
    deployment.write('.env.local', 'BUS_DEPLOYMENT_ID=other\n');
    // By its own name the family loads no ./.env, and says so.
    const alone = run(programOf('bus-operator-database'), ['status', '-f', 'json'], { cwd: directory });
    expect(alone.status).toBe(2);
    expect(alone.stdout).toContain('.env');
    expect(JSON.parse(alone.stdout).deployment_id).toBe('');
    const through = run(programOf('bus'), ['operator', 'database', 'status', '-f', 'json'], { cwd: directory });
    expect(JSON.parse(through.stdout).deployment_id).toBe('example-dev');
    expect(existsSync(marker)).toBe(false);
  });

  test('a missing and a hostile --env-file are ours to judge', () => {
    using deployment = makeDeployment();
    const { directory } = deployment;
    const go = (envFile: string) =>
      run(programOf('bus-operator-database'), ['plan', `--env-file=${envFile}`], { cwd: directory });
    expect(go('missing.env')).toMatchObject({ status: 2, stderr: expect.stringContaining('missing.env') });
    deployment.write('hook.cjs', `require('node:fs').writeFileSync('${directory}/was-run', '');`);
    deployment.write(
      'hostile.env',
      `NODE_OPTIONS=--require=./hook.cjs\nBUN_OPTIONS=--preload=./hook.cjs\nBUN_BE_BUN=1\n1X=hunter2\n`,
    );
    const hostile = go('hostile.env');
    expect(hostile).toMatchObject({ status: 2, stderr: expect.stringContaining('hostile.env:4: invalid environment') });
    expect(hostile.stdout + hostile.stderr).not.toContain('hunter2');
    expect(existsSync(join(directory, 'was-run'))).toBe(false);
  });

  test('TLS with verify-full takes the right certificate and no other', async () => {
    const authority = createCertificateAuthority();
    const server = await startServer({ tls: { ...authority.issue(), ca: authority.certificate } });
    onTestFinished(() => server.stop());
    const adminDsn = `${server.dsn().replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=root.crt`;
    using deployment = makeDeployment({ adminDsn });
    deployment.write('root.crt', authority.certificate, 0o644);
    const good = await deployment.run(['plan']);
    expect(good, good.stdout + good.stderr).toMatchObject({ exit: 0 });
    deployment.write('root.crt', createCertificateAuthority().certificate, 0o644);
    const other = await deployment.run(['plan']);
    expect(other.exit).toBe(1);
    expect(other.stdout + other.stderr).toMatch(/certificate/);
    // What Node's and Bun's own switches say is not asked.
    const switched = await deployment.run(['plan'], { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(switched.exit).toBe(1);
  });

  test('SIGUSR1 opens no debugger, and ends nothing', async () => {
    using deployment = makeDeployment({ adminDsn: 'postgresql://a:b@127.0.0.1:1/x' });
    const env = { PATH: '/usr/bin:/bin', HOME: deployment.directory, ...deployment.keys };
    const api = spawn(programOf('bus-api-provider-database'), ['--addr', '127.0.0.1:0'], {
      cwd: deployment.directory,
      env,
    });
    onTestFinished(() => void api.kill('SIGKILL'));
    let said = '';
    api.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await new Promise((started) => api.stdout.once('data', started));
    api.kill('SIGUSR1');
    await new Promise((passed) => setTimeout(passed, 500));
    expect(said).not.toMatch(/debugger|inspector/i);
    const ended = new Promise((end) => api.once('exit', end));
    api.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('comes with checksums, a bill of materials and licences', () => {
    const release = dirname(file);
    const sums = readFileSync(join(release, 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('  '));
    for (const [sum, name = ''] of sums)
      expect(
        createHash('sha256')
          .update(readFileSync(join(release, name)))
          .digest('hex'),
        name,
      ).toBe(sum);
    const names = sums.map(([, name]) => name).sort();
    expect(names).toEqual(expect.arrayContaining(['LICENSES.txt', basename(file), 'sbom.cdx.json']));
    const bill = JSON.parse(readFileSync(join(release, 'sbom.cdx.json'), 'utf8'));
    const inside = bill.components.map(({ name }: { readonly name: string }) => name);
    expect(inside).toEqual(expect.arrayContaining(['pg', 'zod', 'yaml', 'fastify', '@nats-io/transport-node', 'bus']));
    expect(inside).not.toContain('vitest');
    const licences = readFileSync(join(release, 'LICENSES.txt'), 'utf8');
    for (const { name, version: of } of bill.components)
      if (!name.startsWith('bus') && !name.startsWith('@oven/')) expect(licences).toContain(`\n${name} ${of}: `);
  });
});
