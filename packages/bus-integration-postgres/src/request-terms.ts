// What a request may do, with which credentials it is answered, and what an error of the server says then.
import {
  type Allowed,
  type ApplyRequest,
  adoptedFrom,
  adoptFromPart,
  type Configuration,
  type Context,
  type PlanRequest,
  type Requests,
  type Response,
  withRequestCredentials,
} from 'bus-integration-database';
import { interruption } from './apply/interruption.ts';
import { beyondPooler } from './plan/pooled.ts';
import { withSource } from './survey/preparation.ts';
import { isOfTheServer, toOperationError } from './text/sqlstate.ts';

export const nothingAllowed: Allowed = { allow: [], adopt: false, rotate: [] };

export function allowedBy(request: PlanRequest | ApplyRequest): Allowed {
  return {
    allow: [...new Set(request.allow)],
    adopt: request.adopt,
    rotate: [...new Set(request.rotate)],
    ...adoptFromPart(adoptedFrom(request.adopt_from)),
  };
}

/** Uses the credentials that a request may name, and tells where the admin DSN came from when the server can't be had. */
export async function guarded(
  configuration: Configuration,
  request: Requests[keyof Requests],
  context: Context,
  answer: (used: Configuration) => Promise<Response>,
): Promise<Response> {
  const used = withRequestCredentials(configuration, request);
  try {
    return beyondPooler(await answer(used));
  } catch (error) {
    if (context.signal.aborted) throw interruption(context.signal.reason, error);
    const expected = toOperationError(error, 'the run failed');
    throw isOfTheServer(expected) ? withSource(expected, used) : expected;
  }
}
