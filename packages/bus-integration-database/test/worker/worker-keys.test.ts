import { expect, test } from 'vitest';
import { misspelledWorkerKeys } from '../../src/worker/worker-keys.ts';

test.each([
  ['BUS_EVENTS_GRUOP', 'BUS_EVENTS_GROUP'],
  ['BUS_EVENTS_APIURL', 'BUS_EVENTS_API_URL'],
  ['BUS_EVENTS_LISTENER_REPLY', 'BUS_EVENTS_LISTENER_REPLAY'],
  ['BUS_NATS_ACKWAIT', 'BUS_NATS_ACK_WAIT'],
])('%s was probably meant to be %s', (key, meant) => {
  expect(misspelledWorkerKeys({ [key]: 'x' })).toMatchObject([
    { severity: 'warn', code: 'unknown-key', message: expect.stringContaining(`did you mean ${meant}?`), target: key },
  ]);
});

test('our own keys, those of other programs and allowed ones are none', () => {
  const env = {
    BUS_EVENTS_MAX_AGE: '1m',
    BUS_NATS_URL: 'nats://127.0.0.1',
    BUS_EVENTS_SOMETHING_QUITE_DIFFERENT: 'x',
    BUS_EVENTS_GRUOP: 'x',
    BUS_OPERATOR_ENV_ALLOW: 'BUS_EVENTS_GRUOP',
  };
  expect(misspelledWorkerKeys(env)).toEqual([]);
});
