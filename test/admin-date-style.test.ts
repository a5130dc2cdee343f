// However the admin's sessions write times, verify reads the pg_hba file, and whether it was changed since it was loaded.
import { startServer } from 'embedded';
import { expect, test } from 'vitest';
import { everything, hba, told } from './faults/stage.ts';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';

test.each(['German', 'SQL, DMY', 'Postgres'])(
  'DateStyle %s',
  async (style) => {
    await using server = await startServer({ hba });
    using folder = temporaryFolder();
    const desired = { databases: ['app'], serviceRole: 'svc' };
    const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    await server.query(
      `ALTER ROLE postgres SET datestyle = '${style}'; ALTER ROLE postgres SET timezone = 'Asia/Kolkata'`,
    );
    expect(await deployment.apply()).toMatchObject({ ok: true });
    const answer = await deployment.verify(everything);
    expect(told(answer).filter((line) => !line.startsWith('info'))).toEqual([]);
    expect(answer).toMatchObject({ ok: true });
  },
  60_000,
);
