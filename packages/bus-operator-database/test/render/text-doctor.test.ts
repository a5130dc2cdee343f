import type { Check } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { doctorText } from '../../src/render/text-doctor.ts';
import * as example from '../examples.ts';

const { flagsOf, respond, shown, shownBody, viewOf } = example;

function check(id: string, result: Check['result'], seen: string, remedy?: string): Check {
  return { id, kind: 'doctor', result, seen, ...(remedy !== undefined && { remedy }) };
}

const good = Array.from({ length: 11 }, (_, index) => check(`good-${index}`, 'ok', `fine ${index}`));

describe('doctorText', () => {
  it('folds what is in order', () => {
    const response = respond([], { checks: good });
    expect(shown(doctorText(response, viewOf(undefined, { origin: '6 keys from ./.env' })))).toMatchInlineSnapshot(`
      "
      ok: true
      target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      config: 6 keys from ./.env
      11 checks ok, 0 warnings, 0 failed
      next: bus operator database plan
      "
    `);
    expect(doctorText(response, viewOf(flagsOf('doctor', '-v')))).toContain('  ok      good-3           fine 3');
  });

  it('gives each failure its remedy to copy', () => {
    const checks = [
      ...good,
      check(
        'admin-dsn-file',
        'fail',
        './local/postgres-admin-dsn is readable by group (0640)',
        'chmod 600 ./local/postgres-admin-dsn',
      ),
      check(
        'admin-rights',
        'fail',
        'role deploy_admin lacks CREATEROLE, which creating bus_service needs',
        'a superuser runs: ALTER ROLE deploy_admin CREATEROLE',
      ),
      check('git-ignore', 'warn', './local/dsn would be added by git', "printf '%s\\n' '/local/' >> .git/info/exclude"),
      check('git-admin-dsn', 'skipped', 'git is not installed'),
    ];
    const response = respond([], { ok: false, error_class: 'not-converged', checks });
    expect(shownBody(doctorText(response, viewOf(undefined, { origin: '9 keys from ./.env' })))).toMatchInlineSnapshot(`
      "
      ok: false
      config: 9 keys from ./.env
        fail    admin-dsn-file   ./local/postgres-admin-dsn is readable by group (0640)
              next: chmod 600 ./local/postgres-admin-dsn
        fail    admin-rights     role deploy_admin lacks CREATEROLE, which creating bus_service needs
              next: a superuser runs: ALTER ROLE deploy_admin CREATEROLE
        warn    git-ignore       ./local/dsn would be added by git
              next: printf '%s\\n' '/local/' >> .git/info/exclude
        skipped git-admin-dsn    git is not installed
      11 checks ok, 1 warning, 2 failed, 1 skipped
      "
    `);
  });

  it('IN-33 prints hostile names escaped', () => {
    const checks = [check(example.hostileName, 'fail', example.hostileName, example.hostileName)];
    const text = doctorText(respond([], { ok: false, checks }), viewOf()).join('\n');
    expect(text).not.toMatch(example.rawControl);
    expect(text.split('\n').filter((line) => line.startsWith('ok: '))).toEqual(['ok: false']);
  });
});
