// The HTTP surface: limits, who is let in, what is logged, how failures look. Its routes are in routes.ts. Listens to
// nothing until it is told to.
import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import { deepestLevels, type ErrorClass, nestsDeeper, type ProviderFacts, repeatedKey } from 'bus-integration-database';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Authenticate, Caller, TokenScope } from '../auth/authenticate.ts';
import type { Deployments } from '../deployments/deployments.ts';
import { createAnswers } from '../jobs/answers.ts';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { answerFailure, endBrokenConnection } from '../report/failure.ts';
import { type LogTarget, logOptions } from '../report/log.ts';
import { createMetrics } from '../report/metrics.ts';
import { requestProblem } from '../report/problem.ts';
import { requireWellFormed } from '../report/well-formed.ts';
import { createAdmission } from './admission.ts';
import { requireKnownQuery } from './asked.ts';
import { limitConnections } from './connections.ts';
import { addRoutes } from './routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, once that is known. */
    caller: Caller | undefined;
    /** What the answer came to, for the log. */
    about: { readonly deploymentId: string | undefined; readonly errorClass: ErrorClass | undefined } | undefined;
  }
  interface FastifyContextConfig {
    /** What a caller needs; null where everybody may ask. */
    scope?: TokenScope | null;
    /** Answered to the end, for those who wait for a job. */
    isAboutJob?: boolean;
    /** What the query may hold; without it, anything. */
    query?: readonly string[];
  }
}

export interface AppOptions {
  /** Names of the providers that are built in; the first is the default. */
  readonly providers: readonly string[];
  /** What the answers of the first say beyond the contract, for the OpenAPI document. */
  readonly facts?: ProviderFacts | undefined;
  readonly deployments: Deployments;
  /** Undefined: nobody is authenticated, and only this machine may read. */
  readonly authenticate?: Authenticate | undefined;
  /** Where log lines go, one JSON document each; nowhere without it. */
  readonly log?: LogTarget;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** From the connection's, or the last answer's, end to the last header. */
  readonly headersMs: number;
  /** The same to the end of the body. */
  readonly requestMs: number;
  /** How long a client may take nothing of an answer. */
  readonly stalledMs: number;
  readonly bodyBytes: number;
  readonly connections: number;
  /** Connections from one address that wait for a request; 0: as many as in all. */
  readonly idleConnectionsEach: number;
  /** Failed authentications a minute from one address until they are answered 429. */
  readonly failuresAMinute: number;
  /** How long an ended job is remembered. */
  readonly jobRetentionMs: number;
}

const standardLimits: Limits = {
  headersMs: 10_000,
  requestMs: 30_000,
  stalledMs: 30_000,
  // A saved plan of a thousand databases is some 5 MB.
  bodyBytes: 16 * 1024 * 1024,
  connections: 512,
  idleConnectionsEach: 64,
  failuresAMinute: 20,
  jobRetentionMs: 3_600_000,
};

export interface App {
  readonly server: FastifyInstance;
  readonly jobs: Jobs;
  /** From now on only how a job goes on may be asked. */
  stopWork(): void;
}

/**
 * The server of these deployments.
 *
 * @example
 * const { server } = await createApp({ providers: ['memory'], deployments });
 * await server.listen({ host: '127.0.0.1', port: 8092 });
 */
