// Who holds connections to the API without using them does not keep others out: over real sockets, one address or several.
import { once } from 'node:events';
import { Agent, createServer, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { OperationError, Secret } from 'bus-integration-database';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Authenticate, audience, createAuthenticate } from '../../src/auth/authenticate.ts';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';
import { type App, createApp, type Limits } from '../../src/http/app.ts';
import { clientNetwork, readIdleConnections } from '../../src/http/connections.ts';
import { base } from '../serving.ts';

const token = 'a-token-for-tests-only-0123456789';
const running: App[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

interface Options {
  readonly isOpen?: boolean;
  readonly authenticate?: Authenticate | undefined;
  readonly limits?: Partial<Limits>;
}

async function start(options: Options = {}): Promise<number> {
  const { authenticate = createAuthenticate({ token: new Secret(token) }) } = options;
  const app = await createApp({
    providers: ['postgres'],
    deployments: await deploymentFromEnvironment(
      { env: {}, cwd: '/', homeDirectory: '/', osUser: '', uid: 0 },
      createProviders(),
    ),
    authenticate: options.isOpen ? undefined : authenticate,
    ...(options.limits && { limits: options.limits }),
  });
  running.push(app);
  return Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port);
}

/** Opens a connection from an address, sends, and never closes it by itself. */
async function hold(port: number, text = '', localAddress = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  sockets.push(socket);
  const held = { socket, answer: '', isEnded: false };
  socket.setEncoding('latin1').on('data', (data) => {
    held.answer += data;
  });
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      held.isEnded = true;
    });
  }
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return held;
}

