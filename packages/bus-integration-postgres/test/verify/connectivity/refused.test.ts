import type { FilePair } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { causeOf } from '../../../src/verify/connectivity/objects/refused.ts';

type Declared = Parameters<typeof causeOf>[2];

const pair = { role: 'svc', database: 'app', path: 'app.dsn', live: { state: 'missing' } } as unknown as FilePair;
const declared = (settings: readonly object[]) =>
  ({
    roles: [{ name: 'svc', canLogin: true }],
    databases: [{ name: 'app', allowsConnections: true }],
    settings,
  }) as unknown as Declared;
const refused = (settings: readonly object[]) =>
  causeOf(pair, '57014', declared(settings), { hasEntered: true, routine: 'ProcessInterrupts' });

test('a statement_timeout that nothing stores is the one of the server, and its remedy is no plan', () => {
  const stored = refused([{ role: 'svc', database: null, settings: ['statement_timeout=1'] }]);
  expect(stored?.seen).toBe('statement_timeout = 1 (of role svc) is in its way');
  const ofServer = refused([]);
  expect(ofServer?.seen).toMatch(/^statement_timeout of the server/);
  expect(JSON.stringify(ofServer?.remedy)).toContain('ALTER SYSTEM RESET statement_timeout;');
});
