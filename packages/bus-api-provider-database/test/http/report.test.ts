// A report over HTTP: a page for browsers, with a policy that lets nothing be loaded or run; the answer itself for programs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { base, type Serving, serve, token } from '../serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await serve();
}, 60_000);
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]();
});

function get(accept?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...(accept !== undefined && { accept }) };
  return fetch(`${serving.url}${base}/report`, { headers });
}

test('a browser gets the page', async () => {
  const answer = await get('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/,
  );
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await answer.text();
  expect(page).toContain('<h1>Database report: example-dev</h1>');
  expect(page).not.toContain(serving.directory);
});

test('a program gets the answer', async () => {
  const { status, document } = await serving.ask(`${base}/report`);
  expect([status, document.deployment_id, document.report.version]).toEqual([200, 'example-dev', 1]);
  const answer = await get('application/json, text/html');
  expect(answer.headers.get('content-type')).toContain('application/json');
  const named = await serving.ask(`${base}/report`, {
    deployment_id: 'example-dev',
    provider: 'postgres',
    databases: ['bus_auth'],
    roles: ['bus_service'],
  });
  expect([named.status, named.document.report.version]).toEqual([200, 1]);
});

test('nobody gets one without a token', async () => {
  const { status } = await fetch(`${serving.url}${base}/report`, { headers: { accept: 'text/html' } });
  expect(status).toBe(401);
});
