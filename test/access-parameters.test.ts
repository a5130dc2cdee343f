// Privileges on parameters that a superuser alone sets: what a role names is what it has; of one that names none they are told.
import type { Response } from 'bus-integration-database';
import { type Major, majors } from 'embedded';
import { describe, expect, test } from 'vitest';
import { admins } from './access/admins.ts';
import { manifestWith, type OnServer, onServer } from './access/applied.ts';
import { someOf } from './variants.ts';

const able = majors.filter((major) => major >= 15);
const manifestOf = (ops: string, team = '{}') =>
  manifestWith(`{ops: ${ops}, team: ${team}, member: {member_of: [team]}}`, '{}');
const given = '{parameters: {SET: [Log_Min_Duration_Statement, my.Module], ALTER SYSTEM: [work_mem]}}';

async function held(on: OnServer): Promise<string[]> {
  const rows = await on.server.query<{ held: string }>(
    `SELECT concat_ws(' ', role, privilege, name) AS held
       FROM unnest(ARRAY['ops', 'team', 'member']) AS role, unnest(ARRAY['SET', 'ALTER SYSTEM']) AS privilege,
            unnest(ARRAY['log_min_duration_statement', 'my.module', 'work_mem', 'log_statement']) AS name
      WHERE has_parameter_privilege(role, name, privilege) AND NOT (privilege = 'SET' AND name = 'work_mem')
      ORDER BY 1`,
  );
  return rows.map((row) => row.held);
}

const told = ({ diagnostics }: Response, code: string) =>
  diagnostics.filter((one) => one.code === code).map(({ message, remedy }) => [message, remedy]);

describe.each(someOf('access to parameters', able, 1))('PostgreSQL %i', (major: Major) => {
  test.each(admins)('as %s: given, lowered and taken', { timeout: 90_000 }, async (kind) => {
    await using on = await onServer(major, kind);
    const isSuperuser = kind === 'superuser';
    if (!isSuperuser) {
      const refused = await on.plan(manifestOf(given), { allow: ['elevate'] });
      expect(refused.error_class).toBe('insufficient-privilege');
      expect(told(refused, 'lacks-grant-option')).toEqual([
        [
          'role deploy_admin may not grant SET on parameters log_min_duration_statement, my.module: a superuser may, and who has the grant option',
          'a superuser runs, in any database: GRANT SET ON PARAMETER "log_min_duration_statement", "my"."module" TO "deploy_admin" WITH GRANT OPTION;',
        ],
        [
          'role deploy_admin may not grant ALTER SYSTEM on parameter work_mem: a superuser may, and who has the grant option',
          'a superuser runs, in any database: GRANT ALTER SYSTEM ON PARAMETER "work_mem" TO "deploy_admin" WITH GRANT OPTION;',
        ],
      ]);
      for (const [, remedy = ''] of told(refused, 'lacks-grant-option'))
        await on.server.query(`${remedy}`.replace(/^.*?: /, ''));
    }
    const unsafe = await on.plan(manifestOf(given));
    expect([unsafe.error_class, told(unsafe, 'hazard')]).toEqual([
      'unsafe',
      [['1 elevation not allowed (ops)', 'bus operator database plan --allow elevate']],
    ]);
    await on.converge(manifestOf(given), ['elevate']);
    const all = ['ops ALTER SYSTEM work_mem', 'ops SET log_min_duration_statement', 'ops SET my.module'];
    expect(await held(on)).toEqual(all);
    // Of a role that names none they stay, and are told.
    const unnamed = await on.converge(manifestOf('{}'));
    expect(await held(on)).toEqual(all);
    expect(told(unnamed, 'extra-privilege')).toEqual([
      [
        'role ops has SET on log_min_duration_statement, my.module and ALTER SYSTEM on work_mem, parameters that are not declared',
        'declare them under parameters of the role; or, if they are not meant, who granted them, or a superuser runs, in any database: REVOKE SET ON PARAMETER "log_min_duration_statement", "my"."module" FROM "ops"; REVOKE ALTER SYSTEM ON PARAMETER "work_mem" FROM "ops";',
      ],
    ]);
    // What somebody else gave a plain admin can't take.
    await on.server.query('GRANT SET ON PARAMETER log_statement TO ops WITH GRANT OPTION');
    const less = manifestOf('{parameters: {SET: [my.module]}}');
    expect((await on.plan(less)).error_class).toBe('unsafe');
    const lowered = await on.converge(less, ['revoke']);
    expect(await held(on)).toEqual([...(isSuperuser ? [] : ['ops SET log_statement']), 'ops SET my.module']);
    expect(told(lowered, 'extra-privilege')).toEqual(
      isSuperuser
        ? []
        : [
            [
              "role ops has SET on parameter log_statement, granted by postgres; this admin can't take it away",
              'a superuser runs, in any database: REVOKE SET ON PARAMETER "log_statement" FROM "ops";',
            ],
          ],
    );
    await on.converge(manifestOf('{parameters: {}}'), ['revoke']);
    expect(await held(on)).toEqual(isSuperuser ? [] : ['ops SET log_statement']);
  });

  test('through a group that names them, and no more once it does not; options alone are taken', {
    timeout: 90_000,
  }, async () => {
    await using on = await onServer(major, 'superuser');
    const team = '{parameters: {SET: [log_statement]}}';
    await on.converge(manifestOf('{}', team), ['elevate']);
    const member = (text: string, of: string) =>
      manifestWith(`{ops: {}, team: ${of}, member: {member_of: [team], parameters: {SET: [${text}]}}}`, '{}');
    const rests = await on.plan(member('log_statement', team));
    expect(rests.steps.filter(({ state }) => state === 'planned')).toEqual([]);
    await on.converge(member('log_statement', '{parameters: {}}'), ['elevate', 'revoke']);
    expect(await held(on)).toEqual(['member SET log_statement']);
    await on.server.query('GRANT SET ON PARAMETER log_statement TO member WITH GRANT OPTION');
    const options = await on.converge(member('log_statement', '{parameters: {}}'), ['revoke']);
    expect(options.steps.flatMap(({ sql = [] }) => sql)).toEqual([
      'REVOKE GRANT OPTION FOR SET ON PARAMETER "log_statement" FROM "member"',
    ]);
    expect(await held(on)).toEqual(['member SET log_statement']);
  });

  test('a parameter that there is not', { timeout: 60_000 }, async () => {
    await using on = await onServer(major, 'superuser');
    const refused = await on.plan(manifestOf('{parameters: {SET: [no_such, my.own]}}'), { allow: ['elevate'] });
    expect(refused.error_class).toBe('invalid-request');
    expect(told(refused, 'setting')[0]?.[0]).toMatch(
      /^PostgreSQL \S+ has no parameter no_such, which role ops is to have/,
    );
  });
});

test('PostgreSQL 14 has no privileges on parameters', { timeout: 60_000 }, async () => {
  await using on = await onServer(14, 'plain');
  const refused = await on.plan(manifestOf(given), { allow: ['elevate'] });
  expect(refused.error_class).toBe('invalid-request');
  expect(told(refused, 'unknown-privilege')).toEqual([
    [
      expect.stringMatching(
        /^PostgreSQL 14\.\d+ has no privileges on parameters, which role ops is to have on log_min_duration_statement, my\.module, work_mem; expected 15 or newer$/,
      ),
      'take it out of its parameters in the manifest',
    ],
  ]);
  await on.converge(manifestOf('{parameters: {}}'));
});
