// Bodies, queries and headers of every kind against a real deployment: whatever comes, the server answers with a
// document of the contract, stands, and tells no secret. Of each client some requests, the same in every run, or as many as FUZZ_SECONDS leaves time for; FUZZ_SEED
// says what is repeated.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/openapi.ts';
import { answerFaults } from '../answer-check.ts';
import { base, requests, type Serving, serve, token } from '../serving.ts';

const clients = 6;
const { FUZZ_SECONDS: seconds } = process.env;
const bounds =
  seconds === undefined
    ? { numRuns: 60 }
    : { numRuns: 1_000_000, interruptAfterTimeLimit: Number(seconds) * 1_000, markInterruptAsFailure: false };
const extent = seconds === undefined ? `${bounds.numRuns} requests of each client` : `${seconds} s of it`;
const seed = Number(process.env.FUZZ_SEED ?? 20_261_122);

let serving: Serving;
let secrets: readonly string[];
beforeAll(async () => {
  // No body of ours may change the deployment's own, but others may make what they like: the lock is not waited for long.
  serving = await serve({ limits: { failuresAMinute: 1e9 } });
  expect((await serving.ask('apply?wait=60s', requests.apply)).document.ok).toBe(true);
  const passwords = ['local/postgres-admin-dsn', 'local/dsn/bus_auth.dsn'].map((file) =>
    decodeURIComponent(new URL(readFileSync(join(serving.directory, file), 'utf8').trim()).password),
  );
  secrets = [...passwords, token, serving.directory, 'SCRAM-SHA-256$4096:'];
});
afterAll(() => serving[Symbol.asyncDispose]());

type Schema = Record<string, unknown>;
const schemas = (openApiDocument({ isAuthenticating: true }).components as { schemas: Record<string, Schema> }).schemas;

/** Words that programs trip over. */
const hostile = fc.constantFrom(
  '',
  '\u0000',
  "'; DROP TABLE x; --",
  '"',
  '../../etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  'postgresql://u:p@10.0.0.1/x',
  '__proto__',
  'constructor',
  'toString',
  '\ud800',
  '\u202e',
  '{database}',
  '{database}{database}',
  'a'.repeat(70),
  'é'.repeat(40),
  'pg_admin',
  'public',
  'none',
  'postgres',
  'template1',
  'bus_auth',
  'bus_service',
  'example-dev',
  'deploy_admin',
  'secret://x',
  '%s%n',
  '$(id)',
);
const text = fc.oneof({ weight: 3, arbitrary: hostile }, fc.string(), fc.string({ unit: 'binary' }));
const junk = fc.oneof(text, fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>, fc.double(), fc.constant(null));

/** Values of a schema, as far as it says. */
function arbitraryOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') return arbitraryOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, depth);
  if (depth > 6) return fc.constant(null);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  // A reference with a description beside it.
  if (Array.isArray(schema.allOf) && schema.allOf.length === 1) return arbitraryOf(schema.allOf[0], depth);
  for (const key of ['anyOf', 'oneOf'] as const) {
    const choices = schema[key];
    if (Array.isArray(choices) && schema.properties === undefined)
      return fc.oneof(...choices.map((choice: Schema) => arbitraryOf(choice, depth + 1)));
  }
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer();
    case 'array':
      return fc.array(arbitraryOf((schema.items ?? {}) as Schema, depth + 1), { maxLength: 4 });
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
      const model = Object.fromEntries(properties.map(([key, of]) => [key, arbitraryOf(of, depth + 1)]));
      return fc.record(model, { requiredKeys: (schema.required ?? []) as string[] });
    }
    case 'string':
      return text;
    default:
      return junk;
  }
}

const ours = { deployment_id: 'example-dev', provider: 'postgres' };
const verbs = {
  plan: 'PlanRequest',
  apply: 'ApplyRequest',
  status: 'StatusRequest',
  verify: 'VerifyRequest',
  doctor: 'DoctorRequest',
} as const;

