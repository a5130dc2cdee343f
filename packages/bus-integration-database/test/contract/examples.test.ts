import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerEnvelope, readEnvelope } from '../../src/contract/envelope.ts';
import { parseRequest } from '../../src/run/request.ts';
import { answer } from '../../src/worker/answer.ts';
import { createCountingProvider } from '../counting-provider.ts';
import { examples } from '../examples.ts';

const beside = join(import.meta.dirname, '../../../../../shared/contract-examples.json');
const sets: [string, typeof examples][] = [['our own', examples]];
if (existsSync(beside)) sets.push(['those beside the checkout', JSON.parse(readFileSync(beside, 'utf8'))]);
else console.log('contract examples: only our own, there are none beside the checkout');

describe.each(sets)('%s', (_, given) => {
  test.each([
    ['plan', 'plan_or_dry_run_apply'],
    ['apply', 'plan_or_dry_run_apply'],
    ['apply', 'apply'],
    ['status', 'status'],
    ['verify', 'verify'],
  ] as const)('a %s request is %s', async (verb, name) => {
    const payload = given[name];
    expect(parseRequest(verb, payload)).toMatchObject(payload);
    const provider = createCountingProvider({ name: 'postgres' });
    const response = await answer(verb, payload, [provider], { signal: new AbortController().signal }, fail);
    expect(response).toMatchObject({ ok: true, deployment_id: payload.deployment_id, provider: 'postgres' });
    expect(provider.applies.count).toBe(verb === 'apply' && name === 'apply' ? 1 : 0);
    // What every answer has at least.
    for (const key of Object.keys(given.response_minimum)) expect(response).toHaveProperty(key);
  });

  test('envelopes are read, and answers found by their id', () => {
    const { name, correlationId, payload } = readEnvelope(given.envelope_published);
    expect(parseRequest('plan', payload).dry_run).toBe(true);
    expect(readEnvelope(given.envelope_of_the_events_api).correlationId).toBe(
      given.envelope_of_the_events_api.correlationId,
    );
    const text = JSON.stringify(answerEnvelope(name.replace('request', 'response'), correlationId, {}));
    expect(text).toContain(`"correlation_id":"${given.envelope_published.correlation_id}"`);
  });
});

function fail(defect: unknown): never {
  throw defect;
}
