import { expect, test } from 'vitest';
import { parseRequest } from '../../src/run/request.ts';

const about = { deployment_id: 'shop', provider: 'postgres' };
const plan = { ...about, databases: ['app'] };

test.each([
  ['plan', { ...plan, dry_run: 'yes' }, ['dry_run: expected true or false']],
  ['plan', { ...plan, databases: 'app' }, ['databases: expected a list']],
  ['plan', { ...plan, databases: ['app', ''] }, ['databases.1: expected a text that is not empty']],
  ['plan', { ...plan, databases: [{}] }, ['databases.0: expected a text']],
  ['plan', { databases: ['app'] }, ['deployment_id: missing, expected a text', 'provider: missing, expected a text']],
  [
    'plan',
    { ...plan, deployment_id: 'a b' },
    ['deployment_id: expected what fits /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/'],
  ],
  ['plan', { ...plan, adopt_from: "x' or 1" }, ['adopt_from: expected what fits /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/']],
  [
    'plan',
    { ...plan, listener_policy: 'open' },
    ['listener_policy: expected "loopback" or "private" or "tls" or "external"'],
  ],
  [
    'plan',
    { ...plan, listener_networks: ['10.0.0.0/8', 'evil', '10.0.0.0/99'] },
    [1, 2].map((at) => `listener_networks.${at}: expected an address with its prefix length, like 10.0.0.0/8`),
  ],
  ['plan', { ...plan, stray: 1, other: 2 }, ['the request: unknown key: stray, other']],
  ['plan', { ...plan, credentials: { password: 'x' } }, ['credentials: unknown key: password']],
  ['apply', { ...plan, plan: [] }, ['plan: expected an object']],
  ['status', [], ['the request: expected an object']],
  ['status', null, ['the request: expected an object']],
] as const)('%s request %j: %j', (verb, value, messages) => {
  const refused = () => parseRequest(verb, value);
  expect(refused).toThrow(expect.objectContaining({ errorClass: 'invalid-request' }));
  try {
    refused();
  } catch (error) {
    expect((error as { diagnostics: { message: string }[] }).diagnostics.map(({ message }) => message)).toEqual(
      messages,
    );
  }
});
