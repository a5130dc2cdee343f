import { printable, type Response, type Step } from 'bus-integration-database';
import { psqlScript } from 'bus-integration-postgres';
import { describe, expect, it } from 'vitest';
import { scriptLines } from '../../src/render/script.ts';
import type { View } from '../../src/render/view.ts';
import * as example from '../examples.ts';

const { databaseSteps, flagsOf, leadSteps, respond, shown, viewOf } = example;

const psqlLines = (response: Response, view: View) => scriptLines(response, view, psqlScript);

describe('scriptLines', () => {
  it('is a script for psql that ends with the command that makes the passwords', () => {
    const steps = [
      ...leadSteps(1),
      example.createRole('bus_service'),
      ...databaseSteps('bus_auth'),
      example.revokeConnect('bus_auth'),
    ];
    expect(shown(psqlLines(respond(steps), viewOf(flagsOf('plan', '--sql'))))).toMatchInlineSnapshot(`
      "
      -- What bus operator database apply would do, for psql.
      -- target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      -- deployment: example-dev, provider postgres
      -- Run it as deploy_admin, or as a superuser who acts as deploy_admin by it: what it makes must belong to deploy_admin.

      \\set ON_ERROR_STOP on
      SET ROLE "deploy_admin";

      -- create-role bus_service: login only, new password
      CREATE ROLE "bus_service" LOGIN;

      -- create-database bus_auth: UTF8, owner deploy_admin, closed to PUBLIC
      CREATE DATABASE "bus_auth" TEMPLATE template0;
      REVOKE ALL ON DATABASE "bus_auth" FROM PUBLIC;

      \\connect "bus_auth"
      SET ROLE "deploy_admin";
      BEGIN;
      -- grant-privileges bus_auth: bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      GRANT USAGE, CREATE ON SCHEMA "public" TO "bus_service";
      GRANT CONNECT, TEMPORARY ON DATABASE "bus_auth" TO "bus_service";
      -- revoke-privileges bus_auth: PUBLIC loses CONNECT
      REVOKE CONNECT ON DATABASE "bus_auth" FROM PUBLIC;
      COMMIT;

      -- Then this, run where the DSN files belong, makes the passwords and writes the DSN files:
      --   bus operator database apply --rotate bus_service
      "
    `);
  });

  it('ends with the command that does the rest: rotations, and what the run was allowed', () => {
    const rotation: Step = {
      action: 'alter-role',
      target: 'bus_service',
      risk: 'rotate',
      summary: 'new password',
      after: { name: 'bus_service', password: 'new' },
    };
    const last = (steps: readonly Step[], ...argv: string[]) =>
      psqlLines(respond([...leadSteps(1), ...steps]), viewOf(flagsOf('plan', '--sql', ...argv))).at(-1);
    expect(last([rotation], '--rotate', 'bus_service')).toBe('--   bus operator database apply --rotate bus_service');
    expect(
      last([rotation, example.createRole('other')], '--adopt', '--allow', 'revoke', '--rotate', 'bus_service'),
    ).toBe('--   bus operator database apply --allow revoke --adopt --rotate bus_service --rotate other');
    const unlocked: Step = { ...rotation, risk: 'update', after: { name: 'bus_service', can_login: true } };
    expect(last([unlocked])).not.toContain('--rotate');
  });

  it('connects to every name as it is', () => {
    const connects = (name: string) =>
      psqlLines(respond([...leadSteps(1), example.revokeConnect(name)]), viewOf())
        .filter((line) => /^\\/.test(line))
        .slice(1);
    expect(connects('bus_auth')).toEqual(['\\connect "bus_auth"']);
    expect(connects(`a=b "c" 'd' \\e`)).toEqual([`\\connect -reuse-previous=on "dbname='a=b ""c"" \\'d\\' \\\\e'"`]);
    expect(connects('postgresql://x')).toEqual([`\\connect -reuse-previous=on "dbname='postgresql://x'"`]);
    expect(connects('a\nb')).toEqual(['\\quit']);
    expect(connects('a\u001b[2Jb')).toEqual(['\\quit', '\\quit']);
  });

  it('lets no name out of a comment', () => {
    const name = `x\n\\! rm -rf /\n`;
    const lines = psqlLines(respond([...leadSteps(1), example.revokeConnect(name)], { deployment_id: name }), viewOf());
    const own = lines.filter((line) => !line.includes('REVOKE'));
    expect(
      own
        .join('\n')
        .split('\n')
        .filter((line) => line.startsWith('\\!')),
    ).toEqual([]);
  });

  it.each([
    ['GRANT CONNECT \\! id', true],
    ['GRANT CONNECT\n\\! id\n--', true],
    ["SELECT 'a' \\gexec", true],
    ["SELECT '\\' || E'\\' \\\\! id'", false],
    ['CREATE ROLE U&"a\\000a\\\\! ""id"', false],
    ["COMMENT ON ROLE a IS E'it''s \\' \\u000a\\\\! id'", false],
    ['DO $x$ \\! id $x$', false],
  ])('writes no statement that holds a command of psql: %s', (sql, isLeftOut) => {
    const [line] = psqlLines(respond([...leadSteps(1), { ...example.createRole('a'), sql: [sql] }]), viewOf()).filter(
      (text) => text.includes('-- left out') || text === `${sql};`,
    );
    expect(line?.startsWith('-- left out')).toBe(isLeftOut);
    expect(line).not.toMatch(isLeftOut ? /\n/ : /^--/);
  });

  it('writes no statement that a terminal would obey', () => {
    const sql = 'COMMENT ON ROLE "a\u001b[2J" IS \'\ta\nb\'';
    const lines = psqlLines(respond([...leadSteps(1), { ...example.createRole('a'), sql: [sql] }]), viewOf());
    expect(lines).toContain(`-- left out, since a terminal would obey a control character in it: ${printable(sql)}`);
    expect(lines.join('\n')).not.toMatch(example.rawControl);
  });

  it('acts as the admin, whatever it is called', () => {
    const script = (admin_role: string) =>
      psqlLines(
        respond([...leadSteps(1), example.createRole('a')], { target: { ...example.target, admin_role } }),
        viewOf(),
      );
    expect(script('a "b" \\c')).toContain('SET ROLE "a ""b"" \\c";');
    const hostile = script('x"\n\\! id\n--');
    expect(hostile.filter((line) => /^(SET|\\!)/m.test(line))).toEqual([]);
    expect(hostile).toContain('\\quit');
  });

  it('says what apply would refuse', () => {
    const diagnostics = [{ severity: 'fail', code: 'x', message: 'lacks it\n\\! id', remedy: 'give it' }] as const;
    const lines = psqlLines(respond([...leadSteps(1), example.createRole('a')], { ok: false, diagnostics }), viewOf());
    const at = lines.findIndex((line) => line.startsWith('-- apply would refuse it: lacks it'));
    expect(lines[at + 1]).toBe('--   give it');
    expect(lines.join('\n')).not.toMatch(/^\\!/m);
  });

  it('says that there is nothing to do', () => {
    expect(psqlLines(respond(leadSteps(1)), viewOf()).at(-1)).toBe('-- nothing to do');
  });
});
