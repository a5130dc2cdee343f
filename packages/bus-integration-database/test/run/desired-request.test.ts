// From requests to desired states: which one, judged once, and what of it can't be used.
import { describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import { resourceCount } from '../../src/model/bounds.ts';
import { type DesiredRules, type DesiredState, desiredState } from '../../src/model/desired-state.ts';
import { listProblems } from '../../src/model/list-problems.ts';
import type { Lists } from '../../src/model/lists.ts';
import { desiredBy, isAboutConfigured, requireDesiredRoles } from '../../src/run/desired-request.ts';
import { parseRequest, type Requests } from '../../src/run/request.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const breaks = 'holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on';
const rules: DesiredRules = {
  defaultSchemas: ['main'],
  maxBytes: 63,
  reserved: {
    role: { names: [], prefixes: ['sys_'] },
    database: { names: [], prefixes: [] },
    schema: { names: [], prefixes: [] },
  },
  resources: ({ roles }) => [...roles].map((name) => ({ kind: 'role', name })),
};

/** What a configuration reads. */
function configured(lists: Partial<Lists>, mostResources = 200_000): DesiredState {
  const words = { databases: 'NAMES', serviceRole: 'SERVICE_ROLE', roles: 'ROLES', schemas: 'SCHEMAS' };
  const source = { words, takesFirst: false, mostResources, fewer: '' };
  const listener = { listenerPolicy: 'tls' } as const;
  const all = { databases: [], roles: [], schemas: ['main'], ...lists };
  const desired = desiredState(all, { deploymentId: 'shop', listener, rules, source });
  if ('resources' in desired) return desired;
  throw new Error(JSON.stringify(desired));
}

function refused(verb: keyof Requests, request: object): readonly string[] {
  try {
    desiredBy(parseRequest(verb, { ...about, ...request }), { names: rules });
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    expect(error.errorClass).toBe('invalid-request');
    for (const { remedy } of error.diagnostics) expect(remedy).toMatch(/./);
    return error.diagnostics.map(({ target, message }) => `${target}: ${message}`);
  }
}

describe('the lists of a request', () => {
  test.each([
    ['the first role is the service role', { roles: ['a', 'b'] }, { roles: ['a', 'b'], serviceRole: 'a' }],
    ['one that is named', { roles: ['a', 'b'], service_role: 'b' }, { roles: ['a', 'b'], serviceRole: 'b' }],
    [
      'one that is named apart from the roles',
      { roles: ['a'], service_role: 's' },
      { roles: ['s', 'a'], serviceRole: 's' },
    ],
    ['no role at all', { databases: ['app'] }, { roles: [] }],
  ])('%s', (_, request, expected) => {
    const parsed = parseRequest('plan', { ...about, ...request });
    const { lists } = desiredBy(parsed, { names: rules });
    expect(lists).toMatchObject(expected);
    expect(lists?.serviceRole).toBe('serviceRole' in expected ? expected.serviceRole : undefined);
    expect(lists?.schemas).toEqual(['main']);
    expect(desiredBy(parsed, {}).lists?.schemas).toEqual([]);
  });
});

describe('which state a request is about', () => {
  const own = configured({ databases: ['a', 'b'], roles: ['{database}_s', 'r'], serviceRole: '{database}_s' });
  const provider = { names: rules, configured: own };
  const ask = (verb: keyof Requests, request: object) =>
    desiredBy(parseRequest(verb, { ...about, ...request }), provider);

  test('the very one that is configured, where nothing is named, or nothing else', () => {
    const same = { databases: ['a', 'b'], roles: ['r'], service_role: '{database}_s' };
    for (const request of [{}, { databases: [], roles: [] }, same, { ...same, schemas: ['main'] }]) {
      expect(ask('status', request)).toBe(own);
      expect(ask('verify', { ...request, checks: ['connectivity'] })).toBe(own);
      expect(ask('doctor', request)).toBe(own);
    }
    expect(ask('plan', same)).toBe(own);
  });

  test('in whatever order it is named, and however its service role is', () => {
    const { listener } = own;
    const networks = { listenerNetworks: ['10.0.0.0/8', 'fd00::/8'] };
    const policy = { listener_policy: 'tls', listener_networks: ['fd00::/8', '10.0.0.0/8'] };
    const plain = configured({ databases: ['a', 'b'], roles: ['s', 'r'], serviceRole: 's', schemas: ['x', 'y'] });
    const names = { databases: ['b', 'a'], roles: ['r', 's'], service_role: 's', schemas: ['y', 'x'] };
    const of = (request: object, state: DesiredState) =>
      desiredBy(parseRequest('plan', { ...about, ...request }), { names: rules, configured: state });
    expect(of(names, plain)).toBe(plain);
    expect(of({ ...names, roles: ['r'] }, plain)).toBe(plain);
    const policed = { ...plain, listener: { ...listener, ...networks } };
    expect(of({ ...names, ...policy }, policed)).toBe(policed);
  });

  test.each([
    { databases: ['a', 'a'] },
    { databases: ['a', 'b', 'b'] },
    { roles: ['r', 'r'] },
    { schemas: ['main', 'main'] },
  ])('a name that is listed twice is refused all the same: %j', (request) => {
    const same = { databases: ['a', 'b'], roles: ['r'], service_role: '{database}_s' };
    expect(() => ask('plan', { ...same, ...request })).toThrow("names that can't be used");
  });

  test('another service role makes another state', () => {
    const plain = configured({ databases: ['a'], roles: ['s', 'r'], serviceRole: 's' });
    const request = parseRequest('plan', { ...about, databases: ['a'], roles: ['r', 's'] });
    expect(desiredBy(request, { names: rules, configured: plain })).not.toBe(plain);
  });

  test('is not judged again, however large its operator has it', () => {
    const names = Array.from({ length: 4_000 }, (_, index) => `n${index}`);
    const large = configured({ databases: names, roles: ['a', 'b', 'c', 'd', 'e'] });
    const request = parseRequest('plan', { ...about, databases: names, roles: ['a', 'b', 'c', 'd', 'e'] });
    expect(desiredBy(request, { names: rules, configured: large })).toBe(large);
    expect(() => desiredBy(request, { names: rules, configured: own })).toThrow(OperationError);
  });

  test('else one of its own, with the policy that is configured', () => {
    const { roles, resources, listener, lists } = ask('status', { databases: ['a'], roles: ['r'] });
    expect([...roles]).toEqual(['r']);
    expect(resources).toEqual([{ kind: 'role', name: 'r' }]);
    expect(listener).toEqual({ listenerPolicy: 'tls' });
    expect(lists?.schemas).toEqual(['main']);
  });

  test('a policy of its own is laid over what is configured', () => {
    const asked = ask('verify', { checks: ['listener-policy'], listener_networks: ['10.0.0.0/8'] });
    expect(asked).toEqual({ ...own, listener: { listenerNetworks: ['10.0.0.0/8'] } });
    expect(ask('verify', { checks: ['listener-policy'], listener_policy: 'tls' })).toBe(own);
  });

  test('is told without being judged', () => {
    const same = { databases: ['a', 'b'], roles: ['r'], service_role: '{database}_s' };
    const isOwn = (request: object) => isAboutConfigured(parseRequest('status', { ...about, ...request }), provider);
    expect([{}, same, { ...same, listener_policy: 'tls' }].map(isOwn)).toEqual([true, true, true]);
    const others = [{ ...same, databases: ['a', 'a'] }, { ...same, schemas: ['s'] }, { listener_policy: 'private' }];
    expect(others.map(isOwn)).toEqual([false, false, false]);
  });

  test('none of another deployment than the configured one', () => {
    const asked = () => ask('status', { deployment_id: 'wiki', databases: ['a'] });
    expect(asked).toThrow('deployment wiki is not configured here; shop is');
  });

  test('its resources are made when they are asked for, and once', () => {
    let made = 0;
    const resources = () => {
      made += 1;
      return [];
    };
    const request = parseRequest('plan', { ...about, databases: ['a'], roles: ['r'], listener_policy: 'loopback' });
    const desired = desiredBy(request, { names: { ...rules, resources }, configured: own });
    expect([desired.databases.size, desired.listener, made]).toEqual([1, { listenerPolicy: 'loopback' }, 0]);
    expect(desired.resources).toBe(desired.resources);
    expect(made).toBe(1);
  });

  test('nothing, where none is configured', () => {
    const { databases, roles, outputs, resources } = desiredBy(parseRequest('status', about), { names: rules });
    expect([databases.size, roles.size, outputs.size, resources.length]).toEqual([0, 0, 0, 0]);
  });
});

describe("a request's names are judged as the environment's are", () => {
  const apart = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';

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
    [
      { databases: ['a'], roles: ['a'], service_role: 'b{x}' },
      ['service_role: service_role holds {x}; the only placeholder is {database}'],
    ],
    [{ databases: ['a b', 'c;d'], schemas: ['e f'], roles: ['g h'] }, []],
    [{ databases: ['a'], schemas: ['s', 's'] }, ['schemas: schema "s" is listed twice in schemas']],
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
    expect(refused('plan', request)).toEqual(expected);
  });

  test.each([
    { databases: ['a', 'b'], roles: ['{database}_s', 'r'] },
    { databases: ['a'], roles: ['a', 'b'], service_role: 'b' },
    { databases: ['a'], roles: ['Bus', 'bus'], schemas: ['S', 's'] },
    { databases: ['a'], roles: ['a{b}c'] },
    { roles: ['a'] },
  ])('%j is taken', (request) => {
    expect(refused('plan', request)).toEqual([]);
  });

  test('far more names than a request may hold are judged, too', () => {
    const many = (prefix: string) => Array.from({ length: 20_000 }, (_, index) => `${prefix}${index}`);
    const lists = { databases: many('d'), roles: many('r'), schemas: many('s') };
    const source = {
      words: { databases: 'd', serviceRole: 's', roles: 'r', schemas: 's' },
      takesFirst: true,
      mostResources: Number.POSITIVE_INFINITY,
      fewer: '',
    };
    expect(listProblems(lists, rules, source)).toEqual([]);
  });
});

