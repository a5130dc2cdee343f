// An admin like those of managed platforms, that can't see views and functions: all five commands work, say what
// they can't see and which grant would show it, and those grants do.
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { checkOf, checksOf, desired, faults, holdConnection } from './examined.ts';

/** What a platform takes from everybody, beside what only superusers have anyway. */
async function restrict(server: Server): Promise<string> {
  const admin = await createPlainAdmin(server);
  await server.query(
    `REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC;
     REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text) FROM PUBLIC;
     REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) FROM PUBLIC`,
  );
  return admin;
}

const grants = (remedy: string | undefined) =>
  [...(remedy ?? '').matchAll(/GRANT [^;]+;/g)].map(([statement]) => statement).join(' ');

describe.each([15, 18] as const)('PostgreSQL %i as an admin who may see little', (major) => {
  it('every command works, and names what it can not see', async () => {
    await using server = await startServer({ major });
    const admin = await restrict(server);
    using folder = temporaryFolder();
    const deployment = createDeployment({ adminDsn: admin, desired, folder: folder.path });

    const before = await deployment.doctor();
    expect(before.ok, explain(before)).toBe(true);
    expect(before.complete).toBe(false);
    expect(faults(before)).toEqual(['unknown verifier', 'unknown system-identifier']);
    expect(before.target?.system_identifier).toBeUndefined();
    expect(checkOf(before, 'listener-rules').result).toBe('info');

    const planned = await deployment.plan();
    expect(planned.ok, explain(planned)).toBe(true);
    const hidden = planned.diagnostics.find(({ code }) => code === 'system-identifier');
    expect(grants(hidden?.remedy)).toBe('GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO "deploy_admin";');
    const applied = await deployment.apply({}, planned);
    expect(applied.ok, explain(applied)).toBe(true);
    expect((await deployment.plan()).steps.filter(({ sql }) => (sql ?? []).length > 0)).toEqual([]);

    const status = await deployment.status();
    expect(status.ok, explain(status)).toBe(true);
    expect(status.dsn_files?.map(({ state, password }) => `${state} ${password}`)).toEqual([
      'current proven',
      'current proven',
    ]);
    const verified = await deployment.verify();
    expect(verified.connectivity?.filter(({ result }) => result === 'fail')).toEqual([]);
  });

  it('the grants that doctor names show what was hidden', async () => {
    await using server = await startServer({ major });
    const admin = await restrict(server);
    using folder = temporaryFolder();
    const deployment = createDeployment({ adminDsn: admin, desired, folder: folder.path });
    await using client = await holdConnection(server.dsn());
    await client.query('BEGIN; CREATE ROLE half_made');
    const before = await deployment.doctor();
    const wanted = ['verifier', 'system-identifier', 'listener-rules'].map((id) => grants(checkOf(before, id).remedy));
    const [statistics = ''] =
      /GRANT pg_read_all_stats TO "deploy_admin";/.exec(checkOf(before, 'blocking-locks').seen) ?? [];
    await client.query('ROLLBACK; BEGIN; CREATE ROLE half_made');
    for (const statement of [...wanted, statistics]) {
      expect(statement).not.toBe('');
      await server.query(statement);
    }
    const after = await deployment.doctor();
    expect(faults(after)).toEqual(['warn blocking-locks']);
    expect(checkOf(after, 'blocking-locks').seen).toMatch(/for \d+ s/);
    expect(checkOf(after, 'verifier').result).toBe('ok');
    expect(checksOf(after, 'listener-rules')).toEqual([]);
    expect(after.complete).toBe(true);
    expect(after.target?.system_identifier).toMatch(/^\d+$/);
  });
});

describe('counting connections', () => {
  it("sees others' as well as its own", async () => {
    await using server = await startServer({
      settings: { max_connections: '12', superuser_reserved_connections: '2', max_wal_senders: '0' },
    });
    const admin = await createPlainAdmin(server);
    using folder = temporaryFolder();
    const free = async (dsn: string) =>
      Number(
        /(\d+) of 12/.exec(
          checkOf(await createDeployment({ adminDsn: dsn, desired, folder: folder.path }).doctor(), 'connections').seen,
        )?.[1],
      );
    const before = await free(admin);
    await using _one = await holdConnection(server.dsn());
    await using _two = await holdConnection(server.dsn());
    await using _three = await holdConnection(server.dsn());
    // Doctor's own further connection is counted or not, as it comes.
    expect(await free(admin)).toBeLessThanOrEqual(before - 2);
  });
});
