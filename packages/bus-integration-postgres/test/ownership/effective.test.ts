import { describe, expect, test } from 'vitest';
import { beyondReach, effectivePrivileges, revocable } from '../../src/ownership/effective.ts';
import { database, entry, role } from '../observed.ts';

const acl = [
  'admin=CREATE/admin',
  '=CONNECT/admin',
  '=TEMPORARY/helper',
  'svc=CONNECT*/admin',
  'svc=CREATE/helper',
  'group=TEMPORARY/admin',
];
const mine = database('app', {}, acl);
const theirs = database('app', { owner: 'boss', adminActsAsOwner: false }, acl);

describe('effective privileges', () => {
  test.each([
    ['its own and PUBLIC’s', role('svc'), [], ['CONNECT', 'CREATE', 'TEMPORARY']],
    ['PUBLIC’s alone', role('other'), [], ['CONNECT', 'TEMPORARY']],
    ['not what PUBLIC is about to lose', role('other'), ['CONNECT'], ['TEMPORARY']],
    ['its own though PUBLIC loses them', role('svc'), ['CONNECT', 'TEMPORARY'], ['CONNECT', 'CREATE']],
    ['a group’s that it inherits', role('other', { inherits: ['group'] }), ['CONNECT', 'TEMPORARY'], ['TEMPORARY']],
    ['not a group’s that it only may become', role('other', { memberOf: ['group'] }), ['CONNECT', 'TEMPORARY'], []],
  ] as const)('are %s', (_, who, lost, expected) => {
    expect([...effectivePrivileges(mine, who, new Set<string>(lost)).privileges].sort()).toEqual(expected);
  });
});

describe('what this admin can take away', () => {
  test.each([
    ['the owner’s grants, as the owner', mine, null, ['CONNECT'], []],
    ['with their grant option', mine, 'svc', ['CONNECT'], ['CONNECT']],
    ['its own grants alone, where it is not the owner', theirs, 'svc', ['CONNECT'], ['CONNECT']],
    ['nothing that somebody else granted', mine, 'helper', [], []],
  ] as const)('%s', (_, object, grantee, privileges, grantable) => {
    const found = revocable(object, grantee, 'admin');
    expect([[...found.privileges], [...found.grantable]]).toEqual([privileges, grantable]);
  });

  test('a superuser that is not the owner acts as the owner', () => {
    const bosses = database('app', { owner: 'boss', adminActsAsOwner: true }, ['=CONNECT/boss', '=CREATE/admin']);
    expect([...revocable(bosses, null, 'admin').privileges]).toEqual(['CONNECT']);
  });

  test('the rest is beyond reach', () => {
    expect(beyondReach(mine, null, 'admin')).toEqual([entry('=TEMPORARY/helper')]);
    expect(beyondReach(mine, 'svc', 'admin')).toEqual([entry('svc=CREATE/helper')]);
  });
});
