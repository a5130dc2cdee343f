// What a plain admin lacks for a manifest is foreseen by doctor and by plan, both with the SQL of who can give it; with that
// run, and nothing else, apply goes through.
import { type Advice, isMutating, type Response } from 'bus-integration-database';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { inTurn, someOf } from './variants.ts';

interface Lack {
  readonly name: string;
  /** By a superuser; statements in the database `lack` come second, once it is there. */
  readonly make: readonly string[];
  readonly inside?: string;
  readonly desired: string;
  readonly codes: readonly string[];
  readonly remedy: RegExp;
  /** Told as a warning: apply does the rest. */
  readonly isWarning?: true;
  readonly since?: Major;
  /** What it takes beside the SQL. */
  readonly allow?: readonly string[];
}

const mark = (what: string) => `COMMENT ON ROLE ${what} IS 'bus-deployment=example-dev'`;
const lacks: readonly Lack[] = [
  {
    name: 'CREATEROLE',
    make: ['ALTER ROLE deploy_admin NOCREATEROLE'],
    desired: 'roles: {svc: {login: true}, more: {}}\ndatabases: {lack: {access: {svc: create}}}',
    codes: ['lacks-createrole'],
    remedy: /ALTER ROLE "deploy_admin" CREATEROLE;/,
  },
  {
    name: 'CREATEDB',
    make: ['ALTER ROLE deploy_admin NOCREATEDB'],
    desired: 'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}}, second: {}}',
    codes: ['lacks-createdb'],
    remedy: /ALTER ROLE "deploy_admin" CREATEDB;/,
  },
  {
    name: 'ADMIN on a group',
    make: ['CREATE ROLE team', mark('team')],
    desired: 'roles: {svc: {login: true, member_of: [team]}, team: {}}\ndatabases: {lack: {access: {svc: create}}}',
    codes: ['lacks-membership-admin'],
    remedy: /GRANT "team" TO "deploy_admin" WITH ADMIN TRUE/,
    since: 16,
  },
  {
    name: 'the rights of an owner',
    make: ['CREATE ROLE boss', mark('boss')],
    desired:
      'roles: {svc: {login: true}, boss: {}}\ndatabases: {lack: {owner: boss, schemas: [data], access: {svc: read}}}',
    codes: ['lacks-membership-admin'],
    remedy: /GRANT "boss" TO "deploy_admin" WITH ADMIN TRUE/,
    since: 16,
  },
  {
    name: 'a setting of a role',
    make: [],
    desired: 'roles: {svc: {login: true, settings: {log_statement: all}}}\ndatabases: {lack: {access: {svc: create}}}',
    codes: ['lacks-setting'],
    remedy: /ALTER ROLE "svc" SET "log_statement" TO 'all';/,
  },
  {
    name: 'a setting of a database',
    make: [],
    desired:
      'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}, settings: {log_min_duration_statement: 5s}}}',
    codes: ['lacks-setting'],
    remedy: /ALTER DATABASE "lack" SET "log_min_duration_statement" TO '5s';/,
  },
  {
    name: 'an untrusted extension',
    make: [],
    desired: 'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}, extensions: [pageinspect]}}',
    codes: ['lacks-superuser'],
    remedy: /in database lack: CREATE EXTENSION "pageinspect" SCHEMA "public";/,
  },
  {
    name: 'ownership of a schema',
    make: [],
    inside: 'CREATE SCHEMA theirs',
    desired:
      'roles: {svc: {login: true}, boss: {}}\ndatabases: {lack: {owner: boss, schemas: [theirs], access: {svc: read}}}',
    codes: ['lacks-ownership'],
    remedy: /in database lack: ALTER SCHEMA "theirs" OWNER TO "deploy_admin";/,
  },
  {
    name: 'ownership of a schema, whose owner is there',
    make: ['CREATE ROLE boss', mark('boss'), 'GRANT boss TO deploy_admin WITH ADMIN OPTION'],
    inside: 'CREATE SCHEMA theirs',
    desired:
      'roles: {svc: {login: true}, boss: {}}\ndatabases: {lack: {owner: boss, schemas: [theirs], access: {svc: read}}}',
    codes: ['lacks-ownership'],
    remedy: /in database lack: ALTER SCHEMA "theirs" OWNER TO "boss";/,
  },
  {
    name: 'ownership of tables',
    make: [],
    inside: 'CREATE SCHEMA data; ALTER SCHEMA data OWNER TO deploy_admin; CREATE TABLE data.of_dba ()',
    desired: 'roles: {svc: {login: true}}\ndatabases: {lack: {schemas: [data], access: {svc: read}}}',
    codes: ['other-owner'],
    remedy:
      /postgres or a superuser runs, in database lack: GRANT SELECT ON (ALL TABLES IN SCHEMA "data"|TABLE "data"\."of_dba") TO "svc";/,
    isWarning: true,
  },
  {
    name: 'ownership of the database',
    make: ['ALTER DATABASE lack OWNER TO postgres', 'REVOKE ALL ON DATABASE lack FROM deploy_admin'],
    desired:
      'roles: {svc: {login: true}, other: {login: true}}\ndatabases: {lack: {access: {svc: create, other: create}}}',
    codes: ['lacks-connect', 'lacks-ownership'],
    remedy: /ALTER DATABASE "lack" OWNER TO "deploy_admin";/,
  },
];

