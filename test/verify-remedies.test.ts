// What verify finds of access is fixed by the very statements that its findings name, and by no more than those: each is
// run on a real server, and verify is asked again.
import { type Check, isMutating, type Response } from 'bus-integration-database';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { inTurn } from './variants.ts';

const manifest = `
roles:
  boss:   {}
  writer: {login: true}
  reader: {login: true, member_of: [team]}
  caller: {login: true}
  team:   {}
databases:
  shop:
    owner: boss
    schemas: [app]
    routines: closed
    access: {writer: write, reader: read, team: connect, caller: {SELECT: [app.single], EXECUTE: ["app.close(date)"]}}
  open:
    owner: boss
    schemas: [app]
    access: {caller: {EXECUTE: ["app.close(date)"]}}
`;

const made = `
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SET ROLE boss;
GRANT USAGE ON SCHEMA app TO dba;
CREATE TABLE app.orders (id serial PRIMARY KEY, note text);
CREATE TABLE app.customers (id int, name text);
CREATE TABLE app.single (id int, name text);
CREATE VIEW app.totals AS SELECT count(*) AS count FROM app.orders;
CREATE FUNCTION app.close(day date) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.close(day text) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE PROCEDURE app."Tidy up"(INOUT days int) LANGUAGE sql AS 'SELECT 1'`;

interface Fault {
  readonly name: string;
  readonly make: string;
  readonly in?: string;
  /** What verify says, and what it advises. */
  readonly expected: RegExp;
  /** Undoes what the statements leave, which a fault made beside. */
  readonly undo?: string;
  /** What plan and status say of it before. */
  readonly plan?: RegExp;
  readonly since?: number;
}

