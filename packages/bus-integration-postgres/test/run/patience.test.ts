// Real sockets: a port that nobody listens on, one that somebody begins to listen on, and one that is starting for good.
import { createServer } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { patiently } from '../../src/run/patience.ts';
import { createRun } from '../../src/run/run.ts';
import { fatal, scriptedServer } from '../scripted-server.ts';
import { targetAt, targetOf } from '../target.ts';

const { signal } = new AbortController();

async function closedPort(): Promise<number> {
  await using server = await scriptedServer(() => {});
  return server.port;
}

describe('the first connection of a run', () => {
  test('is tried three times where nobody listens', async () => {
    const port = await closedPort();
    const opening = createRun({ target: targetAt(port), signal }).open('survey');
    await expect(opening).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: expect.stringMatching(/^can't reach 127.0.0.1:\d+: connection refused after 3 tries in 2\.\d s$/),
      diagnostics: [{ code: 'connection-refused', remedy: expect.stringContaining('PostgreSQL runs there') }],
    });
  });

  test('is tried three times while the server is starting', async () => {
    await using server = await scriptedServer((socket) =>
      socket.end(fatal('57P03', 'the database system is starting up')),
    );
    const opening = createRun({ target: targetAt(server.port, { sslmode: 'disable' }), signal }).open('survey');
    await expect(opening).rejects.toMatchObject({
      message: expect.stringMatching(/starting up after 3 tries in 2\.\d s$/),
    });
    expect(server.count.made).toBe(3);
  });

  test('finds a server that comes up meanwhile, and is tried once for anything else', async () => {
    await using real = await startServer();
    await real.kill();
    const run = createRun({ target: targetOf(real), signal });
    const opening = run.open('survey');
    await real.restart();
    await using session = await opening;
    expect(session.where).toBe(`127.0.0.1:${real.port}`);
    await real.kill();
    const again = run.open('survey');
    await expect(again).rejects.toThrow(/connection refused$/);

    await using rude = await scriptedServer((socket) => socket.end('no PostgreSQL'));
    const refused = createRun({ target: targetAt(rude.port, { sslmode: 'disable' }), signal }).open('survey');
    await expect(refused).rejects.toMatchObject({ diagnostics: [{ code: 'protocol-violation' }] });
    expect(rude.count.made).toBe(1);
  });
});

test('several hosts are tried again only when none of them says anything else', async () => {
  const one = { host: '127.0.0.1', port: await closedPort() };
  const unknown = { host: 'db.bus-test.invalid', port: 1 };
  const at = (addresses: readonly (typeof one)[]) =>
    createRun({ target: { ...targetAt(1), addresses }, signal }).open('survey');
  await expect(at([one, unknown])).rejects.toThrow(/refused; can't look up/);
  await expect(at([one, one])).rejects.toThrow(
    /(refused after 3 tries in 2.\d s(; |$)){0}.*refused after 3 tries .*; .*refused after 3 tries/,
  );
});

test('an interruption ends the waiting; a time limit says what it was spent on', async () => {
  for (const [reason, said] of [
    ['SIGINT', /^can't reach 127.0.0.1:\d+: connection refused$/],
    [new OperationError('timeout', 'the time is up'), /^the time is up: can't reach .*: connection refused$/],
  ] as const) {
    const controller = new AbortController();
    const opening = createRun({ target: targetAt(await closedPort()), signal: controller.signal }).open('survey');
    setTimeout(() => controller.abort(reason), 200);
    await expect(opening).rejects.toThrow(said);
  }
});

test('what goes well is not touched', async () => {
  const server = createServer();
  expect(await patiently(() => Promise.resolve(server), signal)).toBe(server);
});
