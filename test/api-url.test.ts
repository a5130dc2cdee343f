// The same pipe with another mouth: what the command line prints through a running API is what it prints by itself.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Response } from 'bus-integration-database';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { apiToken, startApi } from './api-server.ts';
import { type Answer, type Deployment, makeDeployment } from './deployment.ts';

const declared = { BUS_DATABASE_NAMES: 'bus_auth,bus_events', BUS_DATABASE_SERVICE_ROLE: 'bus_service' };

/** A folder that knows the deployment's name and names, and no server. */
function makeClient(): Deployment {
  const nothing = Object.fromEntries(
    ['BUS_POSTGRES_ADMIN_DSN_FILE', 'BUS_DATABASE_DSN_OUTPUT_DIR'].map((key) => [key, undefined]),
  );
  const client = makeDeployment({ keys: { ...nothing, ...declared } });
  client.write('local/api-token', `${apiToken}\n`);
  return client;
}

/** One deployment's life, each line a run of the command line. */
const life: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '-f', 'json'],
  ['plan', '--check', '-q'],
  ['plan', '--sql'],
  ['apply', '--dry-run'],
  ['plan', '--save', './plan.json'],
  ['apply', '--plan', './plan.json'],
  ['apply', '--plan', './plan.json'],
  ['apply', '-f', 'json'],
  ['status'],
  ['status', '--check', '-f', 'json'],
  ['verify', '-f', 'json'],
  ['verify', '--strict'],
  ['doctor'],
  ['apply', '--rotate', 'bus_service'],
  ['apply', '--rotate', 'nobody'],
  ['apply', '--allow', 'nothing'],
  ['status', '-v'],
];

async function live(runner: Deployment, server: Server, flags: readonly string[], mark: (text: string) => string) {
  const told: unknown[] = [];
  const run = async (args: readonly string[]) => {
    const { exit, stdout, stderr } = await runner.run([...args, ...flags]);
    told.push({ args, exit, stdout: lines(mark(stdout), args), stderr: lines(mark(stderr), args) });
  };
  for (const args of life) await run(args);
  await server.query('GRANT CONNECT ON DATABASE bus_auth TO PUBLIC');
  for (const args of [['plan'], ['apply'], ['apply', '--allow', 'revoke'], ['plan']]) await run(args);
  await server.query("COMMENT ON DATABASE bus_auth IS 'bus-deployment=another'");
  for (const args of [['plan', '-f', 'json'], ['apply'], ['status']]) await run(args);
  return told;
}

