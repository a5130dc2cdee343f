import { sharedServer, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { connect, createMeter } from '../../../src/connection/connect.ts';
import { brief, targetOf } from '../../target.ts';

function processOf({ pid }: { readonly pid: number | undefined }): number {
  if (pid === undefined) throw new Error('the session was given no server process');
  return pid;
}

describe('query', () => {
  test('gives rows as the driver reads them, and takes values', async () => {
    await using server = await sharedServer();
    await using session = await connect(targetOf(server), brief);
    const rows = await session.query('SELECT $1::text[] AS names, $2::bool AS yes, $3::jsonb AS json, 7::oid AS oid', [
      ['a', 'b "c"'],
      true,
      JSON.stringify({ a: [1] }),
    ]);
    expect(rows).toEqual([{ names: ['a', 'b "c"'], yes: true, json: { a: [1] }, oid: 7 }]);
    expect(await session.query('SELECT WHERE false')).toEqual([]);
    expect(await session.query('')).toEqual([]);
  });

  test('runs what is asked at once in order, and goes on after errors', async () => {
    await using server = await sharedServer();
    const meter = createMeter();
    await using session = await connect(targetOf(server), { ...brief, meter });
    const answers = await Promise.allSettled([
      session.query('SELECT pg_catalog.pg_sleep(0.05), 1 AS n'),
      session.query('SELECT nonsense'),
      session.query('SELECT $1::int AS n', ['no number']),
      session.script('SELECT 4 AS n; SELECT 1/0; SELECT 5'),
      session.query('SELECT 6 AS n'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(answers.slice(1, 4).map((answer) => (answer as PromiseRejectedResult).reason.code)).toEqual([
      '42703',
      '22P02',
      '22012',
    ]);
    expect(meter).toMatchObject({ roundTrips: 2, statements: 2 });
  });

  test('IN-22 has a deadline, after which the connection is gone', async () => {
    await using server = await sharedServer();
    const session = await connect(targetOf(server), { ...brief, queryTimeoutMs: 200 });
    const waiting = session.query('SELECT pg_catalog.pg_sleep(30)', [], { doing: 'sleeping' });
    const next = session.query('SELECT 1', [], { doing: 'asking for one' });
    await expect(waiting).rejects.toMatchObject({
      errorClass: 'timeout',
      message: `127.0.0.1:${server.port} gave no answer to sleeping within 0.2 s`,
    });
    await expect(next).rejects.toMatchObject({ errorClass: 'timeout' });
    expect(await session.closed).toMatchObject({ errorClass: 'timeout' });
    await session.close();
  });

  test('a deadline begins when the statement before is done', async () => {
    await using server = await sharedServer();
    await using session = await connect(targetOf(server), { ...brief, queryTimeoutMs: 1_200 });
    const naps = [1, 2, 3].map(() => session.query('SELECT pg_catalog.pg_sleep(0.5)'));
    expect(await Promise.all(naps)).toHaveLength(3);
  });

  test('says what was lost when the server dies without a word', async () => {
    await using server = await startServer();
    const session = await connect(targetOf(server), brief);
    const waiting = session
      .query('SELECT pg_catalog.pg_sleep(30)', [], { doing: 'sleeping' })
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(processOf(session), 'SIGKILL');
    expect(await waiting).toMatchObject({
      errorClass: 'unreachable',
      message: expect.stringMatching(/^lost the connection to 127\.0\.0\.1:\d+ during sleeping: /),
    });
    await expect(session.query('SELECT 1')).rejects.toMatchObject({ errorClass: 'unreachable' });
    await session.close();
  }, 20_000);

  test('an administrator’s cut keeps its SQLSTATE, and a cut while idle its reason', async () => {
    await using server = await sharedServer();
    await using admin = await connect(targetOf(server), brief);
    const cut = (pid: number | undefined) => admin.query('SELECT pg_catalog.pg_terminate_backend($1)', [pid]);
    const busy = await connect(targetOf(server), brief);
    const waiting = busy.query('SELECT pg_catalog.pg_sleep(30)').catch((error: unknown) => error);
    await cut(busy.pid);
    expect(await waiting).toMatchObject({ code: '57P01' });
    const idle = await connect(targetOf(server), brief);
    await cut(idle.pid);
    expect(await idle.closed).toMatchObject({ code: '57P01' });
    await expect(idle.query('SELECT 1')).rejects.toMatchObject({ errorClass: 'unreachable' });
  });
});

describe('script', () => {
  test('is one round trip', async () => {
    await using server = await sharedServer();
    const meter = createMeter();
    await using session = await connect(targetOf(server), { ...brief, meter });
    const rows = await session.script(
      'BEGIN READ ONLY; SELECT 1 AS a; SELECT 2 AS b UNION SELECT 3 ORDER BY 1; COMMIT',
    );
    expect(rows).toEqual([[], [{ a: 1 }], [{ b: 2 }, { b: 3 }], []]);
    expect(meter).toMatchObject({ roundTrips: 1, statements: 4 });
  });

  test('makes a GRANT that only warns an error (01007, 01006)', async () => {
    await using server = await sharedServer();
    const role = `session_${process.pid}`;
    await server.query(`CREATE ROLE ${role}`);
    await server.query(`CREATE TABLE public.${role} (); GRANT SELECT ON public.${role} TO ${role}`);
    await using session = await connect(targetOf(server), brief);
    try {
      await session.query(`SET ROLE ${role}`);
      await expect(
        session.script(`GRANT SELECT ON public.${role} TO PUBLIC`, { doing: 'the grant' }),
      ).rejects.toMatchObject({
        errorClass: 'insufficient-privilege',
        message: expect.stringContaining('did not carry out the grant'),
        diagnostics: [{ code: '01007' }],
      });
      await expect(session.query(`REVOKE SELECT ON public.${role} FROM PUBLIC`)).rejects.toMatchObject({
        diagnostics: [{ code: '01006' }],
      });
      await session.query("DO $$ BEGIN RAISE WARNING 'all is well'; END $$");
      expect(session.notices.at(-1)).toMatchObject({ severity: 'WARNING', message: 'all is well' });
    } finally {
      await session.query('RESET ROLE');
      await session.script(`DROP TABLE public.${role}; DROP ROLE ${role}`);
    }
  });
});

describe('close', () => {
  test('says goodbye, may be called twice, and ends further statements', async () => {
    await using server = await sharedServer();
    const session = await connect(targetOf(server), brief);
    await Promise.all([session.close(), session.close()]);
    expect(await session.closed).toBeUndefined();
    await expect(session.query('SELECT 1', [], { doing: 'asking' })).rejects.toThrow(
      'asking was asked of a closed session',
    );
  });

  test('does not wait for a frozen server', async () => {
    await using server = await startServer();
    const session = await connect(targetOf(server), brief);
    process.kill(processOf(session), 'SIGSTOP');
    const started = performance.now();
    await session.close();
    expect(performance.now() - started).toBeLessThan(8_000);
    process.kill(processOf(session), 'SIGCONT');
  });

  test('ends a running statement', async () => {
    await using server = await sharedServer();
    const session = await connect(targetOf(server), brief);
    const waiting = session.query('SELECT pg_catalog.pg_sleep(30)').catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await session.close();
    expect(await waiting).toMatchObject({ errorClass: 'unreachable' });
  });
});
