// Which request gets which answer. Everything is asked of a deployment's answers; nothing here knows a provider.
import { eventNames, OperationError, type ProviderFacts, parseRequest, type Response } from 'bus-integration-database';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';
import type { Deployments } from '../deployments/deployments.ts';
import type { Answers } from '../jobs/answers.ts';
import { createIdempotency } from '../jobs/idempotency.ts';
import { streamJob } from '../jobs/job-stream.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import type { Metrics } from '../report/metrics.ts';
import { problemOf, problemType, requestProblem } from '../report/problem.ts';
import { departure, deploymentIn, keyOf, waitIn, wantsPage } from './asked.ts';
import { openApiDocument } from './openapi.ts';
import { type Route, type RouteId, routes } from './route-table.ts';

export interface RouteOptions {
  readonly providers: readonly string[];
  readonly facts: ProviderFacts | undefined;
  readonly deployments: Deployments;
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  readonly answersOf: (deploymentId: string | undefined) => Answers;
  readonly isAuthenticating: boolean;
  /** The longest body of a request that holds no saved plan. */
  readonly askedBytes: number;
  /** Milliseconds for which a client may take nothing of an answer. */
  readonly stalledMs: number;
}

/** Applies in flight at once, all deployments together. */
const runningJobs = 32;
/** And of one deployment: its lock lets one go on, the others wait in the server. */
const runningJobsEach = 8;

/** What is asked about names, by verb. */
const asking = [
  ['plan', 'plan'],
  ['statusOf', 'status'],
  ['verify', 'verify'],
  ['doctorOf', 'doctor'],
  ['reportOf', 'report'],
] as const;

