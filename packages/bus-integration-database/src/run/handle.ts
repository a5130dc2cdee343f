// The one way in: every surface's request passes here, is checked before anything is touched, and leaves as a response.

import { OperationError } from '../contract/errors.ts';
import type { Response, Verb } from '../contract/response.ts';
import { everyName } from '../model/desired-names.ts';
import { type Mask, maskedDeep, maskFor } from '../secrets/mask.ts';
import { desiredFor, requireDesiredRoles } from './desired-request.ts';
import { giveWay } from './give-way.ts';
import type { Context, DesiredContext, Provider } from './provider.ts';
import { type PlanRequest, parseRequest, type Requests } from './request.ts';

/**
 * Answers a request; never throws for an expected failure, which becomes `ok: false` with its class and diagnostics.
 *
 * @example
 * await handle('status', { deployment_id: 'example-dev', provider: 'memory' }, [provider], { signal });
 */
export async function handle(
  verb: Verb,
  value: unknown,
  providers: readonly Provider[],
  context: Context,
): Promise<Response> {
  let mask: Mask | undefined;
  try {
    const request = parseRequest(verb, value);
    const { databases = [], roles = [], schemas = [], service_role = '', rotate = [] }: Partial<PlanRequest> = request;
    mask = maskFor([request.deployment_id, ...databases, ...roles, ...schemas, service_role]);
    const provider = providers.find(({ name }) => name === request.provider);
    if (provider === undefined) throw unknownProvider(request.provider, providers);
    const desired = context.desired ?? (await desiredFor(request, provider));
    mask = maskFor(everyName(desired));
    await giveWay();
    requireDesiredRoles(rotate, desired);
    const response = await ask(verb, request, provider, { ...maskedContext(context, mask), desired });
    await giveWay();
    return maskedDeep(response, mask);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return maskedDeep(failure(aboutOf(value), error), mask);
  }
}

function ask(verb: Verb, request: Requests[Verb], provider: Provider, context: DesiredContext): Promise<Response> {
  // The verb picks both the method and its request's type; the compiler can't follow that pair through an index.
  const answerVerb = provider[verb] as ((request: unknown, context: DesiredContext) => Promise<Response>) | undefined;
  if (answerVerb === undefined)
    throw new OperationError('invalid-request', `the provider ${provider.name} gives no reports`, { code: 'usage' });
  return answerVerb.call(provider, request, context);
}

/** What is told meanwhile, as clean of secrets as the answer. */
function maskedContext(context: Context, mask: Mask): Context {
  const { onProgress, onStep } = context;
  return {
    ...context,
    ...(onProgress !== undefined && { onProgress: (progress) => onProgress(maskedDeep(progress, mask)) }),
    ...(onStep !== undefined && { onStep: (step) => onStep(maskedDeep(step, mask)) }),
  };
}

/** As much of a request as an answer repeats, whatever it is. */
export function aboutOf(value: unknown): Pick<Response, 'deployment_id' | 'provider'> {
  const { deployment_id, provider } = (value ?? {}) as { deployment_id?: unknown; provider?: unknown };
  const text = (one: unknown) => (typeof one === 'string' ? one.slice(0, 200) : '');
  return { deployment_id: text(deployment_id), provider: text(provider) };
}

/** The response that an expected failure becomes. */
export function failure(answer: Pick<Response, 'deployment_id' | 'provider'>, error: OperationError): Response {
  return {
    ok: false,
    ...answer,
    actions: [],
    steps: [],
    diagnostics: error.diagnostics,
    error_class: error.errorClass,
  };
}

function unknownProvider(name: string, providers: readonly Provider[]): OperationError {
  const known = providers.map((provider) => provider.name).join(', ') || 'none';
  return new OperationError('invalid-request', `provider ${JSON.stringify(name)} is not one of: ${known}`, {
    target: 'provider',
    remedy: `set BUS_DATABASE_PROVIDER to one of: ${known}`,
  });
}