export async function createApp(options: AppOptions): Promise<App> {
  const limits = { ...standardLimits, ...options.limits };
  let isStopping = false;
  const jobs = createJobs({ retentionMs: limits.jobRetentionMs });
  const metrics = createMetrics({ runningJobs: () => jobs.running });
  const server = Fastify({
    ...logOptions(options.log),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    // Longer than gateways keep theirs; where anybody on this machine is let in, no longer than for the next request.
    keepAliveTimeout: options.authenticate === undefined ? 5_000 : 72_000,
    // Waits of clients (?wait=, event streams) end with their jobs.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: 1_000,
      // Looked at by `requireWellFormed`, so that a refusal says why.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 200 },
    genReqId: ({ headers }) => acceptedId(headers['x-request-id']) ?? randomUUID(),
    clientErrorHandler: endBrokenConnection,
    frameworkErrors: (error, request, reply) => {
      mark(request, reply);
      answerFailure(error, request, reply);
    },
  });
  server.server.on('checkExpectation', server.routing);
  const { connections: all, idleConnectionsEach: idleEach } = limits;
  const connections = limitConnections(server.server, { all, idleEach });
  server.decorateRequest('caller', undefined);
  server.decorateRequest('about', undefined);
  parseJson(server);
  await server.register(rateLimit, { global: false });
  const { deployments, authenticate } = options;
  const admit = createAdmission({
    deployments,
    authenticate,
    failures: server.createRateLimit({ max: limits.failuresAMinute, timeWindow: 60_000 }),
    onLetIn: (request, reply) => connections.letIn(request.raw.socket, reply.raw),
  });

  server.addHook('onClose', () => options.deployments.close());
  server.addHook('onRequest', async (request, reply) => {
    mark(request, reply);
    requireWellFormed(request.raw);
    const { scope = 'database:read', isAboutJob = false, query } = request.routeOptions.config;
    if (isStopping && !isAboutJob) throw requestProblem(503, 'cancelled', 'closing', 'the server is being stopped', 5);
    if (scope !== null) await admit(request, reply, scope);
    if (query !== undefined) requireKnownQuery(request, query);
  });
  server.addHook('onSend', async (request) => {
    // A client that takes nothing of its answer is let go; Node sets the time for the next request anew.
    request.raw.socket.setTimeout(limits.stalledMs);
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const { deploymentId, errorClass } = request.about ?? {};
    request.log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...(request.caller !== undefined && { caller: request.caller.name }),
        ...(deploymentId !== undefined && { deployment_id: deploymentId }),
        ...(errorClass !== undefined && { error_class: errorClass }),
      },
      'answered',
    );
  });
  server.setErrorHandler(answerFailure);
  server.setNotFoundHandler((request, reply) => {
    const error = requestProblem(404, 'invalid-request', 'no-such-route', 'no such route; GET openapi.json lists them');
    return answerFailure(error, request, reply);
  });

  addRoutes(server, {
    providers: options.providers,
    facts: options.facts,
    deployments: options.deployments,
    jobs,
    metrics,
    answersOf: perDeployment(options.deployments, (deployment) =>
      createAnswers(deployment, metrics, (defect) => server.log.error({ err: defect }, 'defect')),
    ),
    isAuthenticating: options.authenticate !== undefined,
    stalledMs: limits.stalledMs,
    askedBytes: Math.min(limits.bodyBytes, 2 * 1024 * 1024),
  });
  const stopWork = () => {
    isStopping = true;
  };
  return { server, jobs, stopWork };
}

/** What every answer carries; it ends its connection, too, until its client is let in. */
function mark(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close');
  reply.header('x-request-id', request.id);
  reply.header('cache-control', 'no-store');
  reply.header('x-content-type-options', 'nosniff');
}

function perDeployment<T>(deployments: Deployments, make: (deployment: ReturnType<Deployments['find']>) => T) {
  const made = new Map(deployments.ids.map((id) => [id, make(deployments.find(id))]));
  return (id: string | undefined): T => made.get(deployments.find(id).id) as T;
}

/** JSON alone, no deeper than a saved plan is, each key once. */
function parseJson(server: FastifyInstance): void {
  // A role may be called __proto__.
  const parse = server.getDefaultJsonParser('ignore', 'ignore');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // A route that takes no body parses none: clients send the header with every request.
    if (request.method !== 'POST') {
      done(null, undefined);
      return;
    }
    const text = body.toString();
    const refuse = (why: string) => done(requestProblem(400, 'invalid-request', 'http', why));
    if (nestsDeeper(text, deepestLevels)) return refuse('the body nests too deep');
    parse(request, text, (error, value) => {
      const key = error === null ? repeatedKey(text) : undefined;
      if (key === undefined) done(error, value);
      else refuse(`the body has the key ${JSON.stringify(key.slice(0, 200))} twice in one object, expected it once`);
    });
  });
}

function acceptedId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : undefined;
}
