// Servers that accept a connection and then don't behave: each ends in an error in time, with the socket closed.
import type { Socket } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { connect } from '../../../src/connection/connect.ts';
import { authentication, fatal, message, scriptedServer } from '../../scripted-server.ts';
import { brief, targetAt } from '../../target.ts';

const ready = [message('S', 'server_version\0', '18.4\0'), message('K', Buffer.alloc(8)), message('Z', 'I')];
const plain = { sslmode: 'disable' } as const;

async function failureOf(script: (socket: Socket, first: Buffer) => void, timeoutMs = 5_000): Promise<OperationError> {
  await using server = await scriptedServer(script);
  const error = await connect(targetAt(server.port, plain), { ...brief, timeoutMs }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperationError);
  await expect.poll(() => server.count.open, { timeout: 2_000 }).toBe(0);
  expect(server.received()).not.toContain('pencil');
  return error as OperationError;
}

test('IN-22 accepts and says nothing: the deadline', async () => {
  const started = performance.now();
  const error = await failureOf(() => {}, 400);
  expect(performance.now() - started).toBeLessThan(4_500);
  expect(error.errorClass).toBe('timeout');
  expect(error.message).toMatch(/^127\.0\.0\.1:\d+ accepted the connection, then said nothing for 0\.4 s$/);
});

test('sends half a message and waits', async () => {
  const error = await failureOf((socket) => socket.write(authentication(10, 'SCRAM-SHA-256\0\0').subarray(0, 9)), 400);
  expect(error.errorClass).toBe('timeout');
});

test('sends half a message and hangs up', async () => {
  const error = await failureOf((socket) => socket.end(authentication(10, 'SCRAM-SHA-256\0\0').subarray(0, 9)));
  expect(error.errorClass).toBe('unreachable');
  expect(error.message).toContain('lost the connection to 127.0.0.1');
});

test('closes at once', async () => {
  const error = await failureOf((socket) => socket.end());
  expect(error.message).toMatch(/^lost the connection to 127\.0\.0\.1:\d+ during the login: the server closed it$/);
});

test('resets the connection', async () => {
  const error = await failureOf((socket) => socket.resetAndDestroy());
  expect(error).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining('the connection was reset'),
  });
});

test.each([
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['zeros', '\0\0\0\0\0\0\0\0'],
  ['an R with an absurd length', 'RRRRRRRRRRRRRR'],
])('answers with %s', async (_, answer) => {
  const error = await failureOf((socket) => socket.write(answer));
  expect(error.errorClass).toBe('unreachable');
  expect(error.message).toContain("answers, but not in PostgreSQL's protocol");
});

test('breaks the protocol in the middle of a message', async () => {
  const error = await failureOf((socket) => socket.write(message('R', '\0')));
  expect(error.message).toContain("broke PostgreSQL's protocol");
});

test("can't fork, and says so in the old protocol", async () => {
  const error = await failureOf((socket) => socket.end('Ecould not fork new process for connection: \u001b[31mNo\n\0'));
  expect(error.message).toContain('refuses: could not fork new process for connection');
  expect(error.message).not.toContain('\u001b');
});

test.each([
  [7, 'GSSAPI'],
  [9, 'SSPI'],
  [99, 'method 99'],
])('asks for authentication method %i', async (code, name) => {
  const error = await failureOf((socket) => socket.write(authentication(code)));
  expect(error).toMatchObject({
    errorClass: 'authentication-failed',
    message: expect.stringContaining(`asks for ${name}`),
  });
});

test('says it is ready without any authentication', async () => {
  const error = await failureOf((socket) => socket.write(Buffer.concat(ready)));
  expect(error.message).toContain("answers, but not in PostgreSQL's protocol");
});

test('a refusal keeps its SQLSTATE, and loses its control characters', async () => {
  const error = await failureOf((socket) =>
    socket.end(fatal('53300', 'sorry, \u001b]0;x\u0007too many clients already')),
  );
  expect(error).toMatchObject({ errorClass: 'unreachable', diagnostics: [{ code: '53300' }] });
  expect(error.message).toContain('too many clients already');
  expect(error.message).not.toContain('\u001b');
});

test.each([
  ['half a row', message('D', Buffer.from([0, 9, 0, 0, 0, 4])), /broke PostgreSQL's protocol|lost the connection/],
  ['text', 'HTTP/1.1 500 Oops\r\n\r\n', /no answer|broke PostgreSQL's protocol|lost the connection/],
  ['a row of nothing', message('T', Buffer.from([0, 3, 1])), /broke PostgreSQL's protocol|lost the connection/],
  ['nothing at all', '', /lost the connection to 127\.0\.0\.1:\d+ during asking: the server closed it/],
])('answers a statement with %s', async (_, answer, seen) => {
  await using server = await scriptedServer((socket) => {
    socket.write(Buffer.concat([authentication(0), ...ready]));
    socket.once('data', () => (answer === '' ? socket.end() : socket.write(answer)));
  });
  const session = await connect(targetAt(server.port, plain), { ...brief, queryTimeoutMs: 500 });
  await expect(session.query('SELECT 1', [], { doing: 'asking' })).rejects.toThrow(seen);
  expect(await session.closed).toBeInstanceOf(Error);
  await session.close();
});

test('an interruption ends the login at once', async () => {
  await using server = await scriptedServer(() => {});
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const options = { ...brief, signal: controller.signal };
  await expect(connect(targetAt(server.port, plain), options)).rejects.toMatchObject({ errorClass: 'cancelled' });
  await expect(connect(targetAt(server.port, plain), options)).rejects.toMatchObject({ errorClass: 'cancelled' });
  await expect.poll(() => server.count.open).toBe(0);
});

test('the environment says nothing to a connection', async () => {
  const said = {
    PGOPTIONS: '-c work_mem=1',
    PGAPPNAME: 'env',
    PGREPLICATION: 'database',
    PGPASSWORD: 'env pencil',
    PGSSLMODE: 'x',
  };
  await using server = await scriptedServer((socket) => socket.end(fatal('57P03', 'starting up')));
  Object.assign(process.env, said);
  try {
    await expect(connect(targetAt(server.port, plain), brief)).rejects.toMatchObject({
      diagnostics: [{ code: '57P03' }],
    });
  } finally {
    for (const name of Object.keys(said)) delete process.env[name];
  }
  expect(server.received().slice(8).split('\0')).toEqual([
    'user',
    'postgres',
    'database',
    'postgres',
    'application_name',
    'test',
    'search_path',
    '',
    'client_encoding',
    'UTF8',
    '',
    '',
  ]);
});
