// What is more than one transaction may lock is given to its owner in several, and a run that was cut off in between is
// continued by the next.
import { createPlainAdmin, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { createDeployment, manifestWish, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const owner = 'o$bus$ "x"';
const flags = { allow: ['revoke'] };
const manifest = (said: string) =>
  manifestWish(`roles: {'${owner}': {}, old: {}}\ndatabases: {app: {schemas: [data], ${said}}}`);
const left = `SELECT count(*)::int AS left FROM pg_class WHERE relnamespace = 'data'::regnamespace AND relowner = 'old'::regrole`;

test.each([14, 18] as const)(
  'PostgreSQL %i: 130 tables with room for 62 at once',
  { timeout: 120_000 },
  async (major) => {
    await using server = await startServer({
      major,
      settings: { max_locks_per_transaction: '10', max_connections: '100' },
    });
    using folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server);
    const before = createDeployment({ adminDsn, folder: folder.path, wish: manifest('access: {old: create}') });
    const made = await before.apply();
    expect(made.ok, explain(made)).toBe(true);
    for (const first of [1, 51, 101]) {
      const last = Math.min(first + 49, 130);
      const create = `FOR i IN ${first}..${last} LOOP EXECUTE format('CREATE TABLE data.t%s (id int)', i); END LOOP`;
      await server.query(`SET SESSION AUTHORIZATION old; DO $$ BEGIN ${create}; END $$`, { database: 'app' });
    }

    const wish = manifest(`owner: '${owner}', access: {old: read}`);
    const deployment = createDeployment({ adminDsn, folder: folder.path, wish });
    const plan = await deployment.plan(flags);
    const [step] = plan.steps.filter(({ action }) => action === 'change-owner');
    expect(step?.before, explain(plan)).toMatchObject({
      contents: [{ owner: 'old', type: 'TABLE', count: 130, at_once: 62, keeps: ['SELECT'] }],
    });
    const blocks = step?.sql?.filter((sql) => sql.startsWith('DO ')) ?? [];
    expect(blocks).toHaveLength(3);

    // Cut off after the first of them.
    const quoted = `"${owner.replaceAll('"', '""')}"`;
    await server.query(`GRANT CREATE, USAGE ON SCHEMA data TO ${quoted}`, { database: 'app' });
    await server.query(blocks[0] ?? '', { database: 'app' });
    expect(await server.query(left, { database: 'app' })).toEqual([{ left: 68 }]);
    const kept =
      "SELECT count(*)::int AS kept FROM generate_series(1, 130) AS i WHERE has_table_privilege('old', 'data.t' || i, 'SELECT')";
    expect(await server.query(kept, { database: 'app' })).toEqual([{ kept: 130 }]);

    const applied = await deployment.apply(flags);
    expect(applied.ok, explain(applied)).toBe(true);
    expect(await server.query(left, { database: 'app' })).toEqual([{ left: 0 }]);
    expect(await server.query(kept, { database: 'app' })).toEqual([{ kept: 130 }]);
    const again = await deployment.plan();
    expect(
      again.steps.filter(({ state }) => state === 'planned').map(({ action }) => action),
      explain(again),
    ).toEqual([]);
  },
);
