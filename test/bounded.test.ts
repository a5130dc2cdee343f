// What others put on a server in thousands is counted in answers, and the first ten of it shown.
import { startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const many = 20_000;

describe('a database with 20,000 schemas of somebody else, in which everybody may create', () => {
  it('makes no answer long', { timeout: 300_000 }, async () => {
    await using server = await startServer({ settings: { max_locks_per_transaction: '20000' } });
    using folder = temporaryFolder();
    const desired = { databases: ['app'], serviceRole: 'svc' };
    const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    await server.query(
      `DO $$ BEGIN FOR number IN 1..${many} LOOP
         EXECUTE format('CREATE SCHEMA crowd_%s; GRANT CREATE ON SCHEMA crowd_%s TO PUBLIC', number, number);
       END LOOP; END $$`,
      { database: 'app' },
    );
    const verified = await deployment.verify({ checks: ['connectivity', 'listener-policy'] });
    expect(verified.ok).toBe(false);
    const of = (id: string) =>
      [...(verified.connectivity ?? []), ...(verified.listener_policy ?? [])].filter((check) => check.id === id);
    for (const id of ['service-limits', 'public-writable']) {
      const found = of(id).filter(({ seen }) => seen.includes('crowd_') || seen.includes(`${many - 10} more`));
      expect(found).toHaveLength(11);
      expect(found.at(-1)?.seen).toContain(`and ${many - 10} more schemas`);
      expect(new Set(found.map(({ result }) => result)).size).toBe(1);
    }
    for (const answer of [verified, await deployment.plan(), await deployment.status(), await deployment.doctor()])
      expect(JSON.stringify(answer).length).toBeLessThan(50_000);
  });
});

describe('a server with hundreds of databases, event triggers and prepared transactions of others', () => {
  it('makes no answer long', { timeout: 300_000 }, async () => {
    await using server = await startServer({ settings: { max_prepared_transactions: '300' } });
    using folder = temporaryFolder();
    const desired = { databases: ['app'], serviceRole: 'svc' };
    const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    await server.query(
      `CREATE FUNCTION public.nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       ${numbers.map((number) => `CREATE EVENT TRIGGER crowd_${number} ON ddl_command_start EXECUTE FUNCTION public.nothing()`).join(';\n')}`,
      { database: 'app' },
    );
    for (const number of numbers)
      await server.query(`BEGIN; CREATE ROLE crowd_${number}; PREPARE TRANSACTION 'crowd_${number}'`);
    const examined = await deployment.doctor();
    for (const id of ['event-trigger', 'blocking-locks']) {
      const found = (examined.checks ?? []).filter((check) => check.id === id);
      expect(found.map(({ seen }) => seen).at(-1)).toMatch(/^and 190 more /);
      expect(found).toHaveLength(11);
    }
    expect(JSON.stringify(examined).length).toBeLessThan(50_000);
  });
});
