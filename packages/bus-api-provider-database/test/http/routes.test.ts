import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answerFaults } from '../answer-check.ts';
import { type Answer, base, requests, type Serving, serve } from '../serving.ts';

type Step = { readonly action: string; readonly target: string };

let serving: Serving;
beforeAll(async () => {
  serving = await serve();
});
afterAll(() => serving[Symbol.asyncDispose]());

/** Asks, and holds the answer against the document. */
async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, init: RequestInit = {}) {
  const answer = await serving.ask(path, body, { method, ...init });
  const route = path.replace(/\?.*/, '').replace(/jobs\/[^/]+/, 'jobs/{id}');
  const type = answer.headers.get('content-type');
  const documented = path.startsWith('/') ? route : `${base}/${route}`;
  expect(answerFaults(method, documented, answer.status, type, answer.document)).toEqual([]);
  return answer;
}

function secretIn(file: string): string {
  const dsn = readFileSync(join(serving.directory, file), 'utf8').trim();
  return decodeURIComponent(new URL(dsn).password);
}

const failureOf = ({ document }: Answer) => [document.error_class, document.diagnostics[0].code];

describe('before anything is made', () => {
  it('answers what needs no deployment', async () => {
    expect((await ask('GET', '/healthz')).document).toEqual({ ok: true, service: 'bus-api-provider-database' });
    expect((await ask('GET', 'capabilities')).document).toMatchObject({
      providers: ['postgres'],
      direct_bootstrap: true,
      deployments: ['example-dev'],
    });
    expect((await ask('GET', 'openapi.json')).document.openapi).toBe('3.1.1');
  });

  it('plans what is configured, and the same when it is asked for in full', async () => {
    const own = await ask('GET', 'plan');
    expect(own.document).toMatchObject({ ok: true, dry_run: true });
    expect(own.document.actions.slice(0, 3)).toEqual(['discover-provider', 'compute-database-plan', 'create-role']);
    const asked = await ask('POST', 'plan', requests.plan);
    expect(asked.document.plan_id).toBe(own.document.plan_id);
    const named = { ...requests.plan, credentials: { admin_dsn_file: './local/postgres-admin-dsn' } };
    expect((await ask('POST', 'plan', named)).document.plan_id).toBe(own.document.plan_id);
    expect((await ask('POST', 'apply', { ...requests.plan, confirm: false })).document.plan_id).toBe(
      own.document.plan_id,
    );
  });

  it('takes names that are members of every object for what they are', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
    const each = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
    const about = { deployment_id: 'example-dev', provider: 'postgres' };
    const manifest = { version: 1, deployment: 'example-dev', roles: each({ login: true }), databases: each({}) };
    const { status, document } = await ask('POST', 'plan', { ...about, manifest });
    const madeBy = (action: string) =>
      document.steps.filter((step: Step) => step.action === action).map(({ target }: Step) => target);
    expect([status, madeBy('create-role'), madeBy('create-database')]).toEqual([200, names, names]);
    for (const name of names) {
      const odd = await ask('POST', 'plan', { ...about, manifest: { ...manifest, ...{ [name]: {} } } });
      expect(failureOf(odd)).toEqual(['invalid-request', 'unknown-key']);
      const request = await ask('POST', 'plan', { ...about, databases: ['app'], ...{ [name]: {} } });
      expect(request.document.detail).toBe(`the request: unknown key: ${name}`);
    }
  });

  it('tells paths relative to the output directory', async () => {
    const { document } = await ask('GET', 'plan');
    const files = document.steps.filter(({ action }: { action: string }) => action === 'write-dsn-file');
    expect(files.map(({ target }: { target: string }) => target)).toEqual(['./bus_auth.dsn', './bus_events.dsn']);
    expect(JSON.stringify(document)).not.toContain(serving.directory);
    expect(JSON.stringify(document)).not.toContain('local/dsn');
  });

  it('refuses other deployments, shapes, files', async () => {
    for (const [body, status, failure] of [
      [{ ...requests.plan, deployment_id: 'other' }, 400, ['invalid-request', 'unknown-deployment']],
      [{ ...requests.plan, host: '10.0.0.1' }, 400, ['invalid-request', 'invalid-request']],
      [{ ...requests.plan, dsn_output_dir: '/tmp' }, 400, ['invalid-request', 'invalid-request']],
      [{ ...requests.plan, databases: ['a', 'a'] }, 400, ['invalid-request', 'invalid-name']],
      [[], 400, ['invalid-request', 'invalid-request']],
      [null, 400, ['invalid-request', 'invalid-request']],
      ...[
        '/etc/passwd',
        '../local/postgres-admin-dsn',
        'local/postgres-admin-dsn',
        './local/../local/postgres-admin-dsn',
      ].map(
        (file) =>
          [{ ...requests.plan, credentials: { admin_dsn_file: file } }, 403, ['forbidden', 'forbidden']] as const,
      ),
      [{ ...requests.plan, credentials: { admin_dsn_secret: 'secret://x' } }, 403, ['forbidden', 'forbidden']],
    ] as const) {
      const answer = await ask('POST', 'plan', body);
      expect([body, answer.status, failureOf(answer)]).toEqual([body, status, failure]);
      expect(answer.document.title).toBe(status === 400 ? 'Bad Request' : 'Forbidden');
    }
    expect((await ask('GET', 'plan?deployment_id=other')).status).toBe(400);
    expect((await ask('GET', 'plan?deployment_id=a&deployment_id=b')).status).toBe(400);
    for (const [path, says] of [
      ['plan?deployment=other', 'the query holds deployment, expected deployment_id'],
      ['status?deployment_id[]=other', 'the query holds deployment_id[], expected deployment_id'],
      ['doctor?__proto__=x', 'the query holds __proto__, expected deployment_id'],
    ] as const) {
      const { status, document } = await ask('GET', path);
      expect([path, status, document.detail]).toEqual([path, 400, says]);
    }
    expect((await ask('POST', 'apply?dry_run=true', requests.apply)).status).toBe(400);
    expect((await ask('GET', '/healthz?from=gateway')).status).toBe(200);
    expect((await ask('POST', 'apply', { ...requests.apply, confirm: false })).status).toBe(400);
  });
});