const faults: readonly Fault[] = [
  {
    name: 'one table of several',
    make: 'GRANT INSERT ON app.customers TO reader',
    expected: /REVOKE INSERT ON "app"\."customers" FROM "reader";/,
  },
  {
    name: 'two tables that are alike',
    make: 'GRANT DELETE ON app.customers, app.orders TO reader',
    expected: /2 tables .*REVOKE DELETE ON "app"\."customers", "app"\."orders" FROM "reader";/,
  },
  {
    name: 'a sequence',
    make: 'GRANT UPDATE ON SEQUENCE app.orders_id_seq TO reader',
    expected: /REVOKE UPDATE ON SEQUENCE "app"\."orders_id_seq" FROM "reader";/,
  },
  {
    name: 'by two grantors',
    make: `GRANT INSERT ON app.customers TO dba WITH GRANT OPTION; SET ROLE dba; GRANT INSERT ON app.customers TO reader;
      RESET ROLE; GRANT INSERT ON app.customers TO reader`,
    expected:
      /dba, who granted it, or a superuser runs, in database shop: SET ROLE "dba"; REVOKE INSERT ON "app"\."customers" FROM "reader"; RESET ROLE; then its owner or a superuser runs/,
    undo: 'REVOKE INSERT ON app.customers FROM dba',
  },
  {
    name: 'to a declared group',
    make: 'GRANT UPDATE ON app.customers TO team',
    expected: /reader has UPDATE .* by a grant to team.*REVOKE UPDATE ON "app"\."customers" FROM "team";/,
  },
  {
    name: 'to a group of a group that nobody declared',
    make: 'GRANT UPDATE ON app.customers TO dba; GRANT dba TO helpers; GRANT helpers TO reader',
    expected: /reader has UPDATE .* by a grant to dba.*REVOKE "helpers" FROM "reader"/,
    undo: 'REVOKE dba FROM helpers; REVOKE UPDATE ON app.customers FROM dba',
  },
  {
    name: 'a membership of two grantors',
    make: `GRANT dba TO helpers WITH ADMIN OPTION; SET ROLE helpers; GRANT dba TO writer; RESET ROLE; GRANT dba TO writer`,
    expected: /writer has the rights of dba.*REVOKE "dba" FROM "writer" GRANTED BY "helpers";/,
    undo: 'REVOKE dba FROM helpers',
    since: 16,
  },
  {
    name: 'a predefined role',
    make: 'GRANT pg_read_all_data TO caller',
    expected: /caller has SELECT on .*REVOKE "pg_read_all_data" FROM "caller"/,
  },
  {
    name: 'a superuser',
    make: 'ALTER ROLE caller SUPERUSER',
    expected: /caller has .*ALTER ROLE "caller" NOSUPERUSER;/,
  },
  {
    name: 'columns to a group and to everybody',
    make: 'GRANT UPDATE (name) ON app.customers TO PUBLIC; GRANT UPDATE (id, name) ON app.customers TO team',
    expected: /REVOKE UPDATE \("id", "name"\) ON "app"\."customers" FROM (PUBLIC, "team"|"team", PUBLIC);/,
  },
  {
    name: 'a table and a view to everybody',
    make: 'GRANT SELECT ON app.orders, app.totals TO PUBLIC',
    expected:
      /fail public-privilege shop: PUBLIC has SELECT on table orders in schema app: .*REVOKE SELECT ON "app"\."orders" FROM PUBLIC;/,
    plan: /PUBLIC has SELECT on tables app\.orders, app\.totals of shop, granted by boss: every role .*REVOKE SELECT ON TABLE "app"\."orders", "app"\."totals" FROM PUBLIC;/,
  },
  {
    name: 'a sequence to everybody, by another grantor',
    make: `GRANT USAGE ON SEQUENCE app.orders_id_seq TO dba WITH GRANT OPTION; SET ROLE dba;
      GRANT USAGE ON SEQUENCE app.orders_id_seq TO PUBLIC`,
    expected:
      /fail public-privilege shop: PUBLIC has USAGE on sequence orders_id_seq .*SET ROLE "dba"; REVOKE USAGE ON SEQUENCE "app"\."orders_id_seq" FROM PUBLIC; RESET ROLE;/,
    plan: /PUBLIC has USAGE on sequences app\.orders_id_seq of shop, granted by dba: .* dba or a member of it runs/,
    undo: 'REVOKE USAGE ON SEQUENCE app.orders_id_seq FROM dba',
  },
  {
    name: 'a column to everybody who may read the table anyway',
    make: 'GRANT SELECT (note) ON app.orders TO PUBLIC',
    expected:
      /fail public-privilege shop: PUBLIC has SELECT on columns note of table orders .*REVOKE SELECT \("note"\) ON "app"\."orders" FROM PUBLIC;/,
  },
  {
    name: 'temporary tables of everybody',
    make: 'GRANT TEMPORARY ON DATABASE shop TO PUBLIC',
    expected: /caller has TEMPORARY on database shop.*REVOKE TEMPORARY ON DATABASE "shop" FROM PUBLIC;/,
  },
  {
    name: 'later tables in every schema',
    make: 'ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT INSERT ON TABLES TO reader',
    expected: /ALTER DEFAULT PRIVILEGES FOR ROLE "boss" REVOKE INSERT ON TABLES FROM "reader";/,
  },
  {
    name: 'later tables of a group in one schema',
    make: 'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA app GRANT INSERT ON TABLES TO team',
    expected: /ALTER DEFAULT PRIVILEGES FOR ROLE "boss" IN SCHEMA "app" REVOKE INSERT ON TABLES FROM "team";/,
  },
  {
    name: 'the other one of two routines of a name',
    make: 'GRANT EXECUTE ON FUNCTION app.close(text) TO caller',
    expected:
      /caller may call routine close\(day text\) .*REVOKE EXECUTE ON ROUTINE "app"\."close"\(day text\) FROM "caller";/,
  },
  {
    name: 'a procedure of everybody',
    make: 'GRANT EXECUTE ON PROCEDURE app."Tidy up"(int) TO PUBLIC',
    expected:
      /may call routine "Tidy up"\(.*REVOKE EXECUTE ON ROUTINE "app"\."Tidy up"\(INOUT days integer\) FROM PUBLIC;/,
  },
  {
    name: 'tables of another',
    make: 'ALTER TABLE app.orders OWNER TO dba; ALTER TABLE app.customers OWNER TO dba',
    expected:
      /2 tables .*belong to dba; expected boss.*ALTER TABLE "app"\."customers" OWNER TO "boss"; ALTER TABLE "app"\."orders" OWNER TO "boss";/,
  },
];

const turns = inTurn('remedies of verify', [14, 16, 18] as const, faults, ({ since = 14 }, major) => since <= major);

describe.each(turns)('PostgreSQL %i', (major, own) => {
  const stage = deployed(major);

  test.each(own.map((fault) => [fault.name, fault] as const))(
    '%s',
    { timeout: 60_000 },
    async (_, { make, expected, undo, plan: planned }) => {
      const { server, deployment } = stage();
      await server.query(make, { database: 'shop' });
      const found = notWell(await deployment.verify());
      expect(found.map(told).join(' | ')).toMatch(expected);
      for (const verb of ['plan', 'status'] as const) {
        if (planned === undefined) continue;
        const { diagnostics } = await deployment[verb]();
        expect(diagnostics.map(({ message, remedy }) => `${message} ${remedy}`).join(' | ')).toMatch(planned);
      }
      for (const check of found) await carryOut(server, check);
      if (undo !== undefined) await server.query(undo, { database: 'shop' });
      const again = await deployment.verify();
      expect(notWell(again).map(told)).toEqual([]);
      const plan = await deployment.plan();
      expect(
        plan.steps.filter(isMutating).map(({ sql }) => sql),
        explain(plan),
      ).toEqual([]);
    },
  );

  test('more tables than a statement names', { timeout: 60_000 }, async () => {
    const { server, deployment } = stage();
    const each = (sql: string) =>
      server.query(`DO $$BEGIN FOR n IN 1..60 LOOP EXECUTE format('${sql}', n); END LOOP; END$$`, { database: 'shop' });
    await each('SET ROLE boss; CREATE TABLE app.many_%1$s (); GRANT DELETE ON app.many_%1$s TO reader');
    const found = notWell(await deployment.verify());
    expect(found.map(told)).toEqual([
      expect.stringMatching(/60 tables .*then verify again, which names the next of 10 more$/),
    ]);
    for (const check of found) await carryOut(server, check);
    const next = notWell(await deployment.verify());
    expect(next.map(told)).toEqual([expect.stringMatching(/10 tables .*FROM "reader";$/)]);
    for (const check of next) await carryOut(server, check);
    expect(notWell(await deployment.verify()).map(told)).toEqual([]);
    await each('DROP TABLE app.many_%1$s');
  });

  test('a declared EXECUTE that is gone, where PUBLIC calls routines and where it does not', {
    timeout: 60_000,
  }, async () => {
    const { server, deployment } = stage();
    for (const database of ['shop', 'open']) {
      await server.query('REVOKE EXECUTE ON FUNCTION app.close(date) FROM caller, PUBLIC', { database });
      const found = notWell(await deployment.verify()).map(told);
      expect(found.join(' | ')).toMatch(
        new RegExp(`fail access caller@${database}: caller lacks EXECUTE on routine close\\(day date\\) in schema app`),
      );
      expect(found).toHaveLength(1);
      expect((await deployment.apply()).ok).toBe(true);
      expect(notWell(await deployment.verify()).map(told)).toEqual([]);
    }
  });

  test('a declared routine that is not there', { timeout: 60_000 }, async () => {
    const { server, deployment } = stage();
    await server.query('ALTER FUNCTION app.close(date) RENAME TO closed', { database: 'open' });
    expect(notWell(await deployment.verify()).map(told)).toEqual([
      expect.stringMatching(
        /^warn access caller@open: caller is given privileges on app\.close\(date\), which is not there/,
      ),
    ]);
    await server.query('ALTER FUNCTION app.closed(date) RENAME TO close', { database: 'open' });
    expect(notWell(await deployment.verify()).map(told)).toEqual([]);
  });
});

function deployed(major: Major) {
  let stage:
    | { readonly server: Server; readonly deployment: Deployment; readonly end: () => Promise<void> }
    | undefined;
  beforeAll(async () => {
    const server = await startServer({ major });
    const folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server);
    await server.query('CREATE ROLE dba; CREATE ROLE helpers');
    const deployment = createDeployment({ adminDsn, desired: fromManifest(manifest), folder: folder.path });
    stage = {
      server,
      deployment,
      end: async () => {
        await server.stop();
        folder[Symbol.dispose]();
      },
    };
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    for (const database of ['shop', 'open']) await server.query(made, { database });
    expect((await deployment.apply({ allow: ['revoke'] })).ok).toBe(true);
    expect(notWell(await deployment.verify()).map(told)).toEqual([]);
  }, 120_000);
  afterAll(() => stage?.end());
  return () => {
    if (stage === undefined) throw new Error('no deployment was made');
    return stage;
  };
}

function notWell({ connectivity = [] }: Response & { readonly connectivity?: readonly Check[] }): Check[] {
  return connectivity.filter(({ result }) => ['fail', 'warn', 'unknown'].includes(result));
}

function told({ result, id, target, seen, remedy }: Check): string {
  return `${result} ${id} ${target}: ${seen} next: ${remedy}`;
}

/** As whoever the remedy names: a superuser may do all of it. */
async function carryOut(server: Server, { advice = [] }: Check) {
  for (const part of advice) {
    if (part.kind === 'sql') await server.query(part.sql, { database: part.database ?? 'postgres' });
  }
}