/** Adds every route to a server. */
export function addRoutes(server: FastifyInstance, options: RouteOptions): void {
  const { providers, deployments, jobs, metrics, answersOf } = options;
  const idempotency = createIdempotency(jobs);
  const on = (id: RouteId, handler: RouteHandlerMethod, more: RouteShorthandOptions = {}) => {
    const route: Route = routes[id];
    const { method, path, scope, isAboutJob = false, parameters = [] } = route;
    const query = parameters.flatMap((one) => (one.in === 'query' ? [String(one.name)] : []));
    const config = { scope, isAboutJob, ...(query.length > 0 && { query }) };
    server.route({ method, url: path.replace('{id}', ':id'), config, handler, ...more });
  };

  on('healthz', async () => ({ ok: true, service: 'bus-api-provider-database' }));
  on('readyz', async (_, reply) => {
    const looks = deployments.ids.map((id) => answersOf(id));
    const lost = looks.filter((answers) => !answers.isReached());
    // One server of several that is away is no reason to send nobody here.
    const isReady = lost.length === 0 || lost.length < looks.length;
    return reply.code(isReady ? 200 : 503).send({ ok: isReady, service: 'bus-api-provider-database' });
  });
  on('capabilities', async () => ({
    provider: providers[0],
    providers,
    events: eventNames,
    // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
    direct_bootstrap: true,
    provider_neutral: true,
    deployments: deployments.ids,
  }));
  const document = openApiDocument({ isAuthenticating: options.isAuthenticating, facts: options.facts });
  on('openapi', async () => document);
  on('metrics', async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  for (const verb of ['plan', 'status', 'doctor'] as const) {
    on(verb === 'plan' ? 'getPlan' : verb, async (request, reply) => {
      return sendResponse(await answersOf(deploymentIn(request)).read(verb), request, reply);
    });
  }
  on('report', async (request, reply) => {
    const response = await answersOf(deploymentIn(request)).read('report');
    if (response.report === undefined || !wantsPage(request.headers.accept))
      return sendResponse(response, request, reply);
    request.about = { deploymentId: response.deployment_id, errorClass: undefined };
    const { inputOf, reportPage, reportPolicy } = await import('bus-integration-database/report');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', `${reportPolicy}; frame-ancestors 'none'; sandbox`)
      .send(reportPage(inputOf(response)));
  });
  for (const [id, verb] of asking) {
    const ask: RouteHandlerMethod = async (request, reply) => {
      // Looked at first, so that what is wrong is told before a place in the queue is asked for.
      const { deployment_id } = parseRequest(verb, request.body);
      const answer = answersOf(deployment_id).ask(verb, request.body, { signal: departure(reply) });
      return sendResponse(await answer, request, reply);
    };
    on(id, ask, { bodyLimit: options.askedBytes });
  }
  // A dry run changes nothing and is answered at once, as a plan is.
  on('apply', async (request, reply) => {
    const asked = parseRequest('apply', request.body);
    const answers = answersOf(asked.deployment_id);
    const waitMs = waitIn(request);
    if (asked.dry_run) {
      const answer = await answers.ask('apply', request.body, { signal: departure(reply) });
      return sendResponse(answer, request, reply);
    }
    requireAdmin(request);
    const desired = await answers.desiredFor(asked);
    const key = keyOf(request);
    const known = key === undefined ? undefined : idempotency.known(key, request.body);
    if (known === undefined) requireRoom(jobs, asked.deployment_id);
    const job = known ?? jobs.start(asked, (context) => answers.ask('apply', request.body, { ...context, desired }));
    if (key !== undefined && known === undefined) idempotency.remember(key, request.body, job);
    reply.header('location', `jobs/${job.id}`);
    const response = await within(job, waitMs, request);
    if (response !== undefined) return sendResponse(response, request, reply);
    request.about = { deploymentId: job.deploymentId, errorClass: undefined };
    return reply.code(202).send(jobDocument(job, jobs.retentionMs, 'jobs/'));
  });

  const find = (request: FastifyRequest): Job => {
    const job = jobs.get((request.params as { id: string }).id);
    if (job !== undefined) {
      request.about = { deploymentId: job.deploymentId, errorClass: undefined };
      return job;
    }
    throw requestProblem(
      404,
      'invalid-request',
      'no-such-job',
      `no such job: they are kept in memory for ${jobs.retentionMs / 60_000} minutes after their end and are lost at a restart; GET status shows what stands`,
    );
  };
  on('job', async (request) => {
    const job = find(request);
    await within(job, waitIn(request), request);
    return jobDocument(job, jobs.retentionMs);
  });
  on('cancelJob', async (request, reply) => {
    const job = find(request);
    job.cancel('request');
    return reply.code(202).send(jobDocument(job, jobs.retentionMs));
  });
  const follow: RouteHandlerMethod = (request, reply) => {
    const job = find(request);
    const last = request.headers['last-event-id'];
    reply.hijack();
    streamJob(job, reply.raw, {
      lastEventId: Number(/^\d{1,9}$/.exec(last?.toString() ?? '')?.[0] ?? 0),
      headers: { 'x-request-id': request.id, 'x-content-type-options': 'nosniff' },
      stalledMs: options.stalledMs,
    });
  };
  on('jobEvents', follow, { exposeHeadRoute: false });
}

function sendResponse(response: Response, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.about = { deploymentId: response.deployment_id, errorClass: response.error_class };
  if (response.error_class === undefined) return reply.send(response);
  const problem = problemOf(response);
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** `folder` is the way from the URL that was asked to the jobs: links are relative, whatever a proxy calls it. */
function jobDocument(job: Job, retentionMs: number, folder = '') {
  const { endedAt, progress, response } = job;
  return {
    job_id: job.id,
    deployment_id: job.deploymentId,
    provider: job.provider,
    state: response === undefined ? 'running' : 'ended',
    created_at: job.createdAt.toISOString(),
    ...(endedAt !== undefined && {
      ended_at: endedAt.toISOString(),
      forgotten_at: new Date(endedAt.getTime() + retentionMs).toISOString(),
    }),
    links: { self: `${folder}${job.id}`, events: `${folder}${job.id}/events` },
    retention: `in memory, ${retentionMs / 60_000} minutes after its end; lost at a restart`,
    ...(progress !== undefined && response === undefined && { progress }),
    ...(response !== undefined && { response }),
  };
}

function requireAdmin({ caller }: FastifyRequest): void {
  if (caller?.scopes.has('database:admin')) return;
  throw new OperationError('forbidden', 'an apply needs the scope database:admin', { code: 'scope' });
}

function requireRoom(jobs: Jobs, deploymentId: string): void {
  const busy = (message: string) => requestProblem(429, 'locked', 'busy', message, 5);
  if (jobs.running >= runningJobs) throw busy('too many applies are running already');
  if (jobs.runningFor(deploymentId) >= runningJobsEach)
    throw busy('too many applies of this deployment are running already');
}

/** The job's answer, if it comes in time and the client is still there. */
async function within(job: Job, waitMs: number, request: FastifyRequest): Promise<Response | undefined> {
  if (job.response !== undefined || waitMs === 0) return job.response;
  const gone = new AbortController();
  const leave = () => gone.abort();
  request.raw.socket.once('close', leave);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      job.ended,
      new Promise<undefined>((done) => {
        timer = setTimeout(() => done(undefined), waitMs);
        gone.signal.addEventListener('abort', () => done(undefined));
      }),
    ]);
  } finally {
    clearTimeout(timer);
    request.raw.socket.off('close', leave);
  }
}
