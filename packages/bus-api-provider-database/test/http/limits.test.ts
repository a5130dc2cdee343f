// The door itself, over real sockets: who is turned away, and when a connection is cut off.
import { connect, type Socket } from 'node:net';
import { Secret } from 'bus-integration-database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticate } from '../../src/auth/authenticate.ts';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';
import { type App, createApp, type Limits } from '../../src/http/app.ts';
import { base } from '../serving.ts';

const token = 'a-token-for-tests-only-0123456789';
const running: App[] = [];
afterAll(() => Promise.all(running.map(({ server }) => server.close())));

/** A server without any deployment: what is tested here comes before one is asked. */
async function start(options: { isOpen?: boolean; limits?: Partial<Limits> } = {}): Promise<number> {
  const app = await createApp({
    providers: ['postgres'],
    deployments: await deploymentFromEnvironment(
      { env: {}, cwd: '/', homeDirectory: '/', osUser: '', uid: 0 },
      createProviders(),
    ),
    authenticate: options.isOpen ? undefined : createAuthenticate({ token: new Secret(token) }),
    ...(options.limits && { limits: options.limits }),
  });
  running.push(app);
  return Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port);
}

/** Sends bytes as they are, and everything that came back until the server closed; undefined when it never did. */
function send(port: number, ...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(answer));
    for (const piece of pieces) socket.write(piece);
  });
}

const get = (path: string, ...headers: readonly string[]) =>
  ['GET ', path, ' HTTP/1.1\r\nconnection: close\r\n', ...headers.map((header) => `${header}\r\n`), '\r\n'].join('');
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const documentOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