const ask = (path: string, authorization?: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${authorization ? `Authorization: Bearer ${authorization}\r\n` : ''}\r\n`;

async function isServed(port: number, localAddress?: string): Promise<void> {
  const held = await hold(port, ask(`${base}/capabilities`, token), localAddress);
  await vi.waitFor(() => expect(held.answer).toContain('"providers"'), 10_000);
  held.socket.destroy();
}

/** Only Linux answers for the whole of 127.0.0.0/8. */
const hasAddresses = process.platform === 'linux';
if (!hasAddresses) console.log('several addresses: not tried, this machine has one loopback address');

describe.each([
  ['after GET /healthz each', ask('/healthz')],
  ['after a wrong token each', ask(`${base}/plan`, 'guess')],
  ['after a path that is none each', ask('/nothing')],
  ['without a word', ''],
  ['in the middle of a request', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'],
])('512 connections held %s', (_, text) => {
  it.each([[true], [false]])('keep nobody out (without authentication: %s)', { timeout: 60_000 }, async (isOpen) => {
    const port = await start({ isOpen });
    for (let index = 0; index < 512; index += 1) await hold(port, text);
    await isServed(port);
    await isServed(port);
  });
});

it.runIf(hasAddresses)(
  'where all are held and none is idle, the oldest request of the busiest address gives way',
  async () => {
    const port = await start({ limits: { connections: 6 } });
    const many: { isEnded: boolean }[] = [];
    const half = 'GET /healthz HTTP/1.1\r\nHost: x\r\n';
    for (let index = 0; index < 4; index += 1) many.push(await hold(port, half, '127.0.0.3'));
    const few = [await hold(port, half, '127.0.0.2'), await hold(port, half, '127.0.0.2')];
    await isServed(port, '127.0.0.4');
    expect(many.map(({ isEnded }) => isEnded)).toEqual([true, false, false, false]);
    expect(few.map(({ isEnded }) => isEnded)).toEqual([false, false]);
  },
);

it('a client that was not let in is parted with after its answer', async () => {
  const port = await start();
  for (const text of [ask('/healthz'), ask(`${base}/plan`), ask(`${base}/plan`, 'guess'), ask('/nothing')]) {
    const held = await hold(port, text);
    await vi.waitFor(() => expect(held.isEnded).toBe(true), 10_000);
    expect(held.answer).toMatch(/^connection: close\r$/im);
  }
});

it('one that was let in keeps its connection, with authentication and without', async () => {
  for (const isOpen of [true, false]) {
    const port = await start({ isOpen });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let index = 0; index < 3; index += 1) {
      const asked = request({
        port,
        agent,
        path: `${base}/capabilities`,
        headers: { host: 'localhost', authorization: `Bearer ${token}` },
      }).end();
      const [response] = await once(asked, 'response');
      ports.add(response.socket.localPort);
      await once(response.resume(), 'end');
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  }
});

it.runIf(hasAddresses)('the oldest idle one of the same address gives way, and others stay', async () => {
  const port = await start({ limits: { idleConnectionsEach: 3 } });
  const other = await hold(port, '', '127.0.0.2');
  const mine: { isEnded: boolean }[] = [];
  for (let index = 0; index < 5; index += 1) mine.push(await hold(port));
  await vi.waitFor(() => expect(mine.map(({ isEnded }) => isEnded)).toEqual([true, true, false, false, false]), 10_000);
  expect(other.isEnded).toBe(false);
});

/** Silent connections of the same address of which the oldest are over the limit of three; resolves once those are cut. */
async function silentOnesAreCut(port: number): Promise<void> {
  const silent: { isEnded: boolean }[] = [];
  for (let index = 0; index < 5; index += 1) silent.push(await hold(port));
  await vi.waitFor(
    () => expect(silent.map(({ isEnded }) => isEnded)).toEqual([true, true, false, false, false]),
    10_000,
  );
}

it('a client whose token waits for the keys that check it is at work, however many come by one gateway', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwt = await new SignJWT({ scope: 'database:read' })
    .setProtectedHeader({ alg: 'ES256' })
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(privateKey);
  const waiting: ServerResponse[] = [];
  const keys = createServer((_, response) => void waiting.push(response)).listen(0, '127.0.0.1');
  await once(keys, 'listening');
  try {
    const jwksUrl = new URL(`http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`);
    const port = await start({ authenticate: createAuthenticate({ jwksUrl }), limits: { idleConnectionsEach: 3 } });
    const clients = [];
    for (let index = 0; index < 70; index += 1) clients.push(await hold(port, ask(`${base}/capabilities`, jwt)));
    await vi.waitFor(() => expect(waiting.length).toBe(1));
    await silentOnesAreCut(port);
    const document = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
    for (const response of waiting) response.setHeader('content-type', 'application/json').end(document);
    for (const client of clients) await vi.waitFor(() => expect(client.answer).toContain('"providers"'), 10_000);
  } finally {
    keys.close();
  }
});

it('a connection is at work from the first byte of its request on, the next one on it too', async () => {
  const port = await start({ limits: { idleConnectionsEach: 3 } });
  const [first, second] = [ask(`${base}/capabilities`, token), ask(`${base}/capabilities`, token)];
  const clients = [];
  for (let index = 0; index < 4; index += 1) clients.push(await hold(port, first.slice(0, 30)));
  await silentOnesAreCut(port);
  for (const { socket } of clients.splice(1)) socket.destroy();
  for (const client of clients) {
    client.socket.write(first.slice(30));
    await vi.waitFor(() => expect(client.answer).toContain('"providers"'), 10_000);
    client.answer = '';
    client.socket.write(second.slice(0, 30));
  }
  await silentOnesAreCut(port);
  for (const client of clients) {
    client.socket.write(second.slice(30));
    await vi.waitFor(() => expect(client.answer).toContain('"providers"'), 10_000);
  }
});

it("0 is not a number of one address's own", async () => {
  const port = await start({ limits: { idleConnectionsEach: 0 } });
  const silent: { isEnded: boolean }[] = [];
  for (let index = 0; index < 10; index += 1) silent.push(await hold(port));
  await silentOnesAreCut(await start({ limits: { idleConnectionsEach: 3 } }));
  expect(silent.filter(({ isEnded }) => isEnded)).toEqual([]);
});

it.each([
  [undefined, undefined],
  ['0', 0],
  ['200', 200],
  ['512', 512],
])('the key of their number may be %s', (given, expected) => {
  expect(readIdleConnections({ BUS_DATABASE_API_IDLE_CONNECTIONS: given })).toBe(expected);
});

it.each([[''], ['-1'], ['1.5'], ['513'], ['many'], [' 4']])('the key of their number is not %j', (given) => {
  const read = () => readIdleConnections({ BUS_DATABASE_API_IDLE_CONNECTIONS: given });
  expect(read).toThrow(OperationError);
  expect(read).toThrow('expected a whole number from 0 to 512');
});

it.runIf(hasAddresses)('where all are held the address with most gives way', async () => {
  const port = await start({ limits: { connections: 6 } });
  const many: { isEnded: boolean }[] = [];
  for (let index = 0; index < 4; index += 1) many.push(await hold(port, '', '127.0.0.3'));
  const few = [await hold(port, '', '127.0.0.2'), await hold(port, '', '127.0.0.2')];
  await isServed(port, '127.0.0.4');
  await vi.waitFor(() => expect(many.map(({ isEnded }) => isEnded)).toEqual([true, false, false, false]));
  expect(few.map(({ isEnded }) => isEnded)).toEqual([false, false]);
});

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::1', '0:0:0:0'],
  ['2001:db8::7', '2001:db8:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  [undefined, ''],
])('%s counts as %s', (address, expected) => {
  expect(clientNetwork(address)).toBe(expected);
});
