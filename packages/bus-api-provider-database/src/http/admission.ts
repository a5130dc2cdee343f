// Who is let in, and for what: by a token with the scope that is needed, or from this machine where nobody is authenticated.
import { OperationError } from 'bus-integration-database';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate, TokenScope } from '../auth/authenticate.ts';
import { requireLocal } from '../auth/local-guard.ts';
import type { Deployments } from '../deployments/deployments.ts';
import { requestProblem } from '../report/problem.ts';

interface AdmissionOptions {
  readonly deployments: Deployments;
  readonly authenticate?: Authenticate | undefined;
  /** Counts the failed authentications of an address. */
  readonly failures: ReturnType<FastifyInstance['createRateLimit']>;
  /** Who was let in keeps the connection, and is not cut off at work. */
  readonly onLetIn: (request: FastifyRequest, reply: FastifyReply) => void;
}

/** Throws for a caller that it does not let in; `request.caller` is who was, where anybody is authenticated. */
export function createAdmission({ deployments, authenticate, failures, onLetIn }: AdmissionOptions) {
  const letIn = (request: FastifyRequest, reply: FastifyReply) => {
    reply.removeHeader('connection');
    onLetIn(request, reply);
  };
  return async (request: FastifyRequest, reply: FastifyReply, scope: TokenScope): Promise<void> => {
    if (authenticate === undefined) {
      const { host, origin, 'sec-fetch-site': fetchSite } = request.headers;
      // Before any deployment is configured that is the news, whatever the method.
      const method = deployments.ids.length === 0 ? 'GET' : request.method;
      requireLocal({ method, host, origin, fetchSite: fetchSite?.toString() });
      letIn(request, reply);
      return;
    }
    try {
      request.caller = await authenticate(request.headers.authorization);
      letIn(request, reply);
      if (request.caller.scopes.has(scope)) return;
      throw new OperationError('forbidden', `the token does not hold the scope ${scope}`, { code: 'scope' });
    } catch (error) {
      // Who has a right token is never made to wait for others who don't, though a gateway gives all one address.
      const seen = await failures(request);
      if (!seen.isAllowed && seen.isExceeded) {
        const message = 'too many failed authentications';
        throw requestProblem(429, 'unauthenticated', 'too-many-failures', message, seen.ttlInSeconds);
      }
      throw error;
    }
  };
}
