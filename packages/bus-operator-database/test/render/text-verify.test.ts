import type { Check, Response } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { verifyText } from '../../src/render/text-verify.ts';
import * as example from '../examples.ts';

const { fail, flagsOf, respond, shown, shownBody, viewOf } = example;

const logins = example.fourDatabases.map(
  (database): Check => ({
    id: 'service-login',
    kind: 'connectivity',
    result: 'ok',
    target: `bus_service@${database}`,
    database,
    seen: 'writes and reads in public',
  }),
);
const info: Check = {
  id: 'public-connect',
  kind: 'connectivity',
  result: 'info',
  target: 'bus_service',
  seen: 'PUBLIC may CONNECT to postgres, template1',
};
const listener: Check = { id: 'listen-addresses', kind: 'listener-policy', result: 'ok', seen: 'listens on 10.0.3.7' };

function verified(
  connectivity: readonly Check[],
  listener_policy: readonly Check[],
  more: Partial<Response> = {},
): Response {
  return respond([], { connectivity, listener_policy, ...more });
}

describe('verifyText', () => {
  it('says in a line what is good', () => {
    expect(shown(verifyText(verified([...logins, info], [listener]), viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      target: deploy_admin@10.0.3.7:5432/postgres, PostgreSQL 18.4, cluster 7710971639735813047
      deployment: example-dev, provider postgres
      connectivity      4 of 4 databases ok (4 of 4 logins, 4 of 4 checks): writes and reads in public
        info    public-connect   bus_service  PUBLIC may CONNECT to postgres, template1
      listener-policy   1 check ok
        ok      listen-addresses  listens on 10.0.3.7
      "
    `);
  });

  it('counts databases, logins and checks each by itself, however many there are', () => {
    const many = Array.from({ length: 300 }, (_, index) => `db_${index}x`).flatMap((database) =>
      ['svc', 'reporter'].map(
        (role, index): Check => ({
          id: 'service-login',
          kind: 'connectivity',
          result: database === 'db_7x' && index === 1 ? 'fail' : 'ok',
          target: `${role}@${database}`,
          database,
          seen: `writes and reads in ${database}`,
        }),
      ),
    );
    const limits: Check = { id: 'service-limits', kind: 'connectivity', result: 'ok', target: 'svc', seen: 'may not' };
    const text = verifyText(verified([...many, limits], []), viewOf());
    expect(text).toContain('connectivity      299 of 300 databases ok (599 of 600 logins, 600 of 601 checks)');
  });

  it('shows each good check with -v', () => {
    const text = verifyText(verified(logins, [listener]), viewOf(flagsOf('verify', '-v')));
    expect(text.filter((line) => line.startsWith('  ok'))).toHaveLength(5);
  });

  it('names what could not be seen on the line after the answer', () => {
    const unseen: Check = {
      id: 'certificate-expiry',
      kind: 'listener-policy',
      result: 'unknown',
      seen: 'the server offers no TLS',
    };
    const response = verified(logins, [listener, unseen], { complete: false });
    expect(shownBody(verifyText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: true
      unknown: 1 (certificate-expiry: the server offers no TLS)
      connectivity      4 of 4 databases ok (4 of 4 logins, 4 of 4 checks): writes and reads in public
      listener-policy   1 check ok, 1 unknown
        unknown certificate-expiry  the server offers no TLS
        ok      listen-addresses    listens on 10.0.3.7
      "
    `);
    const many = Array.from({ length: 5 }, (_, index) => ({ ...unseen, id: `rule-${index}` }));
    expect(verifyText(verified([], many, { complete: false }), viewOf())[1]).toMatchInlineSnapshot(
      `"unknown: 5 (rule-0: the server offers no TLS; rule-1: the server offers no TLS; rule-2: the server offers no TLS; and 2 more)"`,
    );
  });

  it('explains what failed, with what to put in its place', () => {
    const trust: Check = {
      id: 'trust',
      kind: 'listener-policy',
      result: 'fail',
      rule: { file: 'pg_hba.conf', line: 4, text: 'host all all 10.0.0.0/8 trust' },
      seen: 'host all all 10.0.0.0/8 trust',
      why: 'any host in 10.0.0.0/8 logs in without a password as bus_service (4 databases), superuser postgres',
      remedy: 'replace with: host all all 10.0.0.0/8 scram-sha-256\nthen: SELECT pg_reload_conf();',
    };
    const wide: Check = { ...trust, id: 'too-wide', why: 'bus_service (4 databases) may come from anywhere' };
    const lost: Check = {
      id: 'service-login',
      kind: 'connectivity',
      result: 'fail',
      target: 'bus_service@bus_billing',
      database: 'bus_billing',
      seen: './local/dsn/bus_billing.dsn is missing',
      remedy: 'bus operator database apply',
    };
    const response = verified([...logins.slice(0, 3), lost], [listener, trust, wide], {
      ok: false,
      diagnostics: [fail('2 checks failed')],
    });
    expect(shownBody(verifyText(response, viewOf()))).toMatchInlineSnapshot(`
      "
      ok: false
      connectivity      3 of 4 databases ok (3 of 4 logins, 3 of 4 checks): writes and reads in public
        fail    service-login    bus_service@bus_billing  ./local/dsn/bus_billing.dsn is missing
              next: bus operator database apply
      listener-policy   1 check ok, 2 failed
        fail    trust             pg_hba.conf:4  host all all 10.0.0.0/8 trust
              any host in 10.0.0.0/8 logs in without a password as bus_service (4 databases), superuser postgres
              replace with: host all all 10.0.0.0/8 scram-sha-256
              then: SELECT pg_reload_conf();
        fail    too-wide          pg_hba.conf:4  host all all 10.0.0.0/8 trust
              bus_service (4 databases) may come from anywhere
              fixed by the lines above for the same rule
        ok      listen-addresses  listens on 10.0.3.7
      failed: 2 checks failed
      "
    `);
  });
});
