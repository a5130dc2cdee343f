import type { StepState } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { applyText } from '../../src/render/text-apply.ts';
import * as example from '../examples.ts';

const { databaseSteps, fail, fourDatabases, leadSteps, respond, shown, shownBody, viewOf } = example;

function applied(states: Readonly<Record<string, readonly StepState[]>> = {}) {
  const done = ['applied', 'applied', 'applied'] as const;
  return [
    ...leadSteps(4),
    example.createRole('bus_service', 'applied'),
    ...fourDatabases.flatMap((name) => databaseSteps(name, 'bus_service', states[name] ?? done)),
  ];
}

const untouched = ['planned', 'planned', 'planned'] as const;
const cut = applied({ bus_usage: ['applied', 'planned', 'planned'], bus_billing: untouched });

describe('applyText', () => {
  it('shows what was done, how many and how long', () => {
    const after = { steps: 13 };
    const summary = '13 steps carried out';
    const steps = [
      ...applied(),
      { action: 'apply-database-plan', target: 'plan', risk: 'create', summary, after } as const,
    ];
    expect(shown(applyText(respond(steps, { dry_run: false, elapsed_ms: 65_400 }), viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      deployment: example-dev, provider postgres

        discover-provider      postgres 18.4, admin may create roles and databases
        compute-database-plan  1 role, 4 databases, schema public; files go to ./local/dsn

      + create-role            bus_service               done      login only, new password
      + create-database        bus_auth                  done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_auth                  done      bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_auth.dsn  done      bus_service@10.0.3.7:5432
        … the same for bus_events, bus_usage, bus_billing

      13 of 13 steps done in 1 min 5 s
      next: bus operator database verify
      "
    `);
  });

  it('says what stands when it was interrupted', () => {
    const diagnostics = [fail('interrupted by SIGINT', undefined, 'cancelled')];
    const response = respond(cut, { ok: false, error_class: 'cancelled', diagnostics });
    expect(shownBody(applyText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: false


      + create-role            bus_service                  done      login only, new password
      + create-database        bus_auth                     done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_auth                     done      bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_auth.dsn     done      bus_service@10.0.3.7:5432
      + create-database        bus_events                   done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_events                   done      bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_events.dsn   done      bus_service@10.0.3.7:5432
      + create-database        bus_usage                    done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_usage                    not done  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_usage.dsn    not done  bus_service@10.0.3.7:5432
      + create-database        bus_billing                  not done  UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_billing                  not done  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_billing.dsn  not done  bus_service@10.0.3.7:5432

      interrupted by SIGINT: 2 of 4 databases ready: bus_auth, bus_events; bus_usage unfinished; nothing else was touched
      next: run the same command again; it continues
      "
    `);
  });

  it("takes the provider's own word for what stands", () => {
    const stands = {
      severity: 'info',
      code: 'what-stands',
      message: '7 of 13 steps were carried out; bus_usage is closed',
      remedy: 'run the same command again; it continues',
    } as const;
    const diagnostics = [fail('not done within 2.0 s (--timeout)', undefined, 'timeout'), stands];
    const response = respond(cut, { ok: false, error_class: 'timeout', diagnostics });
    expect(shown(applyText(response, viewOf()).slice(-2))).toMatchInlineSnapshot(`
      "
      not done within 2.0 s (--timeout): 7 of 13 steps were carried out; bus_usage is closed
      next: run the same command again; it continues
      "
    `);
  });

  it('says so when nothing was changed before it ended', () => {
    const steps = [...leadSteps(1), ...databaseSteps('bus_auth', 'bus_service', untouched)];
    const diagnostics = [fail('interrupted by SIGTERM', undefined, 'cancelled')];
    const text = applyText(respond(steps, { ok: false, error_class: 'cancelled', diagnostics }), viewOf());
    expect(shown(text.slice(-2))).toMatchInlineSnapshot(`
      "
      interrupted by SIGTERM: nothing was changed
      next: run the same command again; it continues
      "
    `);
  });

  it('shows what failed, then what stands', () => {
    const steps = applied({
      bus_usage: ['applied', 'failed', 'planned'],
      bus_billing: ['applied', 'unknown', 'planned'],
    });
    const diagnostics = [fail('database bus_usage: out of disk space (53100)', 'make room on the server')];
    const response = respond(steps, { ok: false, error_class: 'internal', diagnostics });
    expect(shownBody(applyText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: false


      + create-role            bus_service                  done      login only, new password
      + create-database        bus_auth                     done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_auth                     done      bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_auth.dsn     done      bus_service@10.0.3.7:5432
      + create-database        bus_events                   done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_events                   done      bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_events.dsn   done      bus_service@10.0.3.7:5432
      + create-database        bus_usage                    done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_usage                    failed    bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_usage.dsn    not done  bus_service@10.0.3.7:5432
      + create-database        bus_billing                  done      UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_billing                  unknown   bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_billing.dsn  not done  bus_service@10.0.3.7:5432

      9 of 13 steps done in 0.2 s
      what stands: 2 of 4 databases ready: bus_auth, bus_events; bus_usage, bus_billing unfinished; nothing else was touched
      failed: database bus_usage: out of disk space (53100)
      next: make room on the server
      then: run the same command again; it continues
      "
    `);
  });

  it('shows what is still to do when it did not converge', () => {
    const diagnostics = [
      fail(
        'after applying, this is still to do: grant-privileges bus_auth: bus_service: CONNECT',
        'bus operator database plan -v shows the statements',
        'not-converged',
      ),
    ];
    const response = respond(applied(), { ok: false, error_class: 'not-converged', diagnostics });
    expect(shown(applyText(response, viewOf()).slice(-5))).toMatchInlineSnapshot(`
      "
        … the same for bus_events, bus_usage, bus_billing

      13 of 13 steps done in 0.2 s
      failed: after applying, this is still to do: grant-privileges bus_auth: bus_service: CONNECT
      next: bus operator database plan -v shows the statements
      "
    `);
  });

  it('prints the plan when it is refused', () => {
    const steps = [...leadSteps(4), example.revokeConnect('bus_auth')];
    const diagnostics = [fail('1 revoke not allowed (bus_auth)', 'bus operator database apply --allow revoke')];
    const text = applyText(respond(steps, { ok: false, error_class: 'unsafe', diagnostics }), viewOf());
    expect(shown(text.slice(-5))).toMatchInlineSnapshot(`
      "
      - revoke-privileges      bus_auth  PUBLIC loses CONNECT

      0 steps to create or grant; 1 to revoke
      refused: 1 revoke not allowed (bus_auth)
      next: bus operator database apply --allow revoke
      "
    `);
  });

  it('is short when there is nothing to do', () => {
    expect(applyText(respond(leadSteps(4), { dry_run: false }), viewOf()).at(-1)).toBe(
      'nothing to do: 1 role, 4 databases, 4 files are as declared (checked in 0.2 s)',
    );
  });

  it('says that a dry run changed nothing', () => {
    const text = applyText({ ...example.firstPlan, dry_run: true }, viewOf());
    expect(shownBody(text.slice(0, 4))).toMatchInlineSnapshot(`
      "
      ok: true
      dry run: nothing was changed
      "
    `);
    expect(text.at(-1)).toBe('next: bus operator database apply');
  });
});
