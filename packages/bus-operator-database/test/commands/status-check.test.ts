// `status --check` on a real server: whatever keeps a deployment from being as declared is exit 3.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, startServer } from 'embedded';
import { expect, it } from 'vitest';
import { main } from '../../src/index.ts';
import { captured } from '../fake-provider.ts';

it('status --check sees what apply would refuse, and a staged file that is left over', async () => {
  await using server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'operator-status-'));
  const files = join(directory, 'local', 'dsn');
  try {
    mkdirSync(join(directory, 'local'), { mode: 0o700 });
    writeFileSync(join(directory, 'local', 'admin'), await createPlainAdmin(server), { mode: 0o600 });
    const env = {
      PATH: process.env.PATH,
      HOME: directory,
      BUS_DEPLOYMENT_ID: 'status-dev',
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin',
      BUS_DATABASE_NAMES: 'bus_auth',
      BUS_DATABASE_SERVICE_ROLE: 'bus_service',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const go = async (...argv: string[]) => {
      const { processContext, out } = captured(directory, env);
      const status = await main(argv, processContext);
      return { status, out: out() };
    };
    expect(await go('apply')).toMatchObject({ status: 0 });
    expect(await go('status', '--check')).toMatchObject({ status: 0, out: expect.stringContaining('drift: none\n') });

    const old = readFileSync(join(files, 'bus_auth.dsn'), 'utf8').replace('/bus_auth?', '/bus_old?');
    writeFileSync(join(files, 'bus_old.dsn.staged'), old, { mode: 0o600 });
    expect((await go('status')).out).toContain(
      '  no-longer-declared     file bus_old.dsn.staged\n      rm -- ./local/dsn/bus_old.dsn.staged\n',
    );
    expect((await go('plan', '--sql', '--rotate', 'bus_service')).out).toMatch(
      /\n-- {3}bus operator database apply --rotate bus_service\n$/,
    );

    for (const name of readdirSync(files)) rmSync(join(files, name));
    const lost = await go('status', '--check');
    expect(lost).toMatchObject({ status: 3, out: expect.stringContaining('no file holds its password') });
    expect(lost.out).not.toContain('drift: none');
    expect((await go('status')).status).toBe(0);
    expect(await go('apply', '--rotate', 'bus_service')).toMatchObject({ status: 0 });

    await server.query('COMMENT ON ROLE bus_service IS NULL');
    const unmarked = await go('status', '--check', '-f', 'json');
    expect(unmarked.status).toBe(3);
    expect(JSON.parse(unmarked.out).drift).toEqual([]);
    expect((await go('status', '--check')).out).not.toContain('drift: none');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