describe('without authentication', () => {
  let port: number;
  beforeAll(async () => {
    port = await start({ isOpen: true });
  });

  it.each([
    ['127.0.0.1:8080', 200],
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['[::1]:8092', 200],
    ['127.8.9.10', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:8092', 403],
    ['evil.example:127.0.0.1', 403],
    ['127.0.0.1@evil.example', 403],
    ['10.0.0.1', 403],
    ['0.0.0.0', 403],
    ['[::ffff:10.0.0.1]', 403],
    ['', 403],
  ])('Host %s is answered %i', async (host, status) => {
    expect(statusOf(await send(port, get(`${base}/capabilities`, `Host: ${host}`)))).toBe(status);
  });

  it.each([
    [['Origin: http://evil.example'], 403],
    [['Origin: null'], 403],
    [['Origin: http://localhost:3000'], 403],
    [['Origin: https://localhost'], 403],
    [['Origin: http://localhost'], 200],
    [['Sec-Fetch-Site: cross-site'], 403],
    [['Sec-Fetch-Site: same-site'], 403],
    [['Sec-Fetch-Site: same-origin'], 200],
    [['Sec-Fetch-Site: none'], 200],
  ])('%j is answered %i', async (headers, status) => {
    expect(statusOf(await send(port, get(`${base}/capabilities`, 'Host: localhost', ...headers)))).toBe(status);
  });

  it('no Host, and two of them, are refused', async () => {
    for (const hosts of [[], ['Host: evil.example', 'Host: localhost'], ['Host: localhost', 'host: localhost']]) {
      const answer = await send(port, get(`${base}/capabilities`, ...hosts));
      expect([hosts, statusOf(answer), documentOf(answer).detail]).toEqual([
        hosts,
        400,
        expect.stringMatching(/^Host is/),
      ]);
    }
    const tokens = ['Authorization: Bearer a', 'authorization: Bearer b'];
    const several = await send(port, get(`${base}/capabilities`, 'Host: localhost', ...tokens));
    expect(documentOf(several).detail).toBe('Authorization is given 2 times, expected once');
    const old = `GET /healthz HTTP/1.0\r\n\r\n`;
    expect(statusOf(await send(port, old))).toBe(200);
  });
});

describe('with authentication', () => {
  it('any Host will do, behind a gateway that writes its own', async () => {
    const port = await start();
    const bearer = `Authorization: Bearer ${token}`;
    expect(statusOf(await send(port, get(`${base}/capabilities`, 'Host: gateway.example:8080', bearer)))).toBe(200);
    expect(statusOf(await send(port, get(`${base}/capabilities`, 'Host: gateway.example:8080')))).toBe(401);
    expect(statusOf(await send(port, get('/healthz', 'Host: gateway.example')))).toBe(200);
    for (const path of ['plan', 'status', 'doctor', 'metrics', 'openapi.json', 'jobs/x', 'jobs/x/events'])
      expect([path, statusOf(await send(port, get(`${base}/${path}`, 'Host: x')))]).toEqual([path, 401]);
    for (const path of ['/nothing', '/healthz/..%2f', '//healthz', '/%'])
      expect([path, [400, 401].includes(statusOf(await send(port, get(path, 'Host: x'))))]).toEqual([path, true]);
  });

  it('failures are limited, and never who has the token', async () => {
    const port = await start({ limits: { failuresAMinute: 5 } });
    const statuses: number[] = [];
    for (let index = 0; index < 8; index += 1)
      statuses.push(statusOf(await send(port, get(`${base}/plan`, 'Host: x', 'Authorization: Bearer guess'))));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const limited = await send(port, get(`${base}/plan`, 'Host: x'));
    expect(limited).toMatch(/^retry-after: [1-9]\d?\r$/m);
    expect(documentOf(limited).error_class).toBe('unauthenticated');
    const right = await send(port, get(`${base}/capabilities`, 'Host: x', `Authorization: Bearer ${token}`));
    expect(statusOf(right)).toBe(200);
  });
});

describe('what is too much', () => {
  let port: number;
  beforeAll(async () => {
    port = await start({ limits: { headersMs: 400, requestMs: 800, stalledMs: 500, bodyBytes: 10_000 } });
  });
  const head = (length: number | string, type = 'application/json') =>
    `POST ${base}/plan HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

  it('of a body, of headers, of depth', async () => {
    expect(statusOf(await send(port, head(10_001), 'x'.repeat(10_001)))).toBe(413);
    expect(statusOf(await send(port, head(1e15)))).toBe(413);
    expect(statusOf(await send(port, get('/healthz', 'Host: x', `X: ${'y'.repeat(20_000)}`)))).toBe(431);
    expect(statusOf(await send(port, get(`/${'a'.repeat(20_000)}`, 'Host: x')))).toBe(431);
    const deep = '['.repeat(5_000) + ']'.repeat(5_000);
    expect(statusOf(await send(port, head(deep.length), deep))).toBe(400);
    for (const [type, body] of [
      ['text/plain', '{}'],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['multipart/form-data; boundary=x', '--x--'],
    ] as const)
      expect([type, statusOf(await send(port, head(body.length, type), body))]).toEqual([type, 415]);
    for (const [body, says] of [
      ['{', 'is not valid JSON'],
      ['', 'is empty'],
      ['\u0000', 'is not valid JSON'],
      ['{"dry_run":true,"dry_run":false}', 'has the key "dry_run" twice in one object'],
    ] as const) {
      const answer = await send(port, head(body.length), body);
      expect([body, statusOf(answer), documentOf(answer).detail]).toEqual([body, 400, expect.stringContaining(says)]);
    }
    const compressed = head(2).replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n');
    const answer = await send(port, compressed, '{}');
    expect([statusOf(answer), documentOf(answer).detail]).toEqual([
      415,
      'the body is compressed, which Content-Encoding says; expected it as it is',
    ]);
  });

  it('of what is no HTTP at all', async () => {
    for (const bytes of [
      '\x16\x03\x01\x02\x00',
      'hello\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\u0000 HTTP/1.1\r\n\r\n',
    ]) {
      const answer = await send(port, bytes);
      expect([bytes, statusOf(answer)]).toEqual([bytes, 400]);
      expect(documentOf(answer)).toMatchObject({ ok: false, error_class: 'invalid-request' });
    }
    // What Node or the router would answer without a word of ours.
    for (const [asked, status] of [
      [get(`${base}/%zz`, 'Host: x'), 400],
      [get('/%ff%fe', 'Host: x'), 400],
      [get(`${base}/jobs/${'z'.repeat(300)}`, 'Host: x'), 414],
      [get('/healthz'), 400],
      [get('/healthz', 'Host: x', 'Host: y'), 400],
      [get('/healthz', 'Host: x', 'Expect: foo'), 417],
    ] as const) {
      const answer = await send(port, asked);
      expect([asked, statusOf(answer), documentOf(answer)]).toEqual([
        asked,
        status,
        expect.objectContaining({ ok: false, status, error_class: 'invalid-request' }),
      ]);
      expect(answer).toMatch(/^content-type: application\/problem\+json/im);
      expect(answer).toMatch(/^x-request-id: [\w-]{36}\r$/im);
      expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
      expect(answer).not.toMatch(/%|zzz/);
    }
    expect(await send(port, get('/healthz', 'Host: x', 'Expect: 100-continue'))).toMatch(/^HTTP\/1\.1 200/m);
    // A request hidden behind another: lengths that contradict each other.
    const smuggled = `POST ${base}/plan HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`;
    const answer = await send(port, smuggled);
    expect([statusOf(answer), answer.match(/^HTTP\/1\.1/gm)?.length]).toEqual([400, 1]);
  });

  it('of time: silence, a header at a time, a body that never ends', async () => {
    const silent = await send(port);
    const slowHead = await send(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
    const slowBody = await send(port, head(100), '{"a":');
    expect([silent, slowHead, slowBody].map(statusOf)).toEqual([408, 408, 408]);
  });

  it('of patience with who reads nothing of its answers', async () => {
    const { server } = running.at(-1) as App;
    const open = () => new Promise<number>((done) => server.server.getConnections((_, count) => done(count)));
    await vi.waitFor(async () => expect(await open()).toBe(0), 5_000);
    const asked = `GET ${base}/openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const reader = connect(port, '127.0.0.1').on('error', () => {});
    reader.pause();
    // Whole requests in one piece, so that none is late, with more answers than the machine keeps in between.
    reader.write(asked.repeat(400));
    await vi.waitFor(async () => expect(await open()).toBe(1), 5_000);
    await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 20_000, interval: 100 });
    reader.destroy();
  }, 30_000);

  it('the server goes on', async () => {
    expect(statusOf(await send(port, get('/healthz', 'Host: x')))).toBe(200);
  });
});
