import type { Declaration } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { desiredResources } from '../../src/kinds/desired-kinds.ts';
import { isUnseen } from '../../src/kinds/found.ts';
import { compare } from '../../src/plan/compare.ts';
import { database, role, type Said, schema, scopeWith, seen, unfinished } from '../observed.ts';

const profile = { database: ['CONNECT', 'TEMPORARY'], schema: ['CREATE', 'USAGE'] };
const declaration: Declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] };
const onDatabase = ['svc=CONNECT/admin', 'svc=TEMPORARY/admin'];
const onSchema = ['svc=CREATE/admin', 'svc=USAGE/admin', '=USAGE/admin'];
const converged: Said = {
  roles: [role('svc')],
  databases: [database('app', {}, onDatabase)],
  schemas: { app: [schema('public', {}, onSchema)] },
};

function judge(said: Said) {
  const observation = seen({ ...converged, ...said });
  const options = { deploymentId: 'shop', profile };
  const { differences, findings } = compare(
    desiredResources(declaration, options),
    scopeWith(declaration, observation),
  );
  const deltas = differences.map(({ delta }) => delta);
  const lines = deltas.map(({ before, after }) => {
    const resource = after ?? before;
    if (resource?.kind !== 'grant') return `${resource?.kind}`;
    const who = 'role' in resource.grantee ? resource.grantee.role : 'PUBLIC';
    const held = before?.kind === 'grant' ? before.privileges : [];
    const wanted = after?.kind === 'grant' ? after.privileges : [];
    const changes = [
      ...wanted.filter((one) => !held.includes(one)).map((one) => `+${one}`),
      ...held.filter((one) => !wanted.includes(one)).map((one) => `-${one}`),
    ];
    return `${who} on ${resource.on.type === 'schema' ? resource.on.schema : resource.on.database}: ${changes.join(' ')}`;
  });
  return { lines, codes: findings.map(({ code }) => code) };
}

describe('differences', () => {
  test.each<[what: string, said: Said, lines: readonly string[], codes?: readonly string[]]>([
    ['none', {}, []],
    [
      'an empty server',
      { roles: [], databases: [], schemas: {} },
      ['role', 'database', 'schema', 'svc on app: +CONNECT +TEMPORARY', 'svc on public: +CREATE +USAGE'],
    ],
    ['no login', { roles: [role('svc', { canLogin: false })] }, ['role']],
    ['a right lost', { databases: [database('app', {}, ['svc=CONNECT/admin'])] }, ['svc on app: +TEMPORARY']],
    [
      'a right too many',
      { databases: [database('app', {}, [...onDatabase, 'svc=CREATE/admin'])] },
      ['svc on app: -CREATE'],
    ],
    [
      'a grant option',
      { databases: [database('app', {}, ['svc=CONNECT*/admin', 'svc=TEMPORARY/admin'])] },
      ['svc on app: -GRANT OPTION FOR CONNECT'],
    ],
    [
      'PUBLIC let in',
      { databases: [database('app', {}, [...onDatabase, '=CONNECT/admin', '=TEMPORARY/admin'])] },
      ['PUBLIC on app: -CONNECT -TEMPORARY'],
    ],
    [
      'rights that rest on PUBLIC, which loses them',
      { databases: [database('app', {}, ['=CONNECT/admin', '=TEMPORARY/admin'])] },
      ['svc on app: +CONNECT +TEMPORARY', 'PUBLIC on app: -CONNECT -TEMPORARY'],
    ],
    [
      'rights through a group',
      {
        roles: [role('svc', { inherits: ['staff'] })],
        databases: [database('app', {}, ['staff=CONNECT/admin', 'staff=TEMPORARY/admin'])],
      },
      [],
    ],
    [
      'PUBLIC let in by somebody else',
      { databases: [database('app', {}, [...onDatabase, '=CONNECT/helper'])] },
      [],
      ['public-connect'],
    ],
    [
      'a right too many from somebody else',
      { databases: [database('app', {}, [...onDatabase, 'svc=CREATE/helper'])] },
      [],
      ['extra-privilege'],
    ],
    [
      'a right too many through a group',
      {
        roles: [role('svc', { inherits: ['staff'] })],
        databases: [database('app', {}, [...onDatabase, 'staff=CREATE/admin'])],
      },
      [],
      ['extra-privilege'],
    ],
    [
      'a service that owns its database',
      { databases: [database('app', { owner: 'svc' }, ['svc=CONNECT/svc', 'svc=TEMPORARY/svc', 'svc=CREATE/svc'])] },
      [],
      ['extra-privilege'],
    ],
    [
      'PUBLIC may create in our schema',
      { schemas: { app: [schema('public', {}, [...onSchema, '=CREATE/admin'])] } },
      ['PUBLIC on public: -CREATE'],
    ],
    [
      'the schema public of 14, which is not the admin’s',
      {
        schemas: {
          app: [schema('public', { owner: 'boss', adminActsAsOwner: false }, ['=CREATE/boss', '=USAGE/boss'])],
        },
      },
      [],
      ['public-writable'],
    ],
    [
      'the same for a role that is still to be made',
      {
        roles: [],
        schemas: {
          app: [schema('public', { owner: 'boss', adminActsAsOwner: false }, ['=CREATE/boss', '=USAGE/boss'])],
        },
      },
      ['role'],
      ['public-writable'],
    ],
    [
      'a schema that the service owns',
      {
        schemas: {
          app: [schema('public', { owner: 'svc', adminActsAsOwner: false }, ['svc=CREATE/svc', 'svc=USAGE/svc'])],
        },
      },
      [],
      ['other-owner'],
    ],
    ['a database that could not be entered: nothing is known of it', { schemas: {} }, []],
    [
      'an unfinished database, which PUBLIC still has rights on',
      {
        databases: [unfinished('app', { acl: database('', {}, ['=CONNECT/admin', 'svc=CREATE/admin']).acl })],
        schemas: {},
      },
      ['database', 'schema', 'svc on app: +CONNECT +TEMPORARY -CREATE', 'svc on public: +CREATE +USAGE'],
    ],
  ])('%s', (_, said, lines, codes = []) => {
    const found = judge(said);
    expect(found.lines).toEqual(lines);
    expect(found.codes).toEqual(codes);
  });
});

test('what could not be entered is unseen; what is closed, entered or not there is not', () => {
  const all = seen({ databases: [database('a'), database('b'), unfinished('c')], schemas: { b: [] } });
  expect(['a', 'b', 'c', 'd'].filter((name) => isUnseen(all, name))).toEqual(['a']);
});
