// Roles that create in one schema: plan warns of it, verify tells it and finds what stands there under the server's names.
import { startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const codes = (answer: { diagnostics: readonly { code: string }[] }) =>
  answer.diagnostics.map(({ code }) => code).filter((code) => code === 'shared-schema');

describe.each(someOf('sharing', [14, 18] as const, 1))('two roles of one deployment, PostgreSQL %i', (major) => {
  it('are told, and a function or operator that one has the other run is found', { timeout: 120_000 }, async () => {
    await using server = await startServer({ major });
    using folder = temporaryFolder();
    const desired = { databases: ['app', 'logs'], serviceRole: 'svc', roles: ['reporter'] };
    const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    const planned = await deployment.plan();
    expect(planned.diagnostics.find(({ code }) => code === 'shared-schema')).toMatchObject({
      severity: 'warn',
      message: expect.stringContaining('svc, reporter may create in the same schemas of app, logs'),
    });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    const found = async (id: string) =>
      ((await deployment.verify()).connectivity ?? []).filter((check) => check.id === id);
    const told =
      'svc, reporter may create in the same schemas of app, logs: what one of them makes there, the other may run';
    expect(await found('shared-schema')).toMatchObject([{ result: 'warn', seen: told }]);
    // What a superuser's extension brings is nobody's trap; a name of its own shadows nothing.
    await server.query('CREATE EXTENSION citext SCHEMA public', { database: 'app' });
    await server.query(
      `SET SESSION AUTHORIZATION reporter; CREATE FUNCTION public.own() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      {
        database: 'app',
      },
    );
    expect(await found('shadowed-name')).toEqual([]);

    await server.query(
      `SET SESSION AUTHORIZATION reporter;
       CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.lower($1::text)';
       CREATE FUNCTION public.differs(oid, int4) RETURNS boolean LANGUAGE sql AS 'SELECT true';
       CREATE OPERATOR public.<> (LEFTARG = oid, RIGHTARG = int4, FUNCTION = public.differs)`,
      { database: 'app' },
    );
    const shadowed = await found('shadowed-name');
    expect(shadowed).toMatchObject([{ target: 'svc@app', result: 'fail' }]);
    expect(shadowed[0]?.seen).toContain("2 of others' functions and operators");
    expect(shadowed[0]?.seen).toContain(
      'public.<> (oid, integer) of reporter, public.lower(character varying) of reporter',
    );
    expect((await deployment.verify()).ok).toBe(false);

    await server.query('GRANT svc TO reporter');
    expect(codes(await deployment.plan())).toEqual([]);
    expect(await found('shared-schema')).toEqual([]);
  });

  it('each with a database of its own share nothing', async () => {
    await using server = await startServer({ major });
    using folder = temporaryFolder();
    const desired = { databases: ['app', 'logs'], serviceRole: '{database}_service' };
    const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    expect(codes(await deployment.plan())).toEqual([]);
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    expect((await deployment.verify()).connectivity?.filter(({ result }) => result !== 'ok')).toEqual([]);
  });
});
