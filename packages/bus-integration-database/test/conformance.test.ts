import { describe, expect, test } from 'vitest';
import { type ConformanceSubject, conformanceSuite } from '../src/conformance.ts';
import type { Response } from '../src/contract/response.ts';
import type { Provider } from '../src/run/provider.ts';
import { createModelProvider } from './model-provider.ts';

async function failuresOf(spoil: (provider: Provider) => Provider): Promise<string[]> {
  const createProvider = async (): Promise<ConformanceSubject> => ({
    provider: spoil(createModelProvider('shop')),
    deploymentId: 'shop',
    databases: ['app', 'logs'],
    roles: ['svc'],
    schemas: ['public'],
    [Symbol.asyncDispose]: async () => {},
  });
  const failed: string[] = [];
  for (const { name, run } of conformanceSuite({ createProvider })) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

test('a provider that does all of it passes', async () => {
  expect(await failuresOf((provider) => provider)).toEqual([]);
});

describe('a provider that is wrong in one thing fails', () => {
  const changed = (verb: 'plan' | 'apply' | 'status' | 'verify', change: (response: Response) => Response) => {
    return (provider: Provider): Provider => ({
      ...provider,
      [verb]: async (request: never, context: never) => change(await provider[verb](request, context)),
    });
  };
  test.each<[what: string, spoil: (provider: Provider) => Provider, failing: RegExp]>([
    ['it leaks an unknown key', changed('plan', (response) => ({ ...response, secret: 1 }) as Response), /first plan/],
    [
      'its verify is always ok',
      changed('verify', (response) => ({ ...response, ok: true, connectivity: [] })),
      /verify is not ok while nothing is made/,
    ],
    ['it registers nothing', ({ facts: _, ...provider }) => provider, /registers its actions/],
    [
      'it registers another action',
      (provider) => ({ ...provider, facts: { target: {}, found: {}, actions: { 'make-role': {} } } }),
      /registers its actions/,
    ],
    ['its plan has another identity', changed('plan', (response) => ({ ...response, plan_id: 'x' })), /first plan/],
    [
      'its plan changes things',
      (provider) => ({
        ...provider,
        plan: async (request, context) => {
          await provider.apply({ ...request, dry_run: false, confirm: true }, context);
          return await provider.plan(request, context);
        },
      }),
      /planning changes nothing/,
    ],
    [
      'its apply does nothing',
      (provider) => ({ ...provider, apply: (request, context) => provider.plan(request, context) }),
      /apply does what the plan said/,
    ],
    [
      'its apply takes any deployment',
      (provider) => ({
        ...provider,
        apply: (request, context) => provider.apply({ ...request, deployment_id: 'shop' }, context),
      }),
      /another deployment's/,
    ],
    [
      'its status looks away',
      changed('status', (response) => ({ ...response, databases: [] })),
      /status shows everything/,
    ],
    [
      'it takes any credentials',
      (provider) => ({
        ...provider,
        plan: ({ credentials: _, ...request }, context) => provider.plan(request, context),
      }),
      /chooses no credentials/,
    ],
    [
      'its doctor takes any credentials',
      (provider) => ({
        ...provider,
        doctor: ({ credentials: _, ...request }, context) => provider.doctor(request, context),
      }),
      /doctor's request chooses none/,
    ],
    [
      'its verify is content with nothing',
      changed('verify', (response) => ({ ...response, complete: true })),
      /verify that tries nothing/,
    ],
    [
      'it takes an edited plan',
      (provider) => ({
        ...provider,
        apply: ({ plan: _, ...request }, context) => provider.apply(request, context),
      }),
      /edited one never/,
    ],
    [
      'its verify tries nothing',
      changed('verify', (response) => ({ ...response, connectivity: [] })),
      /services can log in/,
    ],
    [
      'it does not hear an interruption',
      (provider) => ({
        ...provider,
        apply: (request, context) => provider.apply(request, { ...context, signal: new AbortController().signal }),
      }),
      /cut off/,
    ],
  ])('%s', async (_, spoil, failing) => {
    const failed = await failuresOf(spoil);
    expect(
      failed.some((name) => failing.test(name)),
      failed.join('\n'),
    ).toBe(true);
  });
});
