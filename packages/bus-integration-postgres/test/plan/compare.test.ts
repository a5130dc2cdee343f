import type { BareStep } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import type { StepPrivileges } from '../../src/kinds/access/privileges.ts';
import { isUnseen } from '../../src/kinds/kind/found.ts';
import type { Meaning } from '../../src/kinds/kind/kind.ts';
import { compare } from '../../src/plan/compare.ts';
import { database, desiredOf, role, type Said, schema, scopeWith, seen, unfinished } from '../observed.ts';

const declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] };
const onDatabase = ['svc=CONNECT/admin', 'svc=TEMPORARY/admin'];
const onSchema = ['svc=CREATE/admin', 'svc=USAGE/admin', '=USAGE/admin'];
const converged: Said = {
  roles: [role('svc')],
  databases: [database('app', {}, onDatabase)],
  schemas: { app: [schema('public', {}, onSchema)] },
};

function lineOf(meaning: Meaning): string | [] {
  if ('step' in meaning) return lineOfStep(meaning.step);
  return 'with' in meaning ? `with ${meaning.with}` : [];
}

/** A step's action; of privileges who gets or loses which. */
function lineOfStep(step: BareStep): string {
  if (step.action !== 'grant-privileges' && step.action !== 'revoke-privileges') return step.action;
  const privileges = (step.after ?? step.before) as StepPrivileges | undefined;
  const held = (privileges?.on ?? []).flatMap((on) =>
    on.privileges.map((one) => `${on.type === 'schema' ? `${on.schema}.` : ''}${one}${on.grantable ? '*' : ''}`),
  );
  return `${step.action === 'grant-privileges' ? '+' : '-'} ${privileges?.grantee ?? 'PUBLIC'}: ${held.join(' ')}`;
}

function judge(said: Said) {
  const observation = seen({ ...converged, ...said });
  const { differences, findings } = compare(desiredOf(declaration).resources, scopeWith(declaration, observation));
  const lines = differences.flatMap(({ meanings }) => meanings.flatMap(lineOf));
  return { lines, codes: findings.map(({ code }) => code) };
}

describe('differences', () => {
  test.each<[what: string, said: Said, lines: readonly string[], codes?: readonly string[]]>([
    ['none', {}, []],
    [
      'an empty server',
      { roles: [], databases: [], schemas: {} },
      [
        'create-role',
        'create-database',
        'with ["database","app"]',
        '+ svc: CONNECT TEMPORARY',
        '+ svc: public.CREATE public.USAGE',
      ],
    ],
    ['no login', { roles: [role('svc', { canLogin: false })] }, ['alter-role']],
    ['a right lost', { databases: [database('app', {}, ['svc=CONNECT/admin'])] }, ['+ svc: TEMPORARY']],
    ['a right too many', { databases: [database('app', {}, [...onDatabase, 'svc=CREATE/admin'])] }, ['- svc: CREATE']],
    [
      'a grant option',
      { databases: [database('app', {}, ['svc=CONNECT*/admin', 'svc=TEMPORARY/admin'])] },
      ['- svc: CONNECT*'],
    ],
    [
      'PUBLIC let in',
      { databases: [database('app', {}, [...onDatabase, '=CONNECT/admin', '=TEMPORARY/admin'])] },
      ['- PUBLIC: CONNECT TEMPORARY'],
    ],
    [
      'rights that rest on PUBLIC, which loses them',
      { databases: [database('app', {}, ['=CONNECT/admin', '=TEMPORARY/admin'])] },
      ['+ svc: CONNECT TEMPORARY', '- PUBLIC: CONNECT TEMPORARY'],
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
      ['- PUBLIC: public.CREATE'],
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
      ['create-role'],
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
      [
        'create-database',
        'with ["database","app"]',
        '+ svc: CONNECT TEMPORARY',
        '- svc: CREATE',
        '+ svc: public.CREATE public.USAGE',
      ],
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
