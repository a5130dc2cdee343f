import { describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import { resourceCount } from '../../src/model/bounds.ts';
import type { NameRules } from '../../src/model/names.ts';
import { declarationOf, parseRequest, type Requests, requireUsableNames } from '../../src/run/request.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const breaks = 'holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on';
const declared = { ...about, databases: ['app'], roles: ['svc'] };

function problems(verb: keyof Requests, value: unknown): readonly string[] {
  try {
    parseRequest(verb, value, { defaultSchemas: ['main'] });
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
    ['plan', { ...about, databases: [], roles: ['svc'] }, { databases: [] }],
    ['apply', declared, { dry_run: true }],
    ['apply', { ...declared, dry_run: false, confirm: true }, { confirm: true }],
    ['apply', { ...declared, plan: { plan_id: 'x', anything: 1 } }, { plan: { plan_id: 'x', anything: 1 } }],
    ['status', { ...about, credentials: { admin_dsn_file: './dsn' } }, { credentials: { admin_dsn_file: './dsn' } }],
    ['verify', { ...about, checks: ['connectivity', 'listener-policy'] }, {}],
    ['verify', { ...about, checks: ['connectivity'], probes: ['wrong-password'], negative: false }, {}],
    ['doctor', declared, {}],
  ])('%s %j', (verb, value, filled) =>
    expect(parseRequest(verb, value)).toMatchObject({ ...(value as object), ...filled }),
  );
});

describe('what is refused, each problem with its path', () => {
  test.each<[verb: keyof Requests, value: unknown, expected: readonly RegExp[]]>([
    ['plan', undefined, [/./]],
    ['plan', about, [/one or more of databases, roles, schemas/]],
    ['plan', { ...about, databases: [] }, [/one or more of databases, roles, schemas/]],
    ['apply', { ...about, databases: [], roles: [], schemas: [] }, [/one or more of databases, roles, schemas/]],
    [
      'plan',
      { ...declared, service_role: 'b{x}' },
      [/^service_role: .* holds \{x\}; the only placeholder is \{database\}/],
    ],
    ['doctor', { ...declared, service_role: '{db}_x' }, [/^service_role: .* holds \{db\}/]],
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
    const parsed = parseRequest('plan', { ...about, ...request });
    const declaration = declarationOf(parsed, ['main']);
    expect(declaration).toMatchObject(expected);
    expect(declaration.schemas).toEqual(['main']);
    expect(declarationOf(parsed).schemas).toEqual([]);
  });
});

describe("a request's names are judged as the environment's are", () => {
  const rules: NameRules = {
    maxBytes: 63,
    reserved: {
      role: { names: [], prefixes: ['sys_'] },
      database: { names: [], prefixes: [] },
      schema: { names: [], prefixes: [] },
    },
  };
  const apart = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';

  function refused(request: object): readonly string[] {
    try {
      requireUsableNames(declarationOf(parseRequest('plan', { ...about, ...request })), rules);
      return [];
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      expect(error.errorClass).toBe('invalid-request');
      for (const { remedy } of error.diagnostics) expect(remedy).toMatch(/./);
      return error.diagnostics.map(({ target, message }) => `${target}: ${message}`);
    }
  }

  test.each<[request: object, expected: readonly string[]]>([
    [{ databases: ['a', 'a', 'a'] }, ['databases: database "a" is listed twice in databases']],
    [
      { databases: ['a\nb'], schemas: ['c\r'], roles: ['d', '\ne'] },
      [
        `databases: database "a\\u000ab" ${breaks}`,
        `schemas: schema "c\\u000d" ${breaks}`,
        `roles: role "\\u000ae" ${breaks}`,
      ],
    ],
    [{ databases: ['a b', 'c;d'], schemas: ['e f'], roles: ['g h'] }, []],
    [{ schemas: ['s', 's'] }, ['schemas: schema "s" is listed twice in schemas']],
    [{ roles: ['a', 'a'] }, ['service_role: role "a" is the service role and stands in roles too']],
    [{ roles: ['a', 'b', 'b'] }, ['roles: role "b" is listed twice in roles']],
    [{ databases: ['App', 'app'] }, [`databases: databases "App" and "app" ${apart}`]],
    [{ databases: ['a'], roles: ['s', 'R', 'r'] }, [`roles: roles "R" and "r" ${apart}`]],
    [
      { databases: ['zz{database}'] },
      ['databases: database "zz{database}" holds {database}, which only service_role may'],
    ],
    [
      { databases: ['zz'], roles: ['{database}', 'zz'] },
      ['service_role: role "zz" is the service role and stands in roles too'],
    ],
    [
      { databases: ['zz'], roles: ['s', '{database}_r'] },
      ['roles: role "{database}_r" holds {database}, which only service_role may'],
    ],
    [{ roles: ['{database}_s'] }, ['service_role: service_role makes one role for each database, and there is none']],
    [{ roles: ['sys_x'] }, ['service_role: role "sys_x" begins with sys_, which the server keeps for its own roles']],
    [
      { databases: ['\u00e5'.repeat(31)], roles: ['s', 'x', '\u00e4'.repeat(31)] },
      [
        `roles: the DSN file of ${'\u00e5'.repeat(31)} and ${'\u00e4'.repeat(31)} would have a name of 377 bytes; 240 is the most`,
      ],
    ],
  ])('%j', (request, expected) => {
    expect(refused(request)).toEqual(expected);
  });

  test.each([
    { databases: ['a', 'b'], roles: ['{database}_s', 'r'] },
    { databases: ['a'], roles: ['a', 'b'], service_role: 'b' },
    { databases: ['a'], roles: ['Bus', 'bus'], schemas: ['S', 's'] },
    { databases: ['a'], roles: ['a{b}c'] },
    { roles: ['a'] },
  ])('%j is taken', (request) => {
    expect(refused(request)).toEqual([]);
  });

  test('far more names than a request may hold are judged, too', () => {
    const many = (prefix: string) => Array.from({ length: 20_000 }, (_, index) => `${prefix}${index}`);
    const declaration = { databases: many('d'), roles: many('r'), schemas: many('s') };
    expect(() => requireUsableNames(declaration, rules)).not.toThrow();
  });
});

describe('what is too large is refused before it is looked into', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `name${index}`);

  test.each<[verb: keyof Requests, lists: object, expected: string]>([
    [
      'plan',
      { databases: names(300), roles: names(300), schemas: names(300) },
      'databases: databases (300) × roles (300) × schemas (300) make 27,270,900 resources, expected at most 50,000',
    ],
    [
      'apply',
      { databases: names(5_000), service_role: '{database}_a', roles: names(5) },
      'databases: databases (5000) × roles (6) × schemas (1) make 85,005 resources, expected at most 50,000',
    ],
    [
      'doctor',
      { databases: names(37), roles: names(37), schemas: names(37) },
      'databases: databases (37) × roles (37) × schemas (37) make 54,871 resources, expected at most 50,000',
    ],
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

  test('what is as large as it may be is taken, and each list is counted', () => {
    const request = { ...about, databases: names(35), roles: names(35), schemas: names(35) };
    const declaration = declarationOf(parseRequest('plan', request));
    const counts = [declaration.roles, ['{database}_svc', 'other'], []].map((roles) =>
      resourceCount({ ...declaration, roles }),
    );
    expect(counts).toEqual([46_655, 5_076, 2_520]);
    expect(() => parseRequest('plan', request, { mostResources: 10_000 })).toThrow('not valid');
  });
});
