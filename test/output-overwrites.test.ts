// Outputs are written over nothing that is not an output: a private key, say, only with a risk allowed, and what the run
// itself uses never.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

let made = 0;
let deployment: Deployment;
beforeEach(() => {
  made += 1;
  const keys = { BUS_DATABASE_NAMES: undefined, BUS_DATABASE_SERVICE_ROLE: undefined, BUS_DEPLOYMENT_ID: undefined };
  deployment = makeDeployment({ adminDsn: server.dsn(), keys });
  return () => deployment[Symbol.dispose]();
});

const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAA\n-----END OPENSSH PRIVATE KEY-----\n';

function declare(output: string): string[] {
  const name = `app_${made}`;
  const text = `version: 1
deployment: example-dev
roles: {${name}: {login: true}}
databases: {${name}: {access: {${name}: write}}}
outputs: [{${output}}]
`;
  deployment.write('manifest.yaml', text);
  return ['--manifest', './manifest.yaml'];
}

describe('a file of another kind', () => {
  test.each(['uri', 'jdbc', 'env', 'service', 'secret', 'pgpass'])(
    'stays where form %s would be written',
    async (form) => {
      const path = deployment.write('keys/id_ed25519', privateKey);
      const flags = declare(`form: ${form}, file: ./keys/id_ed25519`);
      const refused = await deployment.run(['apply', ...flags]);
      expect(refused.exit, refused.stdout).toBe(4);
      expect(refused.stdout).toContain('destructive');
      expect(refused.stderr).toContain('name another file, or keep this one elsewhere: mv ./keys/id_ed25519');
      expect(readFileSync(path, 'utf8')).toBe(privateKey);
      const allowed = await deployment.run(['apply', ...flags, '--allow', 'destructive']);
      expect(allowed.exit, allowed.stdout).toBe(0);
      expect(readFileSync(path, 'utf8')).toContain(`app_${made}`);
    },
  );

  test('of one line, in the configured directory too', async () => {
    const path = deployment.write(`local/dsn/app_${made}.dsn`, 'a token of another program\n');
    const refused = await deployment.run(['apply', ...declare('form: uri')]);
    expect(refused.exit, refused.stdout).toBe(4);
    expect(refused.stderr).toContain('is not an output file: it holds no DSN; writing the login of');
    expect(refused.stdout + refused.stderr).not.toContain('a token of');
    expect(readFileSync(path, 'utf8')).toBe('a token of another program\n');
  });

  test.each(['uri', 'env'])('stays under the name of a staged file of form %s', async (form) => {
    const path = deployment.write('keys/id_ed25519.staged', privateKey, 0o600);
    const flags = declare(`form: ${form}, file: ./keys/id_ed25519`);
    const refused = await deployment.run(['apply', ...flags, '--allow', 'destructive']);
    expect(refused.exit, refused.stdout).toBe(2);
    expect(refused.stdout + refused.stderr).toContain(
      './keys/id_ed25519.staged stands where apply stages a file, and is not what apply would have left there',
    );
    expect(refused.stderr).toContain('mv ./keys/id_ed25519.staged ./keys/id_ed25519.staged.kept');
    expect(readFileSync(path, 'utf8')).toBe(privateKey);
  });

  test('a staged file of another role is written over by leave alone', async () => {
    const staged = 'postgresql://earlier:secret-of-earlier@127.0.0.1:5432/app\n'.replace('/app', `/app_${made}`);
    const path = deployment.write(`keys/killed.staged`, staged, 0o600);
    const flags = declare('form: uri, file: ./keys/killed');
    const refused = await deployment.run(['apply', ...flags]);
    expect(refused.exit, refused.stdout).toBe(4);
    expect(refused.stderr).toContain('./keys/killed.staged holds the DSN of earlier@');
    expect(refused.stderr).toContain('mv ./keys/killed.staged ./keys/killed.staged.kept');
    expect(refused.stdout + refused.stderr).not.toContain('secret-of');
    expect(readFileSync(path, 'utf8')).toBe(staged);
    const allowed = await deployment.run(['apply', ...flags, '--allow', 'destructive']);
    expect(allowed.exit, allowed.stdout + allowed.stderr).toBe(0);
    expect(readFileSync(deployment.path('keys/killed'), 'utf8')).toContain(`app_${made}`);
    expect(existsSync(path)).toBe(false);
  });

  test('an empty file is written', async () => {
    deployment.write('keys/empty', '');
    const answer = await deployment.run(['apply', ...declare('form: uri, file: ./keys/empty')]);
    expect(answer.exit, answer.stdout).toBe(0);
  });
});

describe('a file that the run uses is refused whatever is allowed', () => {
  const allow = ['--allow', 'destructive'];
  const refusedAs = async (file: string, key: string, more: readonly string[] = [], verb = 'apply') => {
    const { exit, stdout, stderr } = await deployment.run([verb, ...declare(`form: uri, file: "${file}"`), ...more]);
    expect([exit, stdout + stderr]).toEqual([
      2,
      expect.stringContaining(`output ${file} would overwrite the file that ${key} names`),
    ]);
    expect(stderr).toContain('next: give the output a file of its own');
  };

  test.each([
    ['./manifest.yaml', 'BUS_DATABASE_MANIFEST_FILE'],
    ['./local/postgres-admin-dsn', 'BUS_POSTGRES_ADMIN_DSN_FILE'],
    ['./.env', 'the env file'],
  ])('%s', async (file, key) => {
    await refusedAs(file, key, allow);
    await refusedAs(file, key, allow, 'plan');
  });

  test('by a directory that is a symbolic link', async () => {
    symlinkSync('local', deployment.path('alias'));
    await refusedAs('./alias/postgres-admin-dsn', 'BUS_POSTGRES_ADMIN_DSN_FILE', allow);
  });

  test('by another key, and by a flag', async () => {
    deployment.configure({ PGPASSFILE: './pass' });
    deployment.write('other.env', readFileSync(deployment.path('.env'), 'utf8'), 0o600);
    await refusedAs('./pass', 'PGPASSFILE', ['--env-file', './other.env']);
    await refusedAs('./other.env', 'the env file', ['--env-file', './other.env']);
    await refusedAs('./answer', '-o', ['-o', './answer']);
    await refusedAs('./plan.json', '--save', ['--save', './plan.json'], 'plan');
  });
});
