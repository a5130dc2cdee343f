import { expect, test } from 'vitest';
import { grantOf } from '../../src/kinds/access/grant-held.ts';
import { grant } from '../../src/kinds/grant.ts';
import { scopeWith, seen } from '../observed.ts';

const on = { type: 'database', database: 'app' } as const;
const held = (privileges: readonly string[], grantable: readonly string[] = []) =>
  grantOf(on, { role: 'svc' }, privileges, grantable);
const scope = scopeWith({ databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: [] }, seen());

test.each([
  ['a privilege', held([]), held(['CONNECT']), '+ CONNECT'],
  ['one with its grant option', held(['CREATE']), held(['CONNECT', 'CREATE'], ['CONNECT']), '+ CONNECT*'],
  ['the option of one that is held', held(['CONNECT']), held(['CONNECT'], ['CONNECT']), '+ CONNECT*'],
  ['the option alone is taken', held(['CONNECT'], ['CONNECT']), held(['CONNECT']), '- CONNECT*'],
  ['a privilege is taken, and its option with it', held(['CONNECT'], ['CONNECT']), held([]), '- CONNECT'],
  [
    'some of all',
    held(['CONNECT', 'CREATE'], ['CONNECT']),
    held(['CONNECT', 'TEMPORARY'], ['TEMPORARY']),
    '+ TEMPORARY*, - CREATE, - CONNECT*',
  ],
])('%s', (_, before, after, expected) => {
  const lines = grant.changed(before, after, scope).flatMap((meaning) => {
    if (!('step' in meaning)) return [];
    const { action, before, after } = meaning.step;
    const sign = action === 'grant-privileges' ? '+' : '-';
    return ((after ?? before)?.on ?? []).map(
      ({ privileges, grantable }) => `${sign} ${privileges.join(' ')}${grantable ? '*' : ''}`,
    );
  });
  expect(lines.join(', ')).toBe(expected);
});
