// Output files as psql reads them, odd names and passwords included: a password file, a service file, an env file that a
// shell has sourced. Each login really happens.
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { promisify } from 'node:util';
import { psqlPath, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeOutput } from '../packages/bus-integration-postgres/src/output-forms/index.ts';
import { serviceName } from '../packages/bus-integration-postgres/src/output-forms/service.ts';
import { outputOf } from '../packages/bus-integration-postgres/test/output-forms/odd-connections.ts';
import { temporaryFile } from '../packages/bus-integration-postgres/test/temporary-file.ts';

const run = promisify(execFile);
const psql = psqlPath();
if (psql === undefined) console.warn('not tried: psql, which is not on the search path');

const oddities = [
  { user: 'plain', password: 'Zm9vYmFy-_09', database: 'app' },
  { user: `a:b\\c`, password: `p:w\\:\\x`, database: 'x:y\\z' },
  { user: '*', password: '*', database: '*' },
  { user: '#r [s]', password: ` le ad=é漢#;`, database: '[d]' },
  { user: `it's`, password: `it's 50% off`, database: 'a/b?c' },
  { user: `q"$HOME`, password: `$(id)"\`&|<>~ x`, database: `a b$c"d` },
];

let server: Server;
beforeAll(async () => {
  server = await startServer();
  for (const { user, password, database } of oddities) {
    await server.query(`CREATE ROLE ${quoted(user)} LOGIN PASSWORD E'${password.replace(/['\\]/g, '\\$&')}'`);
    await server.query(`CREATE DATABASE ${quoted(database)}`);
  }
});
afterAll(() => server.stop());

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const endpoint = () => ({ host: '127.0.0.1', port: `${server.port}`, sslmode: 'disable', application_name: 'outputs' });
const all = () => oddities.map((one) => ({ ...one, endpoint: endpoint() }));
const question = 'SELECT session_user, current_database()';

async function asked(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
  const options = ['-X', '-A', '-t', '-w', '-c', question, ...args];
  const { stdout } = await run(psql ?? '', options, { env: { PATH: process.env.PATH ?? '', ...env } });
  return stdout.trimEnd();
}

describe.skipIf(psql === undefined)('psql', () => {
  test.each(oddities)('finds the password of $user in a file of all, by host, port, database and user', async (one) => {
    const PGPASSFILE = temporaryFile(`${writeOutput(outputOf('pgpass', all()), all())}\n`);
    chmodSync(PGPASSFILE, 0o600);
    const { host, port } = endpoint();
    const where = ['-h', host, '-p', port, '-U', one.user];
    expect(await asked({ PGPASSFILE, PGDATABASE: one.database }, ...where)).toBe(`${one.user}|${one.database}`);
    await expect(asked({ PGPASSFILE, PGDATABASE: 'postgres' }, ...where)).rejects.toThrow(/no password supplied/);
  });

  test.each(oddities)('logs in as $user by the name of a service alone', async (one) => {
    const PGSERVICEFILE = temporaryFile(`${writeOutput(outputOf('service', all()), all())}\n`);
    const PGSERVICE = serviceName(one);
    expect(await asked({ PGSERVICEFILE, PGSERVICE })).toBe(`${one.user}|${one.database}`);
  });

  test.each(oddities)('logs in as $user by what a shell has sourced', async (one) => {
    const [held] = all().filter(({ user }) => user === one.user);
    if (held === undefined) throw new Error('no such connection');
    const file = temporaryFile(`${writeOutput(outputOf('env', [held]), [held])}\n`);
    const script = `set -a; . "$0"; exec "$1" -X -A -t -w -c '${question}'`;
    const { stdout } = await run('sh', ['-c', script, file, psql ?? ''], { env: { PATH: process.env.PATH ?? '' } });
    expect(stdout.trimEnd()).toBe(`${one.user}|${one.database}`);
  });

  test.each(oddities.slice(0, 5))('logs in as $user by the variable that a shell has sourced', async (one) => {
    const held = all().filter(({ user }) => user === one.user);
    const file = temporaryFile(`${writeOutput(outputOf('env', held, true), held)}\n`);
    const script = `. "$0"; exec "$1" -X -A -t -w -c '${question}' "$URL_0"`;
    const { stdout } = await run('sh', ['-c', script, file, psql ?? ''], { env: { PATH: process.env.PATH ?? '' } });
    expect(stdout.trimEnd()).toBe(`${one.user}|${one.database}`);
  });
});