const turns = inTurn('lacking rights', [14, 16, 18] as const, lacks, ({ since = 14 }, major) => since <= major);

describe.each(turns)('PostgreSQL %i', (major, own) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ major });
  }, 60_000);
  afterAll(() => server?.stop());

  test.each(own.map((lack) => [lack.name, lack] as const))('%s', { timeout: 60_000 }, async (_, lack) => {
    using folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server);
    const of = (text: string) => createDeployment({ adminDsn, desired: fromManifest(text), folder: folder.path });
    try {
      const first = await of('roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}}}').apply();
      expect(first.ok, explain(first)).toBe(true);
      if (lack.inside !== undefined) await server.query(lack.inside, { database: 'lack' });
      for (const sql of lack.make) await server.query(sql);
      const deployment = of(lack.desired);
      const plan = await deployment.plan({ allow: ['revoke'] });
      const doctor = await deployment.doctor();
      const advice = plan.diagnostics.filter(({ code }) => lack.codes.includes(code));
      expect([...new Set(advice.map(({ code }) => code))].sort(), explain(plan)).toEqual([...lack.codes].sort());
      expect(advice.map(({ remedy }) => remedy).join(' | ')).toMatch(lack.remedy);
      expect(plan.ok).toBe(lack.isWarning === true);
      const checks = doctor.checks ?? [];
      for (const { message, remedy } of advice) {
        const told = checks.filter((check) => check.seen === message);
        expect(
          told.map((check) => [check.result, check.remedy]),
          explain(doctor),
        ).toEqual([[lack.isWarning ? 'warn' : 'fail', remedy]]);
      }
      for (const part of advice.flatMap(sqlOf)) await server.query(part.sql, { database: part.database ?? 'postgres' });
      const applied = await deployment.apply({ allow: ['revoke'] });
      expect(applied.ok, explain(applied)).toBe(true);
      const again = await deployment.plan();
      expect(again.diagnostics.filter(({ code }) => lack.codes.includes(code))).toEqual([]);
      expect(
        again.steps.filter(isMutating).map(({ action }) => action),
        explain(again),
      ).toEqual([]);
    } finally {
      await cleared(server);
    }
  });
});

interface LaterRight {
  readonly name: string;
  /** Applied first, and what a superuser does in the database then. */
  readonly earlier?: string;
  readonly inside?: string;
  readonly desired: string;
  readonly without: string;
  readonly remedy: RegExp;
  readonly majors: readonly Major[];
}