describe('what is too large is refused before it is made', () => {
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
    [
      'verify',
      { databases: names(37), roles: names(37), schemas: names(37), checks: ['connectivity'] },
      'databases: databases (37) × roles (37) × schemas (37) make 54,871 resources, expected at most 50,000',
    ],
  ])('%s, case %#', (verb, lists, expected) => {
    expect(refused(verb, lists)).toEqual([expected]);
  });

  test('what is as large as it may be is taken, and each list is counted', () => {
    const lists = { databases: names(35), roles: names(35), schemas: names(35) };
    expect(refused('plan', lists)).toEqual([]);
    const counts = [lists?.roles, ['{database}_svc', 'other'], []].map((roles) => resourceCount({ ...lists, roles }));
    expect(counts).toEqual([46_655, 5_076, 2_520]);
    expect(() => configured(lists, 10_000)).toThrow('too-many');
  });
});

describe('a rotation', () => {
  const desired = configured({ databases: ['a', 'b'], roles: ['{database}_s', 'r'], serviceRole: '{database}_s' });
  const many = configured({ roles: Array.from({ length: 120 }, (_, index) => `r${index}x`) });
  const why = (rotate: readonly string[], of: DesiredState = desired) => {
    try {
      requireDesiredRoles(rotate, of);
      return undefined;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return `${error.errorClass}: ${error.message}`;
    }
  };

  test('of roles that are desired', () => expect(why(['a_s', 'b_s', 'r'])).toBe(undefined));
  test('of others is refused', () => {
    expect(why(['r', 'c_s'])).toBe('invalid-request: --rotate c_s: no such role is declared; declared: r, a_s, b_s');
    expect(why(['{database}_s'])).toContain('no such role is declared');
    expect(why(['i\nj'])).toBe(`invalid-request: --rotate i\\u000aj: ${breaks}`);
    expect(why(['r'], configured({}))).toBe('invalid-request: --rotate r: no such role is declared; none is declared');
    expect(why(['r'], many)).toMatch(/r99x, …$/);
  });
});