/** A request for our own deployment that is of the document's form, or was until a key was changed. */
const body = (schema: string) =>
  fc
    .tuple(
      arbitraryOf(schemas[schema] ?? {}),
      fc.option(
        fc.tuple(fc.oneof(hostile, fc.constantFrom('databases', 'roles', 'plan', 'allow', 'credentials')), junk),
      ),
      fc.boolean(),
    )
    .map(([value, change, isOurs]) => ({
      ...(value as object),
      ...(isOurs && ours),
      ...(change !== null && Object.fromEntries([change])),
      // What is truly carried out is tried in the tests of apply: here it would make whatever is named.
      ...(schema === 'ApplyRequest' && 'confirm' in (value as object) && { dry_run: true }),
    }));

const query = fc.oneof(
  fc.constant(''),
  fc.tuple(fc.constantFrom('deployment_id', 'wait', 'x', '__proto__'), text).map((pair) => {
    try {
      return `?${new URLSearchParams([pair])}`;
    } catch {
      return '';
    }
  }),
);

const asked = fc.oneof(
  ...Object.entries(verbs).map(([verb, schema]) =>
    fc.record({
      method: fc.constant('POST'),
      route: fc.constant(`${base}/${verb}`),
      path: query.map((end) => `${base}/${verb}${end}`),
      text: fc.oneof(
        { weight: 6, arbitrary: body(schema).map((value) => JSON.stringify(value)) },
        junk.map((value) => JSON.stringify(value) ?? ''),
        fc.string(),
        fc.integer({ min: 1, max: 40 }).map((depth) => `${'{"plan":'.repeat(depth)}1${'}'.repeat(depth)}`),
      ),
      key: fc.option(text),
    }),
  ),
  ...['status', 'doctor', 'jobs/{id}', 'jobs/{id}/events'].map((route) =>
    fc.record({
      method: fc.constant('GET'),
      route: fc.constant(`${base}/${route}`),
      path: fc.tuple(text, query).map(([id, end]) => `${base}/${route.replace('{id}', encode(id))}${end}`),
      text: fc.constant(undefined),
      key: fc.option(text),
    }),
  ),
);

function encode(id: string): string {
  try {
    // A dot segment would lead elsewhere, which is another route's matter.
    return encodeURIComponent(id).replace(/^\.{0,2}$/, 'x');
  } catch {
    return 'x';
  }
}

/** Kinds of answers that no request of any kind may cause, while the server is well. */
const allowedFailures = [502, 503, 504];

it(
  `stands ${extent}, seed ${seed}`,
  async () => {
    const counts = new Map<number, number>();
    const property = fc.asyncProperty(asked, async ({ method, route, path, text: sent, key }) => {
      const headers: Record<string, string> =
        key !== null && /^[\x20-\x7e]*$/.test(key) ? { 'idempotency-key': key.trim() } : {};
      if (sent !== undefined) headers['content-type'] = 'application/json';
      const init = { method, headers, ...(sent !== undefined && { body: sent }) };
      const { status, document, headers: got } = await serving.ask(path, undefined, init);
      counts.set(status, (counts.get(status) ?? 0) + 1);
      expect(answerFaults(method, route, status, got.get('content-type'), document)).toEqual([]);
      if (status >= 500) expect(allowedFailures).toContain(status);
      const told = typeof document === 'string' ? document : JSON.stringify(document);
      for (const secret of secrets) expect(told).not.toContain(secret);
    });
    // Several at once, as many clients are; each with its own seed, so that a failure is found again.
    const lanes = Array.from({ length: clients }, (_, lane) =>
      fc.assert(property, { seed: seed + lane, endOnFailure: true, ...bounds }),
    );
    await Promise.all(lanes);
    const runs = [...counts.values()].reduce((sum, count) => sum + count, 0);
    console.log(`fuzz: ${runs} requests, ${[...counts].map(([status, count]) => `${status}: ${count}`).join(', ')}`);
    // A fuzz whose bodies are all refused at the door tries nothing behind it.
    expect(counts.get(200) ?? 0).toBeGreaterThan(0);
    expect(counts.get(400) ?? 0).toBeGreaterThan(0);
    expect((await serving.ask('/healthz')).status).toBe(200);
    expect((await serving.ask('status')).document).toMatchObject({ ok: true, drift: [] });
    const log = serving.log();
    expect(log).not.toContain('"msg":"defect"');
    for (const secret of secrets.filter((secret) => secret !== serving.directory)) expect(log).not.toContain(secret);
  },
  (Number(seconds ?? 0) + 120) * 1_000,
);
