// Who holds connections to the API without using them does not keep others out: over real sockets, one address or several.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Secret } from 'bus-integration-database';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp, type Limits } from '../src/app.ts';
import { createAuthenticate } from '../src/authenticate.ts';
import { networkOf } from '../src/connections.ts';
import { deploymentFromEnvironment } from '../src/deployments.ts';
import { createProviders } from '../src/providers.ts';
import { base } from './serving.ts';

const token = 'a-token-for-tests-only-0123456789';
const running: App[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

async function start(options: { isOpen?: boolean; limits?: Partial<Limits> } = {}): Promise<number> {
  const app = await createApp({
    providers: ['postgres'],
    deployments: deploymentFromEnvironment(
      { env: {}, cwd: '/', homeDirectory: '/', osUser: '', uid: 0 },
      createProviders(),
    ),
    authenticate: options.isOpen ? undefined : createAuthenticate({ token: new Secret(token) }),
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

/** Only Linux answers for the whole of 127.0.0.0/8. */
const hasAddresses = process.platform === 'linux';
if (!hasAddresses) console.log('several addresses: not tried, this machine has one loopback address');

it.runIf(hasAddresses)('the oldest idle one of the same address gives way, and others stay', async () => {
  const port = await start({ limits: { idleConnectionsEach: 3 } });
  const other = await hold(port, '', '127.0.0.2');
  const mine: { isEnded: boolean }[] = [];
  for (let index = 0; index < 5; index += 1) mine.push(await hold(port));
  await vi.waitFor(() => expect(mine.map(({ isEnded }) => isEnded)).toEqual([true, true, false, false, false]), 10_000);
  expect(other.isEnded).toBe(false);
});

it.runIf(hasAddresses)('where all are held the address with most gives way', async () => {
  const port = await start({ limits: { connections: 6 } });
  const many: { isEnded: boolean }[] = [];
  for (let index = 0; index < 4; index += 1) many.push(await hold(port, '', '127.0.0.3'));
  const few = [await hold(port, '', '127.0.0.2'), await hold(port, '', '127.0.0.2')];
  await isServed(port, '127.0.0.4');
  expect(many.map(({ isEnded }) => isEnded)).toEqual([true, false, false, false]);
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
  expect(networkOf(address)).toBe(expected);
});
