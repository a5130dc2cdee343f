import { describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import { parseRequest, type Requests } from '../../src/run/request.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const declared = { ...about, databases: ['app'], roles: ['svc'] };

function problems(verb: keyof Requests, value: unknown): readonly string[] {
  try {
    parseRequest(verb, value);
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    expect(error.errorClass).toBe('invalid-request');
    return error.diagnostics.map(({ target, message }) => (target === undefined ? message : `${target}: ${message}`));
  }
}

describe('what is taken', () => {
  test.each<[verb: keyof Requests, value: unknown, filled: object]>([
    ['plan', declared, { dry_run: true, adopt: false, allow: [], rotate: [] }],
    ['plan', { ...about, roles: ['r'], schemas: ['s'] }, { schemas: ['s'] }],
    ['plan', { ...about, databases: [], roles: ['svc'] }, { databases: [] }],
    ['apply', declared, { dry_run: true }],
    ['apply', { ...declared, dry_run: false, confirm: true }, { confirm: true }],
    ['apply', { ...declared, plan: { plan_id: 'x', anything: 1 } }, { plan: { plan_id: 'x', anything: 1 } }],
    ['status', { ...about, credentials: { admin_dsn_file: './dsn' } }, { credentials: { admin_dsn_file: './dsn' } }],
    ['verify', { ...about, checks: ['connectivity', 'listener-policy'] }, {}],
    ['verify', { ...about, checks: ['connectivity'], probes: ['wrong-password'], negative: false }, {}],
    ['doctor', declared, {}],
    ['status', { ...declared, listener_policy: 'tls' }, {}],
    ['verify', { ...declared, schemas: ['s'], checks: ['connectivity'] }, {}],
  ])('%s %j', (verb, value, filled) =>
    expect(parseRequest(verb, value)).toMatchObject({ ...(value as object), ...filled }),
  );
});

describe('what is refused, each problem with its path', () => {
  test.each<[verb: keyof Requests, value: unknown, expected: readonly RegExp[]]>([
    ['plan', undefined, [/./]],
    ...(['plan', 'apply', 'status', 'verify', 'doctor'] as const).map((verb): [typeof verb, object, RegExp[]] => [
      verb,
      { ...about, ...(verb === 'verify' && { checks: ['connectivity'] }), databases: [], schemas: ['x'] },
      [/^schemas: .*each is looked for in every database that is named, and none is$/],
    ]),
    ['plan', about, [/one or more of databases, roles is required/]],
    ['plan', { ...about, databases: [] }, [/one or more of databases, roles is required/]],
    ['apply', { ...about, databases: [], roles: [], schemas: [] }, [/one or more of databases, roles is required/]],
    ['plan', { ...declared, deployment_id: '-x' }, [/^deployment_id: /]],
    ['plan', { ...declared, deployment_id: 'x'.repeat(64) }, [/^deployment_id: /]],
    ['plan', { ...declared, databases: ['app', ''], roles: 'svc' }, [/^databases\.1: /, /^roles: /]],
    ['plan', { ...declared, unheard: 1, of: 2 }, [/unknown key: unheard, of/]],
    ['plan', { ...declared, credentials: { password: 'x' } }, [/^credentials: .*unknown key: password/]],
    ['plan', { ...declared, allow: ['anything'] }, [/^allow\.0: /]],
    ['plan', { ...declared, plan: { plan_id: 'x' } }, [/unknown key: plan/]],
    ['apply', { ...declared, dry_run: false }, [/^confirm: .*must be true/]],
    ['apply', { ...declared, dry_run: false, confirm: false }, [/^confirm: /]],
    ['verify', about, [/^checks: /]],
    ['verify', { ...about, checks: ['everything'] }, [/^checks\.0: /]],
    ['verify', { ...about, checks: [] }, [/^checks: /]],
    ['verify', { ...about, checks: ['connectivity'], probes: ['right-password'] }, [/^probes\.0: /]],
    [
      'verify',
      { ...about, checks: ['connectivity'], probe: 'wrong-password', negative: 'no' },
      [/^negative: /, /unknown key: probe/],
    ],
    ['status', { ...declared, checks: ['connectivity'] }, [/unknown key: checks/]],
    ['verify', { ...declared, checks: ['connectivity'], dry_run: true }, [/unknown key: dry_run/]],
  ])('%s %j', (verb, value, expected) => {
    const found = problems(verb, value);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  test('no value of a request is repeated in a message', () => {
    const secret = 'postgresql://admin:hunter2@db/postgres';
    for (const value of [
      { ...declared, credentials: secret },
      { ...declared, credentials: { admin_dsn_file: [secret] } },
    ]) {
      expect(problems('plan', value).join()).not.toContain('hunter2');
    }
  });
});

describe('what is too large is refused before it is looked into', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `name${index}`);

  test.each<[verb: keyof Requests, lists: object, expected: string]>([
    ['plan', { databases: names(5_001) }, 'databases: databases has 5,001 items, expected at most 5,000'],
    ['plan', { ...declared, rotate: names(9_000) }, 'rotate: rotate has 9,000 items, expected at most 5,000'],
    ['verify', { checks: Array(1e6).fill(1) }, 'checks: checks has 1,000,000 items, expected at most 5,000'],
    [
      'plan',
      { ...declared, allow: Array(6_000).fill('revoke') },
      'allow: allow has 6,000 items, expected at most 5,000',
    ],
    [
      'plan',
      { ...declared, listener_networks: Array(5_001).fill('10.0.0.0/8') },
      'listener_networks: listener_networks has 5,001 items, expected at most 5,000',
    ],
    [
      'plan',
      { ...declared, service_role: '{database}'.repeat(30) },
      'service_role: service_role: expected at most 256 characters',
    ],
    ['plan', { ...declared, roles: ['x'.repeat(257)] }, 'roles.0: roles.0: expected at most 256 characters'],
    [
      'status',
      { credentials: { admin_dsn_file: 'x'.repeat(5_000) } },
      'credentials.admin_dsn_file: credentials.admin_dsn_file: expected at most 4096 characters',
    ],
  ])('%s, case %#', (verb, lists, expected) => {
    expect(problems(verb, { ...about, ...lists })).toEqual([expected]);
  });
});
