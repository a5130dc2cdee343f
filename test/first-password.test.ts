// A role that was made without a password gets its first one when it gets something to log in to: nobody was ever given
// one. Where anybody may have been, a new one is made by --rotate alone.
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const declaring = (roles: string, access: string) =>
  fromManifest(`roles: ${roles}\ndatabases: {app: {schemas: [data], access: ${access}}}`);
const first = declaring('{late: {login: true}, team: {}}', '{team: read}');
const later = declaring('{late: {login: true}, team: {login: true}}', '{team: read, late: read}');

describe.each([
  [14, 'plain'],
  [18, 'plain'],
  [18, 'superuser'],
] as const)('PostgreSQL %i, as %s', (major, kind) => {
  let server: Server;
  let adminDsn: string;
  beforeAll(async () => {
    server = await startServer({ major });
    adminDsn = kind === 'plain' ? await createPlainAdmin(server) : server.dsn();
  }, 60_000);
  afterAll(() => server?.stop());

  test('a login without an output, and a group that becomes a login', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    const made = await createDeployment({ adminDsn, desired: first, folder: folder.path }).apply();
    expect(made.ok, explain(made)).toBe(true);
    const deployment = createDeployment({ adminDsn, desired: later, folder: folder.path });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    expect(stepLines(applied.steps)).toEqual(expect.arrayContaining(['alter-role late', 'alter-role team']));
    expect((await deployment.verify()).ok).toBe(true);
    const again = await deployment.plan();
    expect([again.ok, stepLines(again.steps)]).toEqual([true, []]);
    const comments = await server.query(
      "SELECT DISTINCT shobj_description(oid, 'pg_authid') AS said FROM pg_authid WHERE rolname IN ('late', 'team')",
    );
    expect(comments).toEqual([{ said: 'bus-deployment=example-dev' }]);

    // From then on its files may be anywhere.
    using elsewhere = temporaryFolder();
    const lost = await createDeployment({ adminDsn, desired: later, folder: elsewhere.path }).apply();
    expect(lost.diagnostics.map(({ code }) => code)).toContain('password-lost');
  });

  test('who was given a password by hand keeps it', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    await server.query(
      "CREATE ROLE theirs LOGIN PASSWORD 'given'; COMMENT ON ROLE theirs IS 'bus-deployment=example-dev'",
    );
    const desired = declaring('{theirs: {login: true}}', '{theirs: read}');
    const refused = await createDeployment({ adminDsn, desired, folder: folder.path }).apply({ adopt: true });
    expect(
      refused.diagnostics.map(({ code }) => code),
      explain(refused),
    ).toContain('password-lost');
  });
});
