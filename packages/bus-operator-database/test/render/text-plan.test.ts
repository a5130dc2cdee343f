import { describe, expect, it } from 'vitest';
import { planText } from '../../src/render/text-plan.ts';
import * as example from '../examples.ts';

const { databaseSteps, fail, flagsOf, leadSteps, respond, shown, shownBody, viewOf } = example;

describe('planText', () => {
  it('shows a first plan by database, alike ones folded with every name', () => {
    expect(shown(planText(example.firstPlan, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      deployment: example-dev, provider postgres

        discover-provider      postgres 18.4, admin may create roles and databases
        compute-database-plan  1 role, 4 databases, schema public; files go to ./local/dsn

      + create-role            bus_service               login only, new password
      + create-database        bus_auth                  UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_auth                  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_auth.dsn  bus_service@10.0.3.7:5432
        … the same for bus_events, bus_usage, bus_billing

      13 steps to create or grant; 0 to update, revoke or drop
      next: bus operator database apply
      "
    `);
  });

  it('shows two databases in full', () => {
    const steps = [...leadSteps(2), ...['a', 'b'].flatMap((name) => databaseSteps(name))];
    expect(planText(respond(steps), viewOf()).join('\n')).not.toContain('the same for');
  });

  it('shows every step and its SQL with -v', () => {
    const steps = [...leadSteps(3), ...['a', 'b', 'c'].flatMap((name) => databaseSteps(name))];
    const lines = planText(respond(steps), viewOf(flagsOf('plan', '-v')));
    expect(lines.filter((line) => line.startsWith('+'))).toHaveLength(9);
    expect(shown(lines.slice(5, 14))).toMatchInlineSnapshot(`
      "
        compute-database-plan  1 role, 3 databases, schema public; files go to ./local/dsn

      + create-database        a                  UTF8, owner deploy_admin, closed to PUBLIC
            CREATE DATABASE "a" TEMPLATE template0
            REVOKE ALL ON DATABASE "a" FROM PUBLIC
      + grant-privileges       a                  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
            GRANT USAGE, CREATE ON SCHEMA "public" TO "bus_service"
            GRANT CONNECT, TEMPORARY ON DATABASE "a" TO "bus_service"
      + write-dsn-file         ./local/dsn/a.dsn  bus_service@10.0.3.7:5432
      "
    `);
  });

  it('names the roles that are named after folded databases', () => {
    const names = ['bus_auth', 'bus_events', 'bus_usage'];
    const steps = [
      ...leadSteps(3, 3),
      ...names.map((name) => example.createRole(`${name}_service`)),
      ...names.flatMap((name) => databaseSteps(name, `${name}_service`)),
    ];
    expect(shownBody(planText(respond(steps), viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true


      + create-role            bus_auth_service          login only, new password
        … the same for bus_events_service, bus_usage_service
      + create-database        bus_auth                  UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_auth                  bus_auth_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_auth.dsn  bus_auth_service@10.0.3.7:5432
        … the same for bus_events (bus_events_service), bus_usage (bus_usage_service)

      12 steps to create or grant; 0 to update, revoke or drop
      next: bus operator database apply
      "
    `);
  });

  it('folds a hundred numbered databases into a range, and lists others over several lines', () => {
    const numbered = Array.from({ length: 100 }, (_, index) => `bus_${String(index + 1).padStart(4, '0')}`);
    const others = Array.from({ length: 20 }, (_, index) => `tenant_${'abcdefghijklmnopqrst'[index]}`);
    const steps = [...leadSteps(120), ...[...numbered, ...others].flatMap((name) => databaseSteps(name))];
    expect(shown(planText(respond(steps), viewOf()).slice(6))).toMatchInlineSnapshot(`
      "

      + create-database        bus_0001                  UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_0001                  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_0001.dsn  bus_service@10.0.3.7:5432
        … the same for bus_0002 to bus_0100, tenant_a, tenant_b, tenant_c, tenant_d, tenant_e, tenant_f, tenant_g,
          tenant_h, tenant_i, tenant_j, tenant_k, tenant_l, tenant_m, tenant_n, tenant_o, tenant_p, tenant_q,
          tenant_r, tenant_s, tenant_t

      360 steps to create or grant; 0 to update, revoke or drop
      next: bus operator database apply
      "
    `);
  });

  it('does not fold a database whose file goes to another host', () => {
    const steps = example.fourDatabases.flatMap((name) => databaseSteps(name));
    const odd = steps.map((step) =>
      step.action === 'write-dsn-file' && step.after?.database === 'bus_usage'
        ? { ...step, after: { ...step.after, endpoint: { host: '203.0.113.9', port: '5432' } } }
        : step,
    );
    const text = planText(respond([...leadSteps(4), ...odd]), viewOf()).join('\n');
    expect(text).toContain('… the same for bus_events, bus_billing');
    expect(text).toContain('+ write-dsn-file         ./local/dsn/bus_usage.dsn');
  });

  it('is short when there is nothing to do', () => {
    expect(shownBody(planText(respond(leadSteps(4)), viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      nothing to do: 1 role, 4 databases, 4 files are as declared (checked in 0.2 s)
      "
    `);
  });

  it('says which flag speaks for a hazard', () => {
    const refusal = fail(
      '1 revoke not allowed. Others may be using it: 3 sessions of role reporting are connected now.',
      'bus operator database apply --allow revoke     (or grant CONNECT to reporting first)',
    );
    const steps = [...leadSteps(4), example.revokeConnect('bus_auth')];
    const response = respond(steps, { ok: false, error_class: 'unsafe', diagnostics: [refusal] });
    expect(shownBody(planText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: false


      - revoke-privileges      bus_auth  PUBLIC loses CONNECT

      0 steps to create or grant; 1 to revoke
      refused: 1 revoke not allowed. Others may be using it: 3 sessions of role reporting are connected now.
      next: bus operator database apply --allow revoke     (or grant CONNECT to reporting first)
      "
    `);
  });

  it('names a common remedy of several refusals once', () => {
    const remedy = "if they are this deployment's: --adopt; else name others";
    const diagnostics = ['bus_auth', 'bus_usage'].map((name) =>
      fail(`database ${name} exists and carries no mark`, remedy),
    );
    const response = respond(leadSteps(4), { ok: false, error_class: 'not-ours', diagnostics });
    expect(shownBody(planText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: false


      refused: database bus_auth exists and carries no mark
      refused: database bus_usage exists and carries no mark
      next: if they are this deployment's: --adopt; else name others
      "
    `);
  });

  it('names the saved file, and the flags of this run in the next command', () => {
    const saved = planText(
      example.firstPlan,
      viewOf(flagsOf('plan', '--env-file', './staging.env'), { savedTo: './my plan.json' }),
    );
    expect(shown(saved.slice(-2))).toMatchInlineSnapshot(`
      "
      saved: ./my plan.json
      next: bus operator database apply --env-file ./staging.env --plan './my plan.json'
      "
    `);
    const flags = flagsOf('plan', '-C', 'deploy', '--allow', 'revoke,update', '--adopt-from', 'old', '--rotate', 'a b');
    expect(planText(example.firstPlan, viewOf(flags)).at(-1)).toBe(
      "next: bus operator database apply -C deploy --allow revoke,update --adopt-from old --rotate 'a b'",
    );
  });

  it('IN-33 lets no name take a line, turn the text or reach the terminal', () => {
    const name = example.hostileName;
    const steps = [...leadSteps(1), example.createRole(name), ...databaseSteps(name, name)];
    const response = respond(steps, {
      ok: false,
      error_class: 'not-ours',
      deployment_id: name,
      target: { ...example.target, host: name, database: name, admin_role: name, server_version: name },
      diagnostics: [fail(`role ${name} exists`, `drop ${name}`)],
      allowed: { allow: [], adopt: true, adopt_from: name, rotate: [name] },
    });
    const text = planText(response, viewOf(flagsOf('plan', '-v'), { savedTo: name })).join('\n');
    expect(text).not.toMatch(example.rawControl);
    expect(text.split('\n').filter((line) => line.startsWith('ok: '))).toEqual(['ok: false']);
  });
});
