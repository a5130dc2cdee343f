import { describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import type { Response, Verb } from '../../src/contract/response.ts';
import { handle } from '../../src/run/handle.ts';
import type { Provider } from '../../src/run/provider.ts';

const signal = new AbortController().signal;
const about = { deployment_id: 'shop', provider: 'one' };
const requests: Record<Verb, object> = {
  plan: { ...about, databases: ['app'] },
  apply: { ...about, databases: ['app'], dry_run: false, confirm: true },
  status: about,
  verify: { ...about, checks: ['connectivity'] },
  doctor: about,
  report: about,
};

/** Says which verb it was asked, and what it was given. */
function provider(name: string, answer: (verb: Verb, request: unknown) => Partial<Response> = () => ({})): Provider {
  const verb = (asked: Verb) => async (request: unknown) => ({
    ok: true,
    ...about,
    actions: [asked, name],
    steps: [],
    diagnostics: [],
    ...answer(asked, request),
  });
  return {
    name,
    plan: verb('plan'),
    apply: verb('apply'),
    status: verb('status'),
    verify: verb('verify'),
    doctor: verb('doctor'),
    report: verb('report'),
  };
}

test.each(Object.entries(requests) as [Verb, object][])(
  '%s goes to the provider that the request names',
  async (verb, request) => {
    const answer = await handle(verb, request, [provider('other'), provider('one')], { signal });
    expect(answer).toMatchObject({ ok: true, actions: [verb, 'one'] });
  },
);

test('a provider that gives no reports says so', async () => {
  const { report: _, ...silent } = provider('one');
  const { ok, diagnostics } = await handle('report', about, [silent], { signal });
  expect([ok, diagnostics[0]?.message]).toEqual([false, 'the provider one gives no reports']);
});

test('the provider is given the request with its defaults', async () => {
  const given: unknown[] = [];
  const one = provider('one', (_, request) => {
    given.push(request);
    return {};
  });
  await handle('plan', requests.plan, [one], { signal });
  expect(given).toEqual([{ ...requests.plan, dry_run: true, adopt: false, allow: [], rotate: [] }]);
});

describe('a failure becomes an answer', () => {
  const failing = provider('one', () => {
    throw new OperationError('unreachable', 'no', { remedy: 'wait' });
  });
  test.each<[what: string, request: unknown, providers: readonly Provider[], expected: object]>([
    [
      'an expected error',
      requests.plan,
      [failing],
      { ...about, error_class: 'unreachable', diagnostics: [{ message: 'no', remedy: 'wait' }] },
    ],
    [
      'a request that is none',
      { ...about, nonsense: 1 },
      [provider('one')],
      { ...about, error_class: 'invalid-request' },
    ],
    ['no request', undefined, [provider('one')], { deployment_id: '', provider: '', error_class: 'invalid-request' }],
    [
      'an unknown provider',
      { ...requests.plan, provider: 'two' },
      [provider('one')],
      { error_class: 'invalid-request', provider: 'two' },
    ],
    [
      'an id and a provider that are no texts',
      { deployment_id: { toString: 1, valueOf: 2 }, provider: [[]] },
      [provider('one')],
      { deployment_id: '', provider: '', error_class: 'invalid-request' },
    ],
    ['no provider at all', requests.plan, [], { error_class: 'invalid-request' }],
  ])('%s', async (_, request, providers, expected) => {
    const answer = await handle('plan', request, providers, { signal });
    expect(answer).toMatchObject({ ok: false, actions: [], steps: [], ...expected });
    expect(answer.diagnostics.length).toBeGreaterThan(0);
  });

  test('nothing is asked of a provider when the request is not valid', async () => {
    const untouched = provider('one', () => {
      throw new Error('it was asked');
    });
    expect((await handle('apply', { ...requests.apply, confirm: false }, [untouched], { signal })).error_class).toBe(
      'invalid-request',
    );
  });

  test('a defect is no answer: it is thrown', async () => {
    const broken = provider('one', () => {
      throw new TypeError('a defect');
    });
    await expect(handle('plan', requests.plan, [broken], { signal })).rejects.toThrow('a defect');
  });
});
