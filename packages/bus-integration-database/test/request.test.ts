import { describe, expect, test } from 'vitest';
import { OperationError } from '../src/errors.ts';
import { declarationOf, parseRequest, type Requests } from '../src/request.ts';

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
    ['plan', { ...about, schemas: ['s'] }, { schemas: ['s'] }],
    ['apply', declared, { dry_run: true }],
    ['apply', { ...declared, dry_run: false, confirm: true }, { confirm: true }],
    ['apply', { ...declared, plan: { plan_id: 'x', anything: 1 } }, { plan: { plan_id: 'x', anything: 1 } }],
    ['status', { ...about, credentials: { admin_dsn_file: './dsn' } }, { credentials: { admin_dsn_file: './dsn' } }],
    ['verify', { ...about, checks: ['connectivity', 'listener-policy'] }, {}],
    ['doctor', declared, {}],
  ])('%s %j', (verb, value, filled) =>
    expect(parseRequest(verb, value)).toMatchObject({ ...(value as object), ...filled }),
  );
});

describe('what is refused, each problem with its path', () => {
  test.each<[verb: keyof Requests, value: unknown, expected: readonly RegExp[]]>([
    ['plan', undefined, [/./]],
    ['plan', about, [/one or more of databases, roles, schemas/]],
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
    ['status', declared, [/unknown key: databases, roles/]],
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

describe('the declaration', () => {
  test.each([
    ['the first role is the service role', { roles: ['a', 'b'] }, { roles: ['a', 'b'], serviceRole: 'a' }],
    ['one that is named', { roles: ['a', 'b'], service_role: 'b' }, { roles: ['a', 'b'], serviceRole: 'b' }],
    [
      'one that is named apart from the roles',
      { roles: ['a'], service_role: 's' },
      { roles: ['s', 'a'], serviceRole: 's' },
    ],
    ['no role at all', { databases: ['app'] }, { roles: [], serviceRole: undefined }],
  ])('%s', (_, request, expected) => {
    const declaration = declarationOf(parseRequest('plan', { ...about, ...request }));
    expect(declaration).toMatchObject(expected);
    expect(declaration.schemas).toEqual(['public']);
  });
});
