// `handle` for surfaces whose readers are other people's programs: nothing is thrown, and what leaves is a response of the
// contract or an `internal` one.

import { OperationError } from '../contract/errors.ts';
import type { Response, Verb } from '../contract/response.ts';
import { responseFaults } from '../contract/response-schema.ts';
import { giveWay } from '../run/give-way.ts';
import { aboutOf, failure, handle } from '../run/handle.ts';
import type { Context, Provider } from '../run/provider.ts';

/** What a defect of ours is told to; the request's sender hears only that there was one. */
export type OnDefect = (defect: unknown) => void;

/**
 * Answers a request with a response that holds to the contract, whatever happens.
 *
 * @example
 * await answer('status', { deployment_id: 'example-dev', provider: 'postgres' }, [provider], { signal }, console.error);
 */
export async function answer(
  verb: Verb,
  value: unknown,
  providers: readonly Provider[],
  context: Context,
  onDefect: OnDefect,
): Promise<Response> {
  let response: Response;
  try {
    response = await handle(verb, value, providers, context);
  } catch (error) {
    onDefect(error);
    return defective(value, 'a defect of this program; its log says more');
  }
  await giveWay();
  const faults = responseFaults(response, { facts: providers.find(({ name }) => name === response.provider)?.facts });
  if (faults.length === 0) return response;
  onDefect(new Error(`the answer to ${verb} is not a response of the contract: ${faults.join('; ')}`));
  return defective(value, 'the answer was not one of the contract and was kept back; the log says more');
}

function defective(value: unknown, message: string): Response {
  return failure(aboutOf(value), new OperationError('internal', message));
}
