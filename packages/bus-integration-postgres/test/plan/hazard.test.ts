import type { Allowed, Step } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/kinds/kind/kind.ts';
import { hazards } from '../../src/plan/hazard.ts';
import { database, seen } from '../observed.ts';

const nothing: Allowed = { allow: [], adopt: false, rotate: [] };
type Standings = Pick<Scope, 'roles' | 'databases'>;
const standings = (said: Partial<Record<'roles' | 'databases', 'ours' | 'adopted'>> = {}): Standings => ({
  roles: new Map([['svc', said.roles ?? 'ours']]),
  databases: new Map([['app', said.databases ?? 'ours']]),
});
const on = { database: 'app', on: [{ type: 'database', privileges: ['CONNECT'] }] };
const grant: Step = {
  action: 'grant-privileges',
  target: 'app',
  risk: 'grant',
  summary: '',
  after: { ...on, grantee: 'svc' },
};
const revoke: Step = {
  action: 'revoke-privileges',
  target: 'app',
  risk: 'revoke',
  summary: '',
  before: { ...on, grantee: null },
};
const makeSchema: Step = {
  action: 'create-schema',
  target: 'app.s',
  risk: 'create',
  summary: '',
  after: { database: 'app', name: 's' },
};
const login: Step = {
  action: 'alter-role',
  target: 'svc',
  risk: 'update',
  summary: '',
  before: { name: 'svc', can_login: false },
  after: { name: 'svc', can_login: true },
};
const rotation: Step = {
  action: 'alter-role',
  target: 'svc',
  risk: 'rotate',
  summary: '',
  before: { name: 'svc' },
  after: { name: 'svc', password: 'new' },
};
const file = (risk: Step['risk']): Step => ({
  action: 'write-dsn-file',
  target: './dsn/app.dsn',
  risk,
  summary: '',
  after: { file: 'app.dsn', database: 'app', role: 'svc', endpoint: {}, password: 'new' },
});

describe('which flag is missing', () => {
  test.each<[what: string, steps: readonly Step[], allowed: Partial<Allowed>, of: Standings, flags: readonly string[]]>(
    [
      ['nothing for what is ours', [grant, login, makeSchema, file('update')], {}, standings(), []],
      ['a revocation', [revoke, revoke], {}, standings(), ['--allow revoke']],
      ['an allowed revocation', [revoke], { allow: ['revoke'] }, standings(), []],
      ['a loss', [file('destructive')], { allow: ['revoke'] }, standings(), ['--allow destructive']],
      ['a rotation, said once for role and file', [rotation, file('rotate')], {}, standings(), ['--rotate svc']],
      ['a rotation of another role', [rotation], { rotate: ['other'] }, standings(), ['--rotate svc']],
      ['that rotation', [rotation, file('rotate')], { rotate: ['svc'] }, standings(), []],
      ['--allow rotate is no rotation', [rotation], { allow: ['rotate'] }, standings(), ['--rotate svc']],
      [
        'changes to an adopted database',
        [grant, makeSchema],
        {},
        standings({ databases: 'adopted' }),
        ['--allow grant', '--allow create'],
      ],
      ['a change to an adopted role', [login], {}, standings({ roles: 'adopted' }), ['--allow update']],
      [
        'the same, allowed',
        [login, grant],
        { allow: ['update', 'grant'] },
        standings({ roles: 'adopted', databases: 'adopted' }),
        [],
      ],
    ],
  )('%s', (_, steps, allowed, of, flags) => {
    const found = hazards(steps, { ...nothing, ...allowed }, of, seen());
    expect(found.map(({ remedy }) => remedy)).toEqual(flags.map((flag) => `bus operator database apply ${flag}`));
  });
});

test('a revocation tells who may be using what is taken', () => {
  const [finding] = hazards([revoke], nothing, standings(), seen({ databases: [database('app', { connections: 3 })] }));
  expect(finding?.message).toContain('3 sessions are connected now');
});
