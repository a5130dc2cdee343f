import { describe, expect, test } from 'vitest';
import { readDesired, readNames } from '../../src/config/declared.ts';
import { createSettings } from '../../src/config/settings.ts';
import type { NameRules } from '../../src/model/names.ts';

const rules: NameRules = {
  maxBytes: 63,
  reserved: {
    role: { names: [], prefixes: ['sys_'] },
    database: { names: [], prefixes: [] },
    schema: { names: [], prefixes: [] },
  },
};

function declare(env: Record<string, string>) {
  const settings = createSettings(env);
  const desired = readDesired(settings, 'shop', rules);
  return {
    declared: desired?.lists,
    problems: settings.problems.map(({ target, message }) => `${target}: ${message}`),
    warnings: settings.warnings.map(({ message }) => message),
  };
}

describe('IN-25…34 names that are refused', () => {
  test.each([
    [{ BUS_DATABASE_NAMES: 'a,b,a' }, ['BUS_DATABASE_NAMES: database "a" is listed twice in BUS_DATABASE_NAMES']],
    [{ BUS_DATABASE_SCHEMAS: 's,s' }, ['BUS_DATABASE_SCHEMAS: schema "s" is listed twice in BUS_DATABASE_SCHEMAS']],
    [
      { BUS_DATABASE_ROLE_NAMES: 'r,r' },
      ['BUS_DATABASE_ROLE_NAMES: role "r" is listed twice in BUS_DATABASE_ROLE_NAMES'],
    ],
    [
      { BUS_DATABASE_SCHEMAS: 'å'.repeat(32) },
      [`BUS_DATABASE_SCHEMAS: schema "${'å'.repeat(32)}" is 64 bytes long; 63 is the most`],
    ],
    [{ BUS_DATABASE_NAMES: 'a\0b' }, ['BUS_DATABASE_NAMES: database "a\\u0000b" holds a NUL character']],
    [
      { BUS_DATABASE_NAMES: 'App,other,app' },
      [
        'BUS_DATABASE_NAMES: databases "App" and "app" differ only in upper and lower case: their DSN files would be one where case is not told apart',
      ],
    ],
    [
      { BUS_DATABASE_NAMES: 'a', BUS_DATABASE_ROLE_NAMES: 'Report,report' },
      [
        'BUS_DATABASE_ROLE_NAMES: roles "Report" and "report" differ only in upper and lower case: their DSN files would be one where case is not told apart',
      ],
    ],
    [
      { BUS_DATABASE_NAMES: 'å'.repeat(31), BUS_DATABASE_ROLE_NAMES: `x,${'\u202e'.repeat(21)}` },
      [
        `BUS_DATABASE_ROLE_NAMES: the DSN file of ${'å'.repeat(31)} and ${'\\u202e'.repeat(21)} would have a name of 380 bytes; 240 is the most`,
      ],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: 'bus', BUS_DATABASE_ROLE_NAMES: 'bus' },
      ['BUS_DATABASE_SERVICE_ROLE: role "bus" is the service role and stands in BUS_DATABASE_ROLE_NAMES too'],
    ],
    [
      { BUS_DATABASE_NAMES: '{database}' },
      ['BUS_DATABASE_NAMES: database "{database}" holds {database}, which only BUS_DATABASE_SERVICE_ROLE may'],
    ],
  ])('%j', (env, problems) => {
    expect(declare(env).problems).toEqual(problems);
  });
});

describe('names that are taken as they are', () => {
  test.each(['it\'s"quoted"', 'with.dots', '日本', 'a\u202eb', '../x', '$user', 'Mixed', 'é', 'a{b}c', 'x'.repeat(63)])(
    '%j',
    (name) => {
      expect(declare({ BUS_DATABASE_NAMES: name, BUS_DATABASE_ROLE_NAMES: name, BUS_DATABASE_SCHEMAS: name })).toEqual({
        declared: { databases: [name], roles: [name], serviceRole: name, schemas: [name] },
        problems: [],
        warnings: [],
      });
    },
  );

  test('roles of another case than the service role, and schemas that differ in case: none shares a file', () => {
    const { problems } = declare({
      BUS_DATABASE_NAMES: 'a',
      BUS_DATABASE_SERVICE_ROLE: 'Bus',
      BUS_DATABASE_ROLE_NAMES: 'bus',
      BUS_DATABASE_SCHEMAS: 'S,s',
    });
    expect(problems).toEqual([]);
  });
});

