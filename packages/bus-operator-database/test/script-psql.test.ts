// The script of `plan --sql`, read by a real psql on a real server: what it leaves is what apply would have made.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPlainAdmin, psqlPath, startServer } from 'embedded';
import { expect, it } from 'vitest';
import { main } from '../src/index.ts';
import { captured } from './fake-provider.ts';

const psql = psqlPath();
const databases = ['plain', 'with.dot', 'a=b', `it's"quoted"`, 'back\\slash', ':name', 'postgresql://x', "d'\\"];

it.skipIf(psql === undefined)('runs in psql for every name, and apply --rotate finishes it', async () => {
  await using server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'operator-script-'));
  try {
    const dsn = await createPlainAdmin(server);
    mkdirSync(join(directory, 'local'), { mode: 0o700 });
    writeFileSync(join(directory, 'local', 'admin'), dsn, { mode: 0o600 });
    const env = {
      PATH: process.env.PATH,
      HOME: directory,
      BUS_DEPLOYMENT_ID: 'script-dev',
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin',
      BUS_DATABASE_NAMES: databases.join(','),
      BUS_DATABASE_SERVICE_ROLE: 'service "role"',
      BUS_DATABASE_SCHEMAS: 'public,audit',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const go = async (...argv: string[]) => {
      const { surroundings, out, err } = captured(directory, env);
      const status = await main(argv, surroundings);
      return { status, out: out(), err: err() };
    };
    expect(await go('plan', '--sql', '-o', 'plan.sql')).toEqual({ status: 0, out: '', err: '' });
    await promisify(execFile)(psql ?? 'psql', ['-X', '-q', '-d', dsn, '-f', join(directory, 'plan.sql')]);

    const refused = await go('apply');
    expect(refused.status).toBe(4);
    expect(refused.out).toContain('no file holds its password');
    expect(await go('apply', '--rotate', env.BUS_DATABASE_SERVICE_ROLE)).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringMatching(/^ok: true\n/),
    });
    expect((await go('plan')).out).toContain('nothing to do: 1 role, 8 databases, 8 files are as declared');
    expect(await go('verify')).toMatchObject({ status: 0, out: expect.stringMatching(/^ok: true\n/) });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

if (psql === undefined) console.log('skipped: no psql on PATH, so the script of plan --sql was not run by one');
