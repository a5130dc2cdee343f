// The admin DSN leads to a new, empty server, while the DSN files dial the old one: services work, and yet nothing is as
// declared where the admin looks.
import { createPlainAdmin, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { everything, told } from './faults/stage.ts';
import { createDeployment, exampleId, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

describe.each([
  ['superuser', 18],
  ['plain', 15],
] as const)('as %s, PostgreSQL %i', (admin, major) => {
  it('verify does not say ok, and what it names next refuses to write over the files', async () => {
    await using old = await startServer({ major });
    await using empty = await startServer({ major });
    using folder = temporaryFolder();
    const desired = { databases: ['app', 'logs'], serviceRole: 'svc' };
    const dsnOf = (server: typeof old) => (admin === 'superuser' ? server.dsn() : createPlainAdmin(server));
    const at = { desired, folder: folder.path, deploymentId: exampleId };
    const before = createDeployment({ adminDsn: await dsnOf(old), ...at });
    const applied = await before.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    expect((await before.verify(everything)).ok).toBe(true);

    const moved = createDeployment({ adminDsn: await dsnOf(empty), ...at });
    const verified = await moved.verify(everything);
    expect(verified.ok).toBe(false);
    for (const database of desired.databases) {
      expect(told(verified).join('\n')).toMatch(
        new RegExp(`fail service-login svc@${database}: .*leads to another server.*next: bus operator database plan`),
      );
    }
    const plan = await moved.plan();
    expect(plan.error_class, explain(plan)).toBe('unsafe');
    expect(plan.diagnostics.map(({ code }) => code)).toContain('foreign-dsn-file');
    expect((await moved.apply()).error_class).toBe('unsafe');
    expect((await before.verify(everything)).ok).toBe(true);
  }, 60_000);
});