describe('lists of names', () => {
  test.each(['a,b', 'a b', ' a\tb ', 'a,\n b', 'a\r\nb'])('%j is two databases, roles and schemas', (list) => {
    const env = { BUS_DATABASE_NAMES: list, BUS_DATABASE_ROLE_NAMES: list, BUS_DATABASE_SCHEMAS: list };
    expect(declare(env)).toEqual({
      declared: { databases: ['a', 'b'], roles: ['a', 'b'], serviceRole: 'a', schemas: ['a', 'b'] },
      problems: [],
      warnings: [],
    });
  });

  test.each([
    'BUS_DATABASE_NAMES',
    'BUS_DATABASE_ROLE_NAMES',
    'BUS_DATABASE_SCHEMAS',
    'BUS_DATABASE_LISTENER_NETWORKS',
  ])('a semicolon in %s is an error', (key) => {
    expect(declare({ [key]: 'a;b' }).problems).toEqual([
      `${key}: ${key} holds a semicolon, expected commas or white space between two items`,
    ]);
  });

  test.each(['a\nb', 'a\r'])('a role with a line break, %j, is refused', (BUS_DATABASE_SERVICE_ROLE) => {
    const [problem = ''] = declare({ BUS_DATABASE_SERVICE_ROLE }).problems;
    expect(problem).toContain('holds a line break (CR or LF), which newer servers refuse');
    expect(problem).not.toMatch(/[\r\n]/);
  });
});

describe('BUS_DATABASE_SCHEMAS and its alias BUS_DATABASE_SCHEMA_NAMES', () => {
  const [documented, alias] = ['BUS_DATABASE_SCHEMAS', 'BUS_DATABASE_SCHEMA_NAMES'] as const;

  test.each([[{ [documented]: 'a,b' }], [{ [alias]: 'a,b' }], [{ [documented]: 'a,b', [alias]: ' a b' }]])(
    '%j',
    (env) => {
      expect(declare(env)).toEqual({
        declared: { databases: [], roles: [], schemas: ['a', 'b'] },
        problems: [],
        warnings: [],
      });
    },
  );

  test.each(['b,a', 'a', 'a,b,c'])('%j beside a,b is an error', (other) => {
    expect(declare({ [documented]: 'a,b', [alias]: other }).problems).toEqual([
      `${alias}: ${documented} and its alias ${alias} differ`,
    ]);
  });

  test('a problem is told of the key that was written', () => {
    expect(declare({ [alias]: 's,s' }).problems).toEqual([`${alias}: schema "s" is listed twice in ${alias}`]);
  });
});

test.each(['r1,r2', 'r1 r2', 'r1;r2', 'r1; r2'])('a service role %j is one role, which is told', (name) => {
  expect(declare({ BUS_DATABASE_SERVICE_ROLE: name })).toMatchObject({
    declared: { serviceRole: name },
    problems: [],
    warnings: [expect.stringContaining(`is one role, "${name}"`)],
  });
});

describe('{database} in the service role', () => {
  test.each([
    [
      { BUS_DATABASE_SERVICE_ROLE: '{db}_service' },
      ['BUS_DATABASE_SERVICE_ROLE holds {db}; the only placeholder is {database}'],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: '{database}_{x\u202e}' },
      ['BUS_DATABASE_SERVICE_ROLE holds {x\\u202e}; the only placeholder is {database}'],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: '{database}_service', BUS_DATABASE_NAMES: `a,${'x'.repeat(60)}` },
      [`role "${'x'.repeat(60)}_service" is 68 bytes long; 63 is the most`],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: 'sys_{database}', BUS_DATABASE_NAMES: 'a' },
      ['role "sys_a" begins with sys_, which the server keeps for its own roles'],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: '{database}_x', BUS_DATABASE_NAMES: 'a', BUS_DATABASE_ROLE_NAMES: 'a_x' },
      ['role "a_x" is the service role and stands in BUS_DATABASE_ROLE_NAMES too'],
    ],
    [
      { BUS_DATABASE_SERVICE_ROLE: '{database}' },
      ['BUS_DATABASE_SERVICE_ROLE makes one role for each database, and there is none'],
    ],
  ])('%j', (env: Record<string, string>, problems) => {
    expect(declare(env).problems).toEqual(problems.map((problem) => `BUS_DATABASE_SERVICE_ROLE: ${problem}`));
  });

  test('stays a template in what is declared', () => {
    const { declared, problems } = declare({
      BUS_DATABASE_SERVICE_ROLE: '{database}_service',
      BUS_DATABASE_NAMES: 'a,b',
    });
    expect(problems).toEqual([]);
    expect(declared?.serviceRole).toBe('{database}_service');
  });
});

