// `status --metrics FILE` on a real server, of keys and of a manifest: what a strict reader of Prometheus' text format reads.
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsText } from '../packages/bus-operator-database/src/render/metrics.ts';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format, version 0.0.4; whatever is not of it is an error. */
function parsed(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true);
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, about, rest = ''] = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      expect(types.has(about ?? ''), line).toBe(false);
      current = about ?? '';
      continue;
    }
    if (word === 'TYPE') {
      expect([about, rest]).toEqual([current, 'gauge']);
      types.set(current, rest);
      continue;
    }
    const [, name = '', inside = '', value = ''] = /^([a-z_:][a-z0-9_:]*)\{(.*)\} (-?\d+(?:\.\d+)?)$/.exec(line) ?? [];
    expect([name, types.has(name)], line).toEqual([current, true]);
    const pattern = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/gy;
    const labels = [...inside.matchAll(pattern)];
    expect(labels.map(([whole]) => whole).join(''), line).toBe(inside);
    const unescaped = (given: string) => given.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
    expect(seen.has(`${name}{${inside}}`), `twice: ${line}`).toBe(false);
    seen.add(`${name}{${inside}}`);
    samples.push({
      name: name.replace(/^bus_database_/, ''),
      labels: Object.fromEntries(labels.map(([, label = '', given = '']) => [label, unescaped(given)])),
      value: Number(value),
    });
  }
  return samples;
}

function read(deployment: Deployment): (name: string, labels?: Record<string, string>) => number | undefined {
  const samples = parsed(readFileSync(deployment.path('bus.prom'), 'utf8'));
  return (name, labels = {}) => {
    const found = samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    expect(found.length, name).toBeLessThanOrEqual(1);
    return found[0]?.value;
  };
}

test('of keys: what is missing, then what is there', async () => {
  using deployment = makeDeployment({ adminDsn });
  const before = await deployment.run(['status', '--metrics', 'bus.prom', '-q']);
  expect(before).toEqual({ exit: 0, stdout: '', stderr: '' });
  const missing = read(deployment);
  expect(missing('status_success')).toBe(1);
  expect(missing('databases', { state: 'ours' })).toBe(0);
  expect(missing('drift_steps')).toBeGreaterThan(3);
  expect((await deployment.run(['apply'])).exit).toBe(0);
  const started = Math.floor(Date.now() / 1000);
  expect((await deployment.run(['status', '--check', '--metrics', './bus.prom'])).exit).toBe(0);
  const there = read(deployment);
  expect(there('drift_steps')).toBe(0);
  expect(there('refusals')).toBe(0);
  expect(there('status_timestamp_seconds')).toBeGreaterThanOrEqual(started);
  const names = deployment.keys.BUS_DATABASE_NAMES?.split(',') ?? [];
  expect(there('databases', { state: 'ours', deployment_id: deployment.keys.BUS_DEPLOYMENT_ID ?? '' })).toBe(
    names.length,
  );
  for (const database of names) expect(there('database_size_bytes', { database })).toBeGreaterThan(1_000_000);
  expect(there('output_logins_proven')).toBe(names.length);
  expect(there('output_logins', { state: 'current' })).toBe(names.length);
  // Another account reads it, whole at every moment, and nothing is left beside it.
  expect(statSync(deployment.path('bus.prom')).mode & 0o777).toBe(0o644);
  expect(readdirSync(deployment.directory).filter((name) => name.includes('bus.prom'))).toEqual(['bus.prom']);
  const text = readFileSync(deployment.path('bus.prom'), 'utf8');
  for (const file of readdirSync(deployment.path('local/dsn'))) {
    const { password } = new URL(readFileSync(deployment.path('local/dsn', file), 'utf8').trim());
    expect(password.length).toBeGreaterThan(10);
    expect(text).not.toContain(password);
  }
});

test('of a manifest: limits and expiry too', async () => {
  using deployment = makeDeployment({ adminDsn });
  const manifest = `version: 1
deployment: metrics-shop
roles:
  metrics_app: {login: true, connections: 7, valid_until: 2031-05-06T07:08:09Z}
databases:
  metrics_shop: {connections: 20, access: {metrics_app: read}}
`;
  deployment.write('bus-database.yaml', manifest);
  deployment.configure({
    BUS_DEPLOYMENT_ID: undefined,
    BUS_DATABASE_NAMES: undefined,
    BUS_DATABASE_SERVICE_ROLE: undefined,
    BUS_DATABASE_SCHEMAS: undefined,
    BUS_DATABASE_MANIFEST_FILE: './bus-database.yaml',
  });
  const applied = await deployment.run(['apply', '--deployment', 'metrics-shop']);
  expect(applied.exit, applied.stdout + applied.stderr).toBe(0);
  expect((await deployment.run(['status', '--metrics', 'bus.prom', '-f', 'json'])).exit).toBe(0);
  const value = read(deployment);
  const role = { role: 'metrics_app', deployment_id: 'metrics-shop' };
  expect(value('role_connection_limit', role)).toBe(7);
  expect(value('role_valid_until_timestamp_seconds', role)).toBe(Date.UTC(2031, 4, 6, 7, 8, 9) / 1000);
  expect(value('database_connection_limit', { database: 'metrics_shop' })).toBe(20);
});

test('of a server that does not answer: that it does not, and nothing else', async () => {
  using deployment = makeDeployment({ adminDsn: 'postgresql://nobody:secret-word@127.0.0.1:1/postgres' });
  expect((await deployment.run(['status', '--metrics', 'bus.prom'])).exit).toBe(1);
  const text = readFileSync(deployment.path('bus.prom'), 'utf8');
  expect(parsed(text).map(({ name, value }) => [name, name.endsWith('_seconds') || value])).toEqual([
    ['status_success', 0],
    ['status_timestamp_seconds', true],
  ]);
  expect(text).not.toContain('secret-word');
});

test('a place that it may not be written to is told before anything is asked', async () => {
  using deployment = makeDeployment({ adminDsn });
  writeFileSync(deployment.path('target'), 'kept');
  symlinkSync('target', deployment.path('link.prom'));
  const linked = await deployment.run(['status', '--metrics', 'link.prom']);
  expect([linked.exit, linked.stderr]).toEqual([1, expect.stringContaining('link.prom is a symbolic link')]);
  expect(readFileSync(deployment.path('target'), 'utf8')).toBe('kept');
  const toStdout = await deployment.run(['status', '--metrics', '-']);
  expect([toStdout.exit, toStdout.stderr]).toEqual([2, expect.stringContaining('--metrics -: expected a file')]);
  const ofPlan = await deployment.run(['plan', '--metrics', 'bus.prom']);
  expect([ofPlan.exit, ofPlan.stderr]).toEqual([2, expect.stringContaining('--metrics is a flag of status')]);
});

test('names are told as they are, whatever stands in them', () => {
  const name = 'a"b\\c{d}\u{1f600}';
  const size_bytes = 8_000_000;
  const about = { ok: true, deployment_id: 'x', provider: 'postgres', actions: [], steps: [], diagnostics: [] };
  const text = metricsText({ ...about, databases: [{ name, state: 'ours', size_bytes }] }, 0);
  expect(parsed(text)).toContainEqual({
    name: 'database_size_bytes',
    labels: { deployment_id: 'x', database: name },
    value: size_bytes,
  });
});