/** Without what differs by itself: time, port, cluster, randomness, the folder's place. */
function marker(server: Server, flags: readonly string[]) {
  return (text: string) =>
    text
      .replaceAll(flags.length === 0 ? /(?!)/g : ` ${flags.join(' ')}`, '')
      .replaceAll(flags.length === 0 ? /(?!)/g : inJson(flags), '')
      .replaceAll(String(server.port), 'PORT')
      .replace(/\d{19}/g, 'CLUSTER')
      .replace(/"(elapsed_ms|connections|size_bytes)": \d+/g, '"$1": 0')
      .replace(/\b\d+(\.\d+)? (ms|s|MB)\b/g, 'FIGURE')
      .replace(/\b[0-9a-f]{64}\b/g, 'ID')
      .replace(/SCRAM-SHA-256[^'"]*/g, 'VERIFIER')
      .replaceAll('./local/dsn/', './')
      .replaceAll('./local/dsn', '.');
}

/** As a command's words stand in a printed document, after other words. */
function inJson(flags: readonly string[]): RegExp {
  const words = flags.map((flag) => JSON.stringify(flag).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`,\\s*${words.join(',\\s*')}`, 'g');
}

function lines(text: string, args: readonly string[]): string[] {
  const kept = text.split('\n').map((line) => line.replace(/ {2,}/g, '  ').trimEnd());
  // Who looks from where: the folder's own files, keys and git are told by each in its own words.
  return args[0] === 'doctor' ? kept.filter((line) => !/^config|git|^\d+ ok/.test(line)) : kept;
}

async function folder(server: Server): Promise<Deployment> {
  return makeDeployment({ adminDsn: await createPlainAdmin(server), keys: declared });
}

it('says the same and exits the same, all of a deployment’s life long', async () => {
  await using direct = await startServer();
  await using remote = await startServer();
  using here = await folder(direct);
  using there = await folder(remote);
  await using api = await startApi(there);
  using client = makeClient();
  const flags = ['--api-url', api.url, '--token-file', './local/api-token'];
  const [own, asked] = [
    await live(here, direct, [], marker(direct, [])),
    await live(client, remote, flags, marker(remote, flags)),
  ];
  expect(asked).toEqual(own);
  expect(api.log()).not.toContain(apiToken);
  expect(await api.end()).toBe(0);
}, 180_000);

it('every verb is about what is declared where it was typed', async () => {
  await using server = await startServer();
  using there = await folder(server);
  await using api = await startApi(there);
  using client = makeClient();
  client.configure({ BUS_DATABASE_NAMES: 'bus_auth,bus_own' });
  const flags = ['-f', 'json', '--api-url', api.url, '--token-file', './local/api-token'];
  const about = async (verb: string) => {
    const { stdout } = await client.run([verb, ...flags]);
    // What it was not about is named there alone.
    const { diagnostics, ...answer } = JSON.parse(stdout) as Response;
    const leftOut = diagnostics.filter(({ code }) => code === 'part-of-what-is-configured');
    expect(leftOut.map(({ message }) => message)).toEqual(
      verb === 'verify' ? [expect.stringContaining('not at databases bus_events')] : [],
    );
    const rest = JSON.stringify([answer, diagnostics.filter((diagnostic) => !leftOut.includes(diagnostic))]);
    return /bus_own/.test(rest) && !/bus_events/.test(rest);
  };
  const verbs = ['plan', 'doctor', 'apply', 'status', 'verify'];
  for (const verb of verbs) expect([verb, await about(verb)]).toEqual([verb, true]);
  // Where nothing is declared, it is about what the API is configured for.
  client.configure({ BUS_DATABASE_NAMES: undefined, BUS_DATABASE_SERVICE_ROLE: undefined });
  const { stdout } = await client.run(['status', ...flags]);
  expect(stdout).toContain('bus_events');
}, 60_000);

it('a report is asked of the API, and its page is written here', async () => {
  await using server = await startServer();
  using there = await folder(server);
  expect((await there.run(['apply'])).exit).toBe(0);
  await using api = await startApi(there);
  using client = makeClient();
  const flags = ['--api-url', api.url, '--token-file', './local/api-token'];
  const written = await client.run(['report', '-o', 'report.html', ...flags]);
  expect([written.exit, written.stdout]).toEqual([0, '']);
  expect(statSync(client.path('report.html')).mode & 0o777).toBe(0o600);
  expect((await there.run(['report', '-o', 'report.html'])).exit).toBe(0);
  const mark = marker(server, []);
  const page = (deployment: Deployment) =>
    mark(readFileSync(deployment.path('report.html'), 'utf8')).replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME');
  expect(page(client)).toBe(page(there));
  await server.query('GRANT CONNECT ON DATABASE bus_auth TO PUBLIC');
  const checked = await client.run(['report', '--check', '-f', 'json', ...flags]);
  expect([checked.exit, (JSON.parse(checked.stdout) as Response).report?.version]).toEqual([3, 1]);
}, 120_000);

describe('what can go wrong on the way', () => {
  const run = (client: Deployment, ...args: readonly string[]): Promise<Answer> => client.run(args);
  it('is named, with what to do', async () => {
    using client = makeClient();
    const stranger = createServer((request, response) => {
      if (request.url?.includes('redirect')) response.writeHead(302, { location: 'http://127.0.0.1:1/' });
      response.end('<html>');
    });
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    client.write('local/open-token', `${apiToken}\n`, 0o644);
    for (const [args, exit, why] of [
      [['status', '--api-url', 'http://127.0.0.1:1'], 1, "can't reach the API at http://127.0.0.1:1: "],
      [['status', '--api-url', url], 1, 'answered 200 without a document of the API'],
      [['status', '--api-url', `${url}/redirect`], 1, 'answered 302, which is a redirect'],
      [['status', '--api-url', 'ftp://x'], 2, 'expected http: or https:'],
      [['status', '--api-url', 'x'], 2, 'not a URL'],
      [['status', '--api-url', 'http://u:p@127.0.0.1:1'], 2, 'credentials in a URL'],
      [['status', '--api-url', url, '--token-file', './local/open-token'], 2, 'chmod 600'],
      [['status', '--token-file', './local/api-token'], 2, '--token-file is for --api-url'],
      [['apply', '--api-url', url, '--jobs', '3'], 2, "--jobs is the API's own setting"],
    ] as const) {
      const answer = await run(client, ...args);
      expect([args, answer.exit, answer.stderr]).toEqual([args, exit, expect.stringContaining(why)]);
    }
    stranger.close();
  });

  /** An API of a few words: what it answers to a request, or undefined for none at all. */
  async function fakeApi(answer: (path: string) => readonly [status: number, body: unknown] | undefined) {
    const server = createServer((request, response) => {
      const path = `${request.method} ${request.url?.replace('/api/internal/database/', '')}`;
      const [status, body] = answer(path) ?? [];
      // Headers and the beginning of a stream, then silence.
      if (status === undefined) return void response.write(': here\n\n');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      },
    };
  }
  const accepted = [202, { job_id: 'a-job' }] as const;

  it('an API that falls silent does not keep a run past its end', async () => {
    await using api = await fakeApi((path) => (path.startsWith('POST apply') ? accepted : undefined));
    using client = makeClient();
    const { exit, stdout, stderr } = await run(client, 'apply', '--api-url', api.url, '--timeout', '1s');
    expect([exit, stdout]).toEqual([1, expect.stringContaining('ok: false')]);
    expect(stderr).toMatch(/within 1.0 s.*; the apply may go on at http:.*jobs\/a-job\n.*status .*shows what stands/s);
  }, 60_000);

  it('an answer that is none ends the run with a word', async () => {
    const odd = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      );
    });
    await new Promise<void>((done) => odd.listen(0, '127.0.0.1', done));
    using client = makeClient();
    const url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const { exit, stderr } = await run(client, 'status', '--api-url', url);
    odd.close();
    expect([exit, stderr]).toEqual([1, expect.stringContaining('the connection ended without an answer')]);
  });

  it.each([
    [404, 'no such job: jobs are lost at a restart'],
    [401, 'a valid token is needed'],
  ])('an API that answers %i for its job leaves no doubt of what is in doubt', async (status, message) => {
    const problem = { status, ok: false, error_class: 'invalid-request', diagnostics: [{ message }] };
    await using api = await fakeApi((path) => (path.startsWith('POST apply') ? accepted : [status, problem]));
    using client = makeClient();
    const { exit, stderr } = await run(client, 'apply', '--api-url', api.url);
    expect([exit, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).toMatch(/the apply may go on at .*status .*shows what stands/s);
  });

  it('an API that is away for 8 s while its job goes on is waited for', async () => {
    let backAt = Number.POSITIVE_INFINITY;
    await using api = await fakeApi((path) => {
      if (path.startsWith('POST apply')) {
        backAt = performance.now() + 8_000;
        return accepted;
      }
      return performance.now() < backAt
        ? [503, { error: 'the gateway has nobody behind it' }]
        : [200, { state: 'ended', response: answered }];
    });
    using client = makeClient();
    // How long it takes is no matter of its text.
    const { exit, stderr } = await run(client, 'apply', '--progress', 'never', '--api-url', api.url);
    expect([exit, stderr]).toEqual([0, '']);
  });

  const answered = {
    ok: true,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [],
  };
  it.each([
    [
      { ...answered, ok: false, error_class: 'of-tomorrow' },
      1,
      /not a response of this version's contract \(error_class/,
    ],
    [{ ...answered, actions: ['x'], steps: [null] }, 1, /not a response of this version's contract \(steps/],
    [{ ...answered, of_tomorrow: true }, 0, /^$/],
  ])('an answer of another version is told from one that can be shown: %j', async (body, exit, said) => {
    await using api = await fakeApi(() => [200, body]);
    using client = makeClient();
    const answer = await run(client, 'plan', '--api-url', api.url);
    expect([answer.exit, answer.stderr]).toEqual([exit, expect.stringMatching(said)]);
  });

  it('an interrupted apply is ended there too, and says what stands', async () => {
    await using server = await startServer();
    using deployment = await folder(server);
    await using api = await startApi(deployment);
    using client = makeClient();
    const flags = ['--api-url', `${api.url}/api/internal/database/`, '--token-file', './local/api-token'];
    // Another run's lock keeps the apply waiting until it is interrupted.
    const holder = new Client({ connectionString: server.dsn('postgres') });
    await holder.connect();
    const key = createHash('sha256').update('example-dev').digest().readInt32BE(0);
    await holder.query('SELECT pg_advisory_lock($1::int, $2::int)', [0x42755344, key]);
    const running = client.start(['apply', ...flags]);
    await untilItRuns(api.url);
    running.signal('SIGINT');
    const answer = await running.answer;
    expect([answer.exit, answer.stdout]).toEqual([130, expect.stringContaining('ok: false')]);
    expect(answer.stderr).toMatch(/^bus operator database: interrupted by request/m);
    expect(await (await fetch(`${api.url}/api/internal/database/metrics`, bearer)).text()).toContain(
      'bus_database_jobs_running 0',
    );
    await holder.end();
    expect((await run(client, 'apply', ...flags)).exit).toBe(0);
  });

  it.each([
    ['refuses streams', 502],
    ['cuts every stream', 200],
  ] as const)('behind a proxy that %s, an apply is followed to its end', async (_, status) => {
    await using server = await startServer();
    using deployment = await folder(server);
    await using api = await startApi(deployment);
    using client = makeClient();
    const proxy = createServer((asked, answer) => {
      if (asked.url?.endsWith('/events')) {
        answer.writeHead(status, { 'content-type': 'text/event-stream' }).write(': here\n\n', () => answer.destroy());
        return;
      }
      const { method, headers } = asked;
      const passed = forward(new URL(asked.url ?? '', api.url), { method, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(answer);
      });
      asked.pipe(passed);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { exit, stdout, stderr } = await run(
      client,
      'apply',
      '--api-url',
      url,
      '--token-file',
      './local/api-token',
      '-f',
      'json',
    );
    proxy.close();
    expect([exit, stderr, JSON.parse(stdout).ok]).toEqual([0, '', true]);
  });

  it('a wrong token is refused, and the server ends an apply in order when it is ended', async () => {
    await using server = await startServer();
    using deployment = await folder(server);
    await using api = await startApi(deployment);
    using client = makeClient();
    client.write('local/api-token', 'a-token-that-is-not-the-right-one\n');
    const refused = await run(client, 'status', '--api-url', api.url, '--token-file', './local/api-token');
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining('a valid token is needed')]);
    expect(refused.stderr).toContain(
      'next: check the token that --token-file, BUS_OPERATOR_TOKEN or BUS_INTERNAL_TOKEN gives',
    );
    // The environment's token is the one that is given where no file is: the operator's before the internal one.
    const [right, wrong] = [apiToken, 'another-token-that-is-not-the-right-one'];
    for (const [env, exit] of [
      [{ BUS_OPERATOR_TOKEN: right }, 0],
      [{ BUS_INTERNAL_TOKEN: right }, 0],
      [{ BUS_OPERATOR_TOKEN: '', BUS_INTERNAL_TOKEN: right }, 0],
      [{ BUS_OPERATOR_TOKEN: right, BUS_INTERNAL_TOKEN: wrong }, 0],
      [{ BUS_OPERATOR_TOKEN: wrong, BUS_INTERNAL_TOKEN: right }, 1],
    ] as const) {
      const answer = await client.run(['status', '--api-url', api.url], { env });
      expect({ env, exit: answer.exit }).toEqual({ env, exit });
      expect(answer.stdout + answer.stderr).not.toMatch(/another-token|a-token-for-tests/);
    }
    const file = await client.run(['status', '--api-url', api.url, '--token-file', './local/api-token'], {
      env: { BUS_OPERATOR_TOKEN: right },
    });
    expect(file.exit).toBe(1);
    const without = await run(client, 'status', '--api-url', api.url);
    expect([without.exit, without.stderr]).toEqual([1, expect.stringContaining('--token-file FILE')]);
    expect(refused.stderr + without.stderr).not.toContain('Bearer');
    client.write('local/api-token', `${apiToken}\n`);
    const applying = run(client, 'apply', '--api-url', api.url, '--token-file', './local/api-token');
    await untilItRuns(api.url);
    expect(await api.end()).toBe(0);
    const { exit, stdout } = await applying;
    expect([exit, stdout]).toEqual([0, expect.stringContaining('ok: true')]);
  });
});

const bearer = { headers: { authorization: `Bearer ${apiToken}` } };

async function untilItRuns(url: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/api/internal/database/metrics`, bearer)).text();
    if (/^bus_database_jobs_running 1$/m.test(text)) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}
