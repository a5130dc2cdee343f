import type { Response } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../src/render/text-status.ts';
import * as example from '../examples.ts';

const { fail, leadSteps, respond, shown, shownBody, viewOf } = example;

const healthy: Partial<Response> = {
  roles: [{ name: 'bus_service', state: 'ours', can_login: true, connections: 12, password: 'proven' }],
  databases: [
    { name: 'bus_auth', state: 'ours', size_bytes: 9_100_000, connections: 4 },
    { name: 'bus_events', state: 'ours', size_bytes: 1_234_000_000, connections: 1 },
  ],
  schemas: [
    { database: 'bus_auth', name: 'public', state: 'present' },
    { database: 'bus_events', name: 'public', state: 'present' },
  ],
  dsn_files: ['bus_auth', 'bus_events'].map((database) => ({
    path: `./local/dsn/${database}.dsn`,
    database,
    role: 'bus_service',
    state: 'current',
    password: 'proven',
  })),
  leftovers: [],
  drift: [],
};

describe('statusText', () => {
  it('shows limits, validity, groups, and who owns a database', () => {
    const status: Partial<Response> = {
      ...healthy,
      roles: [
        {
          name: 'bus_service',
          state: 'ours',
          can_login: true,
          connections: 3,
          connection_limit: 40,
          valid_until: '2027-01-01T00:00:00.000000Z',
          password: 'proven',
        },
        { name: 'late', state: 'ours', can_login: true, connections: 0, has_expired: true, password: 'proven' },
        { name: 'team', state: 'ours', can_login: false, connections: 0 },
      ],
      databases: [
        { name: 'bus_auth', state: 'ours', owner: 'shop_owner', size_bytes: 1, connections: 4, connection_limit: 20 },
      ],
    };
    const lines = statusText(respond(leadSteps(2), status), viewOf()).filter((line) => /^(role|database) /.test(line));
    expect(lines).toEqual([
      'role      bus_service  login, 3 of 40 connections, valid until 2027-01-01T00:00:00Z, password proven by 2 of 2 files',
      'role      late         login, 0 connections, password expired, password proven',
      'role      team         group',
      'database  bus_auth     ours, owner shop_owner  1 bytes  4 of 20 connections  schema public',
    ]);
  });

  it('shows a deployment that is as declared', () => {
    const leftovers = [
      {
        kind: 'database',
        name: 'bus_legacy',
        retire: [{ database: 'postgres', sql: ['DROP DATABASE "bus_legacy";'] }],
      },
      { kind: 'dsn-file', name: 'bus_legacy.dsn', command: 'rm -- ./local/dsn/bus_legacy.dsn' },
    ] as const;
    expect(shown(statusText(respond(leadSteps(2), { ...healthy, leftovers }), viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      deployment: example-dev, provider postgres
      role      bus_service  login, 12 connections, password proven by 2 of 2 files
      database  bus_auth     ours  9.1 MB  4 connections  schema public
      database  bus_events   ours  1.2 GB  1 connection   schema public
      files: 2 of 2 current, in ./local/dsn
      drift: none

      no longer declared: 2, which apply leaves as it is; what retires it, for psql as deploy_admin, in this order:
        no-longer-declared     database bus_legacy
            \\connect "postgres"
            DROP DATABASE "bus_legacy";
        no-longer-declared     file bus_legacy.dsn
            rm -- ./local/dsn/bus_legacy.dsn
      "
    `);
  });

  it('never says that there is no drift where apply would refuse', () => {
    const lost = fail('role bus_service exists and no file holds its password', 'bring ./local/dsn/bus_auth.dsn');
    const text = (more: Partial<Response>) =>
      statusText(respond(leadSteps(2), { ...healthy, diagnostics: [lost], ...more }), viewOf());
    expect(text({})).toContain('drift: 1 thing that apply would refuse');
    expect(text({})).not.toContain('drift: none');
    expect(text({ drift: [example.revokeConnect('bus_auth')] })).toContain(
      'drift: 1 step, 1 thing that apply would refuse',
    );
  });

  it('shows what is missing, strange or lost, and the drift as steps', () => {
    const drift = [...example.databaseSteps('bus_usage'), example.revokeConnect('bus_auth')];
    const response = respond([...leadSteps(4), ...drift], {
      roles: [
        { name: 'bus_service', state: 'ours', can_login: false, connections: 0, password: 'unknown' },
        { name: 'reporting', state: 'missing' },
        { name: 'lost', state: 'ours', can_login: true, connections: 1, password: 'none' },
      ],
      databases: [
        { name: 'bus_auth', state: 'foreign', size_bytes: 512, connections: 0 },
        { name: 'bus_events', state: 'unfinished', connections: 0 },
        { name: 'bus_usage', state: 'missing' },
        { name: 'bus_billing', state: 'unmarked', size_bytes: 99_960_000, connections: 2 },
      ],
      schemas: [
        { database: 'bus_auth', name: 'public', state: 'present' },
        { database: 'bus_auth', name: 'audit', state: 'missing' },
        { database: 'bus_billing', name: 'public', state: 'unknown' },
      ],
      dsn_files: [
        {
          path: './local/dsn/bus_auth.dsn',
          database: 'bus_auth',
          role: 'bus_service',
          state: 'current',
          password: 'unknown',
        },
        {
          path: './local/dsn/bus_events.dsn',
          database: 'bus_events',
          role: 'bus_service',
          state: 'outdated',
          password: 'proven',
        },
        {
          path: './local/dsn/bus_usage.dsn',
          database: 'bus_usage',
          role: 'bus_service',
          state: 'missing',
          password: 'none',
        },
        {
          path: './local/dsn/bus_billing.dsn',
          database: 'bus_billing',
          role: 'bus_service',
          state: 'broken',
          password: 'none',
        },
      ],
      leftovers: [],
      drift,
    });
    expect(shownBody(statusText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      role      bus_service                  no login, 0 connections, password proven by 1 of 4 files
      role      reporting                    missing
      role      lost                         login, 1 connection, no password in any file
      database  bus_auth                     another deployment's  512 bytes  0 connections  schemas public, audit missing
      database  bus_events                   unfinished                       0 connections
      database  bus_usage                    missing
      database  bus_billing                  carries no mark       100 MB     2 connections  schema public unknown
      file      ./local/dsn/bus_events.dsn   outdated, password proven
      file      ./local/dsn/bus_usage.dsn    missing
      file      ./local/dsn/bus_billing.dsn  broken, password missing
      files: 1 of 4 current (1 not proven), in ./local/dsn
      drift: 4 steps
      + create-database        bus_usage                  UTF8, owner deploy_admin, closed to PUBLIC
      + grant-privileges       bus_usage                  bus_service: CONNECT, TEMPORARY; schema public: USAGE, CREATE
      + write-dsn-file         ./local/dsn/bus_usage.dsn  bus_service@10.0.3.7:5432
      - revoke-privileges      bus_auth                   PUBLIC loses CONNECT
      next: bus operator database plan
      "
    `);
    const refused = {
      ...response,
      diagnostics: [fail('1 revoke not allowed (bus_auth)', 'bus operator database apply --allow revoke')],
    };
    expect(shown(statusText(refused, viewOf()).slice(-2))).toMatchInlineSnapshot(`
      "
      apply would refuse: 1 revoke not allowed (bus_auth)
      next: bus operator database apply --allow revoke
      "
    `);
  });

  it('counts a file of several logins once, as the one that is worst off', () => {
    const login = { path: './pgpass', form: 'pgpass', role: 'bus_service', state: 'current' } as const;
    const logins = (second: 'proven' | 'disproven') =>
      [
        { ...login, database: 'bus_auth', password: 'proven' },
        { ...login, database: 'bus_events', password: second },
      ] as const;
    const textOf = (second: 'proven' | 'disproven') =>
      statusText(respond(leadSteps(2), { ...healthy, dsn_files: logins(second) }), viewOf()).filter((line) =>
        /file|password/.test(line),
      );
    expect(textOf('proven')).toEqual([
      'role      bus_service  login, 12 connections, password proven by 1 of 1 file',
      'files: 1 of 1 current, in .',
    ]);
    expect(textOf('disproven')).toContain('file      ./pgpass     current, password disproven');
  });

  it('IN-33 prints hostile names escaped', () => {
    const name = example.hostileName;
    const response = respond([], {
      roles: [{ name, state: 'ours' }],
      databases: [{ name, state: 'ours' }],
      schemas: [{ database: name, name, state: 'present' }],
      dsn_files: [{ path: name, database: name, role: name, state: 'missing', password: 'none' }],
      leftovers: [{ kind: 'database', name }],
    });
    const text = statusText(response, viewOf()).join('\n');
    expect(text).not.toMatch(example.rawControl);
    expect(text.split('\n').filter((line) => line.startsWith('ok: '))).toEqual(['ok: true']);
  });
});
