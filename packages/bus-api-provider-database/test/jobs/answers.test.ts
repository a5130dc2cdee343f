// How many runs of one deployment go on at once, and what those cost that wait or are turned away.
import { type DesiredRules, type Provider, type Response, readConfiguration } from 'bus-integration-database';
import { postgresKeys } from 'bus-integration-postgres';
import { expect, test } from 'vitest';
import { createAnswers } from '../../src/jobs/answers.ts';
import { createMetrics } from '../../src/report/metrics.ts';

const env = {
  BUS_DEPLOYMENT_ID: 'shop',
  BUS_DATABASE_PROVIDER: 'postgres',
  BUS_POSTGRES_ADMIN_DSN_FILE: './admin-dsn',
};
const noneReserved = { names: [], prefixes: [] };

test.each(['plan', 'apply'] as const)(
  'a dry %s waits for its turn, and no state is made of it before',
  async (verb) => {
    const { configuration } = readConfiguration(env, {}, [postgresKeys]);
    const made = { states: 0, runs: 0 };
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const names: DesiredRules = {
      maxBytes: 63,
      reserved: { role: noneReserved, database: noneReserved, schema: noneReserved },
      get defaultSchemas() {
        made.states += 1;
        return [];
      },
    };
    const run = async (): Promise<Response> => {
      made.runs += 1;
      await released;
      const about = { deployment_id: 'shop', provider: 'memory' };
      return { ok: true, ...about, actions: [], steps: [], diagnostics: [], dry_run: true };
    };
    const provider: Provider = { name: 'memory', names, plan: run, apply: run, status: run, verify: run, doctor: run };
    const metrics = createMetrics({ runningJobs: () => 0 });
    const answers = createAnswers(
      { id: 'shop', configuration, provider, shown: (response) => response },
      metrics,
      () => {},
    );
    const request = { deployment_id: 'shop', provider: 'memory', databases: ['app'], dry_run: true };
    const { signal } = new AbortController();
    const asked = Array.from({ length: 68 }, () => answers.ask(verb, request, { signal }));
    await expect.poll(() => made.runs).toBe(4);
    await expect(answers.ask(verb, request, { signal })).rejects.toThrow('waiting already');
    expect(made).toEqual({ states: 4, runs: 4 });
    release();
    for (const { ok } of await Promise.all(asked)) expect(ok).toBe(true);
  },
);