const made: readonly LaterRight[] = [
  {
    name: 'an untrusted extension',
    desired: 'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}, extensions: [pageinspect]}}',
    without: 'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: create}}}',
    remedy:
      /^leave pageinspect out of extensions and apply, which makes the database; then a superuser runs, in database lack: CREATE EXTENSION "pageinspect" SCHEMA "public"; then put it back and apply again$/,
    majors: [14, 16, 18],
  },
  {
    name: 'the owner of schema public',
    desired: 'roles: {svc: {login: true}, boss: {}}\ndatabases: {lack: {owner: boss, access: {svc: read}}}',
    without: 'roles: {svc: {login: true}, boss: {}}\ndatabases: {lack: {access: {svc: connect}}}',
    remedy:
      /^leave owner out and apply, which makes the database; then a superuser runs, in database lack: ALTER SCHEMA "public" OWNER TO "boss"; then put it back and apply again$/,
    majors: [14],
  },
  {
    name: "a role's access to another's schema",
    earlier: 'roles: {svc: {login: true}}\ndatabases: {lack: {access: {svc: connect}}}',
    inside: 'CREATE SCHEMA theirs',
    desired: 'roles: {svc: {login: true}, late: {}}\ndatabases: {lack: {schemas: [theirs], access: {late: create}}}',
    without: 'roles: {svc: {login: true}, late: {}}\ndatabases: {lack: {access: {late: connect}}}',
    remedy:
      /^leave the access of late out and apply, which makes the role; then postgres or a superuser runs, in database lack: GRANT CREATE, USAGE ON SCHEMA "theirs" TO "late"; then put it back and apply again$/,
    majors: [14, 18],
  },
];

describe('of what is still to be made', () => {
  const cases = made.flatMap((one) =>
    someOf(`lacking rights: ${one.name}`, one.majors, 1).map((major) => [one.name, major, one] as const),
  );
  test.each(cases)(
    '%s, PostgreSQL %i',
    { timeout: 60_000 },
    async (_, major, { earlier, inside = '', desired, without, remedy }) => {
      await using server = await startServer({ major });
      using folder = temporaryFolder();
      const adminDsn = await createPlainAdmin(server);
      const of = (text: string) => createDeployment({ adminDsn, desired: fromManifest(text), folder: folder.path });
      if (earlier !== undefined) {
        expect((await of(earlier).apply()).ok).toBe(true);
        await server.query(inside, { database: 'lack' });
      }
      const plan = await of(desired).plan({ allow: ['revoke'] });
      expect(plan.ok).toBe(false);
      const told = plan.diagnostics.filter((one) => remedy.test(one.remedy ?? ''));
      expect(told, explain(plan)).toHaveLength(1);
      const { checks = [] } = await of(desired).doctor();
      expect(checks.filter((one) => remedy.test(one.remedy ?? ''))).toHaveLength(1);
      const first = await of(without).apply({ allow: ['revoke'] });
      expect(first.ok, explain(first)).toBe(true);
      for (const part of told.flatMap(sqlOf)) await server.query(part.sql, { database: part.database ?? 'postgres' });
      const applied = await of(desired).apply({ allow: ['revoke'] });
      expect(applied.ok, explain(applied)).toBe(true);
      const again = await of(desired).plan();
      expect([again.ok, again.steps.filter(isMutating).map(({ action }) => action)], explain(again)).toEqual([
        true,
        [],
      ]);
    },
  );
});

function sqlOf({ advice = [] }: { readonly advice?: Response['diagnostics'][number]['advice'] }) {
  return (advice as readonly Advice[]).filter((part) => part.kind === 'sql');
}

async function cleared(server: Server): Promise<void> {
  for (const name of ['lack', 'second']) await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  const roles = "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> 'postgres'";
  const names = (await server.query(roles)).map(({ rolname }) => `"${rolname}"`);
  for (const name of names) await server.query(`DROP OWNED BY ${name}`);
  for (const name of names) await server.query(`DROP ROLE ${name}`);
}