describe('an apply', () => {
  it('is a job that tells its steps, and is the same job for the same key', async () => {
    const key = { headers: { 'idempotency-key': 'deploy-1' } };
    const begun = await ask('POST', 'apply', requests.apply, key);
    expect(begun.status).toBe(202);
    const { job_id: id, links } = begun.document;
    expect(begun.headers.get('location')).toBe(links.self);
    const events: string = (await ask('GET', links.events)).document;
    const told = events
      .split('\n\n')
      .filter((block) => block.startsWith('id:'))
      .map((block) => /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/s.exec(block)?.slice(1) ?? []);
    const numbers = told.map(([number]) => Number(number));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const steps = told.filter(([, event]) => event === 'step').map(([, , data = '']) => JSON.parse(data));
    expect(steps.map(({ action, state }) => `${action} ${state}`)).toEqual(
      expect.arrayContaining(['create-role applied', 'create-database applied', 'write-dsn-file applied']),
    );
    const [, event, data = ''] = told.at(-1) ?? [];
    expect([event, JSON.parse(data).ok]).toEqual(['end', true]);

    // From where it was left: nothing is told twice.
    const rest = await serving.ask(links.events, undefined, { headers: { 'last-event-id': String(numbers.at(-2)) } });
    expect(rest.document.match(/^id: /gm)).toHaveLength(1);

    const again = await ask('POST', 'apply?wait=1s', requests.apply, key);
    expect([again.status, again.document]).toEqual([200, JSON.parse(data)]);
    const other = await ask('POST', 'apply', { ...requests.apply, allow: ['revoke'] }, key);
    expect([other.status, failureOf(other)]).toEqual([422, ['invalid-request', 'idempotency-key']]);
    expect((await ask('GET', `jobs/${id}`)).document).toMatchObject({ state: 'ended', response: { ok: true } });
  });

  it('links to itself from wherever it is shown', async () => {
    const { document } = await ask('POST', 'apply', requests.apply);
    const job = `jobs/${document.job_id}`;
    // Behind a proxy with a prefix of its own, as its clients see it.
    const outside = 'https://gateway.example/databases/api/internal/database/';
    const folder = new URL(outside);
    for (const [asked, answer] of [
      ['apply', document],
      [`${job}?wait=30s`, (await ask('GET', `${job}?wait=30s`)).document],
      [job, (await ask('DELETE', job)).document],
    ] as const) {
      const linked = (link: string) => new URL(link, new URL(asked, folder)).href;
      expect([asked, linked(answer.links.self)]).toEqual([asked, `${outside}${job}`]);
      expect([asked, linked(answer.links.events)]).toEqual([asked, `${outside}${job}/events`]);
    }
  });

  it('that failed frees its key, and one that runs is shared', async () => {
    const key = { headers: { 'idempotency-key': 'deploy-again' } };
    const file = join(serving.directory, 'local/postgres-admin-dsn');
    renameSync(file, `${file}.away`);
    const failed = await ask('POST', 'apply?wait=30s', requests.apply, key);
    expect([failed.status, failed.document.error_class]).toEqual([503, 'not-configured']);
    renameSync(`${file}.away`, file);
    const fixed = await ask('POST', 'apply?wait=30s', requests.apply, key);
    expect([fixed.status, fixed.document.ok]).toEqual([200, true]);
    await using _holder = await holdLock();
    const another = { headers: { 'idempotency-key': 'deploy-together' } };
    const both = await Promise.all([1, 2].map(() => ask('POST', 'apply', requests.apply, another)));
    const [one, other] = both.map(({ document }) => document.job_id);
    expect([typeof one, other]).toEqual(['string', one]);
    await ask('DELETE', `jobs/${one}`);
    await ask('GET', `jobs/${one}?wait=30s`);
    const [next] = [await ask('POST', 'apply', requests.apply, another)];
    expect([next?.status, next?.document.job_id === one]).toEqual([202, false]);
    await ask('DELETE', `jobs/${next?.document.job_id}`);
    await ask('GET', `jobs/${next?.document.job_id}?wait=30s`);
  });

  it('is answered at once where the client waits', async () => {
    const answer = await ask('POST', 'apply?wait=30s', requests.apply);
    expect([answer.status, answer.document.ok, answer.document.dry_run]).toEqual([200, true, false]);
    expect(answer.document.actions).toEqual(['discover-provider', 'compute-database-plan', 'apply-database-plan']);
    for (const wait of ['30', '-1s', '601s', '2h', 'x', '', '1s&wait=2s']) {
      for (const body of [requests.apply, { ...requests.plan, confirm: false }]) {
        const refused = await ask('POST', `apply?wait=${wait}`, body);
        expect([wait, refused.status, refused.headers.get('content-type')]).toEqual([
          wait,
          400,
          expect.stringMatching(/^application\/problem\+json/),
        ]);
      }
      expect((await ask('GET', `jobs/x?wait=${wait}`)).status).toBe(404);
    }
    expect(serving.app.jobs.running).toBe(0);
  });

  it('can be cancelled, and says what stands', async () => {
    // Somebody else holds the deployment's lock, so that the job is sure to be waiting.
    const more = { ...requests.apply, databases: [...requests.apply.databases, 'bus_usage'] };
    await using _holder = await holdLock();
    const { document } = await ask('POST', 'apply', more);
    await vi.waitFor(async () => {
      const seen = await serving.ask(`jobs/${document.job_id}`);
      expect(seen.document.progress).toMatchObject({ phase: 'waiting for the lock' });
    }, 10_000);
    expect((await ask('DELETE', `jobs/${document.job_id}`, undefined)).status).toBe(202);
    const ended = await ask('GET', `jobs/${document.job_id}?wait=30s`);
    expect(ended.document).toMatchObject({ state: 'ended', response: { ok: false, error_class: 'cancelled' } });
    expect(ended.document.response.diagnostics[0].message).toMatch(/^interrupted by request(:|$)/);
  });

  it('leaves room for other deployments', async () => {
    await using _holder = await holdLock();
    const begun = await Promise.all(Array.from({ length: 8 }, () => ask('POST', 'apply', requests.apply)));
    expect(begun.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    const refused = await ask('POST', 'apply', requests.apply);
    expect([refused.status, failureOf(refused)]).toEqual([429, ['locked', 'busy']]);
    expect(refused.headers.get('retry-after')).toBe('5');
    for (const { document } of begun) await ask('DELETE', `jobs/${document.job_id}`);
    for (const { document } of begun) await ask('GET', `jobs/${document.job_id}?wait=30s`);
    expect(serving.app.jobs.running).toBe(0);
  });

  it('is ended by a DELETE that says it is JSON and has no body', async () => {
    await using _holder = await holdLock();
    const { document } = await ask('POST', 'apply', requests.apply);
    const headers = { 'content-type': 'application/json' };
    expect((await serving.ask(`jobs/${document.job_id}`, undefined, { method: 'DELETE', headers })).status).toBe(202);
    expect((await ask('GET', `jobs/${document.job_id}?wait=30s`)).document.response.error_class).toBe('cancelled');
  });

  it('that nobody knows is 404, and says why it may be so', async () => {
    const answer = await ask('GET', 'jobs/5f0c2a52-7e0f-4b8a-9d7b-9c1c6f1f4b3f');
    expect([answer.status, answer.document.detail]).toEqual([404, expect.stringContaining('lost at a restart')]);
  });
});

it('readyz is 503 from a look that did not reach the server to one that does', async () => {
  const readyz = async () => (await fetch(`${serving.url}/readyz`)).status;
  expect(await readyz()).toBe(200);
  await serving.server.kill();
  expect((await ask('GET', 'plan')).status).toBe(502);
  expect(await readyz()).toBe(503);
  await serving.server.restart();
  await vi.waitFor(async () => expect(await readyz()).toBe(200), 20_000);
});

describe('afterwards', () => {
  it('status, verify and doctor answer; a verify that is not ok is 200', async () => {
    expect((await ask('GET', 'status?deployment_id=example-dev')).document).toMatchObject({
      ok: true,
      drift: [],
      dsn_files: [{ path: './bus_auth.dsn', state: 'current' }, { path: './bus_events.dsn' }],
    });
    expect((await ask('GET', 'doctor')).document).toMatchObject({ ok: true });
    expect((await ask('POST', 'verify', requests.verify)).document).toMatchObject({ ok: true });
    await serving.server.query('ALTER ROLE bus_service NOLOGIN');
    const failing = await ask('POST', 'verify', requests.verify);
    expect([failing.status, failing.document.ok]).toEqual([200, false]);
    // Who looks at less learns less, and says nothing of the whole.
    const { verify } = requests;
    const refused = await ask('POST', 'verify', { ...verify, checks: [] });
    expect([refused.status, failureOf(refused)]).toEqual([400, ['invalid-request', 'invalid-request']]);
    const partly = await ask('POST', 'verify', { ...verify, checks: ['listener-policy'] });
    expect([partly.status, partly.document.ok]).toEqual([200, true]);
    const { document: figures } = await ask('GET', 'metrics');
    const verified = (text: string) => text.match(/^bus_database_last_verify_.*$/gm);
    expect(verified(figures)).toContain('bus_database_last_verify_ok{deployment_id="example-dev"} 0');
    await ask('POST', 'verify', { ...verify, negative: false });
    await ask('POST', 'verify', { ...verify, checks: ['connectivity', 'connectivity'] });
    expect(verified((await ask('GET', 'metrics')).document)).toEqual(verified(figures));
    await serving.server.query('ALTER ROLE bus_service LOGIN');
  });

  it('status, verify and doctor may be asked about names, and else are about what is configured', async () => {
    const { dry_run: _, ...configured } = requests.plan as Record<string, unknown>;
    const timeless = ({ document: { elapsed_ms, ...document } }: Answer) => {
      expect(elapsed_ms).toBeGreaterThan(0);
      return document;
    };
    expect(timeless(await ask('POST', 'status', configured))).toEqual(timeless(await ask('GET', 'status')));
    const names = { ...configured, databases: ['bus_auth', 'bus_more'] };
    const { document } = await ask('POST', 'status', names);
    const states = document.databases.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`);
    expect(states).toEqual(['bus_auth ours', 'bus_more missing']);
    expect(document.leftovers).toEqual([]);
    expect(document.diagnostics).toMatchObject([{ code: 'not-configured-here' }]);
    const { document: examined } = await ask('POST', 'doctor', names);
    expect(examined).toMatchObject({ ok: true });
    const seen = examined.checks.map(({ seen }: { seen: string }) => seen);
    expect(seen).toContainEqual(expect.stringContaining('only this request declares databases bus_more'));

    const { document: figures } = await ask('GET', 'metrics');
    const { verify } = requests;
    const part = await ask('POST', 'verify', { ...verify, databases: ['bus_auth'], roles: ['bus_service'] });
    const files = part.document.connectivity.flatMap(({ id, target }: { id: string; target: string }) =>
      id === 'service-login' ? [target] : [],
    );
    expect([part.document.ok, files]).toEqual([true, ['bus_service@bus_auth']]);
    const strict = await ask('POST', 'verify', { ...verify, listener_policy: 'loopback' });
    expect(strict.document.listener_policy[0].seen).toContain('loopback: only its own host');
    const verified = (text: string) => text.match(/^bus_database_last_verify_.*$/gm);
    expect(verified((await ask('GET', 'metrics')).document)).toEqual(verified(figures));
    for (const verb of ['status', 'verify', 'doctor', 'apply']) {
      const broken = { ...configured, databases: ['a', 'a'], ...(verb === 'verify' && { checks: ['connectivity'] }) };
      const sure = verb === 'apply' ? { dry_run: false, confirm: true } : {};
      const refused = await ask('POST', verb, { ...broken, ...sure });
      expect([verb, refused.status, failureOf(refused)]).toEqual([verb, 400, ['invalid-request', 'invalid-name']]);
    }
  });

  it('reads that come together each begin after their question', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('GET', 'status')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const before = ask('GET', 'status');
    await serving.server.query("COMMENT ON DATABASE bus_auth IS 'nobody''s'");
    const after = await ask('GET', 'status');
    expect(after.document.databases[0]).toMatchObject({ name: 'bus_auth', state: 'unmarked' });
    await before;
    await serving.server.query("COMMENT ON DATABASE bus_auth IS 'bus-deployment=example-dev'");
  });

  it('counts requests, steps and the last results', async () => {
    await ask('GET', 'plan');
    // What somebody else would like is not a word on what is configured.
    const other = await ask('POST', 'plan', { ...requests.plan, databases: ['bus_other'] });
    expect(other.document.steps.length).toBeGreaterThan(0);
    const { document } = await ask('GET', 'metrics');
    for (const line of [
      /^bus_database_api_requests_total\{method="GET",route="\/api\/internal\/database\/plan",status="200"\} [1-9]/m,
      /^bus_database_api_request_seconds_bucket\{le="60",method="POST",route="\/api\/internal\/database\/apply"\} [1-9]/m,
      /^bus_database_steps_applied_total\{deployment_id="example-dev",action="create-database"\} 2$/m,
      /^bus_database_last_plan_ok\{deployment_id="example-dev"\} 1$/m,
      /^bus_database_last_plan_steps\{deployment_id="example-dev"\} 0$/m,
      /^bus_database_last_verify_ok\{deployment_id="example-dev"\} 0$/m,
      /^bus_database_jobs_running 0$/m,
    ])
      expect(document).toMatch(line);
  });

  it('a server that is gone is 502, and the log tells no secret', async () => {
    await serving.server.kill();
    for (const path of ['plan', 'status']) {
      const answer = await ask('GET', path);
      expect([answer.status, answer.document.error_class]).toEqual([502, 'unreachable']);
    }
    const log = serving.log();
    expect(log.split('\n').filter(Boolean).length).toBeGreaterThan(20);
    expect(log).toContain('"deployment_id":"example-dev"');
    for (const secret of [
      secretIn('local/postgres-admin-dsn'),
      secretIn('local/dsn/bus_auth.dsn'),
      'a-token-for-tests',
    ])
      expect(log).not.toContain(secret);
  });
});

/** The lock of another run of this deployment, held until it is disposed of. */
async function holdLock() {
  const client = new Client({ connectionString: serving.server.dsn('postgres') });
  await client.connect();
  const key = createHash('sha256').update('example-dev').digest().readInt32BE(0);
  await client.query('SELECT pg_advisory_lock($1::int, $2::int)', [0x42755344, key]);
  return { [Symbol.asyncDispose]: () => client.end() };
}