test('likely slips are warnings', () => {
  expect(declare({ BUS_DATABASE_SERVICE_ROLE: 'a,b' }).warnings).toEqual([
    'BUS_DATABASE_SERVICE_ROLE is one role, "a,b"',
  ]);
  expect(
    declare({ BUS_DATABASE_LISTENER_POLICY: 'tls', BUS_DATABASE_LISTENER_NETWORKS: '10.0.0.0/8' }).warnings,
  ).toEqual(['BUS_DATABASE_LISTENER_NETWORKS has no effect with the policy tls']);
});

describe('names that ./.env declares stay known, whatever is wrong with them', () => {
  const many = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const names = (env: Record<string, string>) => {
    const { roles, databases, schemas, outputs } = readNames(createSettings(env), 'shop', rules);
    const sizes = [databases.size, roles.size, schemas.size];
    return { sizes, files: [...outputs.keys()], serviceRoles: databases.get('a')?.serviceRoles };
  };
  const long = 'å'.repeat(31);

  test.each<[what: string, env: Record<string, string>, expected: ReturnType<typeof names>]>([
    [
      'a file whose name would be too long can be nobody’s',
      { BUS_DATABASE_NAMES: `a,${long}`, BUS_DATABASE_SERVICE_ROLE: 's', BUS_DATABASE_ROLE_NAMES: long },
      {
        sizes: [2, 2, 0],
        files: ['a.dsn', `a.${'%C3%A5'.repeat(31)}.dsn`, `${'%C3%A5'.repeat(31)}.dsn`],
        serviceRoles: ['s'],
      },
    ],
    [
      'more files than could be made',
      {
        BUS_DATABASE_NAMES: ['a', ...many('d', 4_999)].join(','),
        BUS_DATABASE_SERVICE_ROLE: '{database}_s',
        BUS_DATABASE_ROLE_NAMES: many('r', 4_000).join(','),
      },
      { sizes: [5_000, 9_000, 0], files: [], serviceRoles: ['a_s'] },
    ],
    [
      'a longer list than may be',
      { BUS_DATABASE_NAMES: ['a', ...many('d', 6_000)].join(' '), BUS_DATABASE_SCHEMAS: many('s', 6_000).join(' ') },
      { sizes: [6_001, 0, 6_000], files: [], serviceRoles: [] },
    ],
    [
      'a list that is not well written, and a template that makes names of any length',
      {
        BUS_DATABASE_NAMES: 'a;b,,c',
        BUS_DATABASE_SERVICE_ROLE: '{database}'.repeat(9_000),
        BUS_DATABASE_ROLE_NAMES: 'r',
      },
      {
        sizes: [3, 1, 0],
        files: ['a.r.dsn', 'b.r.dsn', 'c.r.dsn'],
        serviceRoles: [`${'a'.repeat(25)}{datab`],
      },
    ],
  ])('%s', (_, env, expected) => expect(names(env)).toEqual(expected));
});

describe('what is declared is bounded', () => {
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(',');

  test.each([
    [
      {
        BUS_DATABASE_NAMES: names('d', 300),
        BUS_DATABASE_ROLE_NAMES: names('r', 300),
        BUS_DATABASE_SCHEMAS: names('s', 300),
      },
      'BUS_DATABASE_NAMES: BUS_DATABASE_NAMES (300) × BUS_DATABASE_ROLE_NAMES (300) × BUS_DATABASE_SCHEMAS (300) make 27,270,900 resources, expected at most 200,000',
    ],
    [
      { BUS_DATABASE_NAMES: names('d', 5_001) },
      'BUS_DATABASE_NAMES: BUS_DATABASE_NAMES has 5,001 items, expected at most 5,000',
    ],
    [
      { BUS_DATABASE_NAMES: names('d', 5_000), BUS_DATABASE_SERVICE_ROLE: '{database}'.repeat(1_000) },
      'BUS_DATABASE_SERVICE_ROLE: BUS_DATABASE_SERVICE_ROLE is 10000 characters long; 256 is the most',
    ],
  ])('case %#', (env, expected) => {
    expect(declare(env).problems).toEqual([expected]);
  });

  test('a deployment of its operator may be larger than a request', () => {
    const env = { BUS_DATABASE_NAMES: names('d', 5_000), BUS_DATABASE_ROLE_NAMES: names('r', 9) };
    expect(declare(env).problems).toEqual([]);
  });
});
