import { decideCredentials, dsnFileName, type FilePair, type Lists, Secret, type Step } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { withCredentials } from '../../src/desired/desired-kinds.ts';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';
import { compare } from '../../src/plan/compare.ts';
import { toSteps } from '../../src/plan/steps.ts';
import { database, desiredOf, role, type Said, schema, scopeWith, seen, unfinished } from '../observed.ts';

const declaration: Lists = {
  databases: ['app', 'logs'],
  roles: ['svc', 'rep'],
  serviceRole: 'svc',
  schemas: ['public', 'data'],
};
const endpoint = { host: 'db', port: '5432' };
const onDatabase = ['svc=CONNECT/admin', 'svc=TEMPORARY/admin', 'rep=CONNECT/admin', 'rep=TEMPORARY/admin'];
const onSchema = ['svc=CREATE/admin', 'svc=USAGE/admin', 'rep=CREATE/admin', 'rep=USAGE/admin'];
const schemas = [schema('public', {}, onSchema), schema('data', {}, onSchema)];
const converged: Said = {
  roles: [role('svc'), role('rep')],
  databases: [database('app', {}, onDatabase), database('logs', {}, onDatabase)],
  schemas: { app: schemas, logs: schemas },
};

function stepsFor(
  said: Said,
  options: { adopt?: boolean; rotated?: boolean; files?: boolean; of?: Lists } = {},
): Step[] {
  const of = options.of ?? declaration;
  const observation = seen(said);
  const { adopt = false } = options;
  const desired = desiredOf(of);
  const { roles } = scopeWith(of, observation, { adopt });
  const credentials = [...desired.roles].map((name) => {
    const pairs = of.databases.map((one): FilePair => {
      const file = dsnFileName(one, name === of.serviceRole ? undefined : name);
      const live = options.files
        ? ({ state: 'present', endpoint, password: new Secret(`secret of ${name}`) } as const)
        : ({ state: 'absent' } as const);
      const output = { file, form: 'uri', connections: [{ database: one, role: name }] };
      return { output, file, path: `dsn/${file}`, database: one, role: name, live, staged: { state: 'absent' } };
    });
    const standing = roles.get(name) ?? 'refused';
    return decideCredentials(
      {
        role: name,
        standing,
        isRotated: options.rotated ?? false,
        hasTls: false,
        endpoint,
        strings: connectionStrings,
        pairs,
      },
      () => ({
        state: 'proven',
      }),
    );
  });
  const scope = scopeWith(of, observation, { adopt, credentials });
  const resources = withCredentials(desired.resources, credentials, scope.files);
  const { differences } = compare(resources, scope);
  return toSteps({ desired, seen: observation, resources, differences });
}

const lines = (steps: readonly Step[]) =>
  steps.slice(2).map(({ action, target, risk, summary }) => `${action} ${target} [${risk}] ${summary}`);

test('an empty server: roles, then each database with all that belongs to it; creation, grants and files only', () => {
  const steps = stepsFor({});
  expect(lines(steps)).toEqual([
    'create-role svc [create] login only, new password',
    'create-role rep [create] login only, new password',
    ...['app', 'logs'].flatMap((name) => [
      `create-database ${name} [create] UTF8, owner admin, closed to PUBLIC`,
      `create-schema ${name}.data [create] schema data`,
      ...['svc', 'rep'].map(
        (who) =>
          `grant-privileges ${name} [grant] ${who}: CONNECT, TEMPORARY; schema public: CREATE, USAGE; schema data: CREATE, USAGE`,
      ),
      `write-dsn-file dsn/${name}.dsn [create] svc@db:5432, new password`,
      `write-dsn-file dsn/${name}.rep.dsn [create] rep@db:5432, new password`,
    ]),
  ]);
  expect(steps.slice(0, 2).map(({ action, state }) => [action, state])).toEqual([
    ['discover-provider', 'applied'],
    ['compute-database-plan', 'applied'],
  ]);
});

describe('other states', () => {
  test.each<[what: string, said: Said, options: Parameters<typeof stepsFor>[1], expected: readonly string[]]>([
    ['converged', converged, { files: true }, []],
    [
      'no login, a right lost, a right too many',
      {
        ...converged,
        roles: [role('svc', { canLogin: false }), role('rep')],
        databases: [
          database('app', {}, [...onDatabase.slice(1), 'svc=CREATE/admin', '=CONNECT/admin']),
          database('logs', {}, onDatabase),
        ],
      },
      { files: true },
      [
        'alter-role svc [update] may log in',
        'grant-privileges app [grant] svc: CONNECT',
        'revoke-privileges app [revoke] svc loses CREATE',
        'revoke-privileges app [revoke] PUBLIC loses CONNECT',
      ],
    ],
    [
      'an unfinished database',
      { ...converged, databases: [unfinished('app'), database('logs', {}, onDatabase)], schemas: { logs: schemas } },
      { files: true },
      [
        'create-database app [create] finish: made by an apply that was cut off; closed to PUBLIC',
        'create-schema app.data [create] schema data',
        ...['svc', 'rep'].map(
          (who) =>
            `grant-privileges app [grant] ${who}: CONNECT, TEMPORARY; schema public: CREATE, USAGE; schema data: CREATE, USAGE`,
        ),
      ],
    ],
    [
      'adopted, a rotation',
      {
        ...converged,
        roles: [role('svc', { comment: null }), role('rep')],
        databases: [database('app', { comment: 'x' }, onDatabase), database('logs', {}, onDatabase)],
      },
      { files: true, adopt: true, rotated: true, of: { ...declaration, roles: ['svc'], databases: ['app'] } },
      [
        'adopt-role svc [update] carried no mark',
        'alter-role svc [rotate] new password',
        'adopt-database app [update] carried no mark',
        'write-dsn-file dsn/app.dsn [rotate] svc@db:5432, new password',
      ],
    ],
    [
      'what is refused has no steps',
      {
        ...converged,
        roles: [role('svc', { comment: null }), role('rep')],
        databases: [database('app', { comment: 'x' }), database('logs', {}, onDatabase)],
      },
      { files: true },
      [],
    ],
  ])('%s', (_, said, options, expected) => expect(lines(stepsFor(said, options))).toEqual(expected));
});

test('a step is plain JSON without any password, and names in targets are printable', () => {
  const of: Lists = {
    databases: ['a\u202eb'],
    roles: ['{database}_svc'],
    serviceRole: '{database}_svc',
    schemas: ['public'],
  };
  for (const steps of [stepsFor({}, { of }), stepsFor(converged, { files: true, rotated: true })]) {
    const text = JSON.stringify(steps);
    expect(JSON.parse(text)).toEqual(steps);
    expect(text).not.toContain('secret of');
    for (const { target, summary } of steps) expect(target + summary).not.toMatch(/\u202e/);
  }
});
