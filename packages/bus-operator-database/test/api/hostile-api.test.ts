// What answers is another API than was meant, an old one, or somebody else's program: nothing of it is believed, printed as
// it is, or read without end.
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Progress } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { callApi } from '../../src/api/api-call.ts';
import { createApiProvider } from '../../src/api/api-client.ts';

const answered = {
  ok: true,
  deployment_id: 'example-dev',
  provider: 'postgres',
  actions: [],
  steps: [],
  diagnostics: [],
};
const asked = {
  deployment_id: 'example-dev',
  provider: 'postgres',
  databases: ['app'],
  roles: ['svc'],
  adopt: false,
  allow: [],
  rotate: [],
};

async function fakeApi(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    address: { url },
    provider: createApiProvider('postgres', { url }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const send = (response: ServerResponse, status: number, body: string) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
const context = () => ({ signal: AbortSignal.timeout(20_000), desired: undefined as never });

const nested = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;

it.each<[what: string, status: number, body: string, says: string]>([
  ['null', 202, 'null', 'without a document of the API'],
  ['a list', 200, '[]', 'without a document of the API'],
  ['what nests deep', 200, JSON.stringify({ ...answered, extra: 0 }).replace('0', nested), 'without a document'],
  ['another deployment', 200, JSON.stringify({ ...answered, deployment_id: 'oth\u001ber' }), 'deployment oth\\u001ber'],
  ['another provider', 200, JSON.stringify({ ...answered, provider: 'oracle' }), 'of the provider oracle'],
  ['what failed and is ok', 500, JSON.stringify(answered), 'has the status 500 of a failure'],
  ['a dry run', 200, JSON.stringify({ ...answered, dry_run: true }), 'of a dry run, which was not asked for'],
  ['a job of no name', 202, '{"job_id":"../x"}', 'names no job'],
])('refuses %s as the answer to an apply', async (_, status, body, says) => {
  await using api = await fakeApi((_request, response) => send(response, status, body));
  const request = { ...asked, dry_run: false, confirm: true };
  await expect(api.provider.apply(request, context())).rejects.toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining(says),
  });
});

it('who fails before the deployment is known is believed', async () => {
  const failed = { ...answered, ok: false, deployment_id: '', provider: '', error_class: 'unauthenticated' };
  await using api = await fakeApi((_, response) => send(response, 401, JSON.stringify(failed)));
  expect(await api.provider.plan({ ...asked, dry_run: true }, context())).toMatchObject({ ok: false });
});

it('the plan of now that comes with a refused apply is believed', async () => {
  const stale = { ...answered, ok: false, dry_run: true, error_class: 'stale-plan' };
  await using api = await fakeApi((_, response) => send(response, 409, JSON.stringify(stale)));
  const request = { ...asked, dry_run: false, confirm: true };
  expect(await api.provider.apply(request, context())).toMatchObject({ error_class: 'stale-plan' });
});

it('an answer without an end is read to its bound', async () => {
  let sent = 0;
  await using api = await fakeApi((_, response) => {
    const blanks = Buffer.alloc(65_536, ' ');
    const more = () => {
      while (response.write(blanks)) sent += blanks.length;
      response.once('drain', more);
    };
    more();
  });
  const call = callApi(api.address, { path: 'status', mostBytes: 1_000_000 }, { signal: AbortSignal.timeout(20_000) });
  await expect(call).rejects.toThrow('answered 200 with more than 1000000 bytes');
  expect(sent).toBeLessThan(50_000_000);
});

it('progress that is none is left out, and the job followed to its end', async () => {
  const events = [
    'null',
    '5',
    '{"phase":{},"done":1,"total":2}',
    '{"phase":"x","done":"\\u001b[2J","total":2}',
    '{"phase":"creating databases","done":1,"total":2,"detail":{}}',
  ];
  await using api = await fakeApi(({ url }, response) => {
    if (url?.endsWith('/apply')) return send(response, 202, '{"job_id":"a-job"}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const data of events) response.write(`event: progress\ndata: ${data}\n\n`);
    response.end(`event: end\ndata: ${JSON.stringify({ ...answered, dry_run: false })}\n\n`);
  });
  const told: Progress[] = [];
  const request = { ...asked, dry_run: false, confirm: true };
  const onProgress = (progress: Progress) => void told.push(progress);
  expect(await api.provider.apply(request, { ...context(), onProgress })).toMatchObject({ ok: true });
  expect(told).toEqual([{ phase: 'creating databases', done: 1, total: 2 }]);
});

it('an end that can not be read is looked up in the job itself', async () => {
  await using api = await fakeApi(({ url }, response) => {
    if (url?.endsWith('/apply')) return send(response, 202, '{"job_id":"a-job"}');
    if (!url?.endsWith('/events')) return send(response, 200, JSON.stringify({ state: 'ended', response: answered }));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('event: end\ndata: {\n\n');
  });
  const request = { ...asked, dry_run: false, confirm: true };
  expect(await api.provider.apply(request, context())).toMatchObject({ ok: true });
});
