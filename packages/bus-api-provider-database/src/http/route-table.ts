// Every route: how it is asked, what a caller needs for it, what its documentation says. routes.ts answers, openapi.ts writes
// it down.
import type { JsonSchema } from 'bus-integration-database';
import type { TokenScope } from '../auth/authenticate.ts';

/** What an answer holds, beside a status. */
export interface DocumentedAnswer {
  readonly description: string;
  /** A schema's name; without one it is text. */
  readonly schema?: string;
  /** Default: `application/json`. */
  readonly type?: string;
  readonly headers?: JsonSchema;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it, `{id}`. */
  readonly path: string;
  /** What a caller needs; null where everybody may ask. */
  readonly scope: TokenScope | null;
  /** Answered to the end, for those who wait for a job. */
  readonly isAboutJob?: boolean;
  readonly summary: string;
  readonly parameters?: readonly JsonSchema[];
  /** The schema of what is sent. */
  readonly body?: string;
  /** The schema of what a 200 holds. Default: `Response`. */
  readonly answer?: string;
  /** Further answers, or what a 200 is instead. */
  readonly answers?: Readonly<Record<number, DocumentedAnswer>>;
}

const base = '/api/internal/database';
const job = `${base}/jobs/{id}`;
const get = (path: string, summary: string, more: Partial<Route> = {}): Route => ({
  method: 'GET',
  scope: 'database:read',
  path,
  summary,
  ...more,
});
const post = (verb: string, summary: string, body: string, more: Partial<Route> = {}): Route =>
  get(`${base}/${verb}`, summary, { method: 'POST', body, ...more });

const deploymentId = {
  name: 'deployment_id',
  in: 'query',
  description: 'Needed only where several deployments are served',
  schema: { type: 'string' },
};
const wait = {
  name: 'wait',
  in: 'query',
  description: 'How long to wait for the end: 30s; at most 10m',
  schema: { type: 'string', examples: ['30s'] },
};
const jobId = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key with the same body is the same job, until that ends with ok: false, which frees the key',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
};
const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Continue after this event',
  schema: { type: 'string', pattern: '^\\d{1,9}$' },
};
const jobLocation = {
  location: { description: 'The job, relative', schema: { type: 'string', format: 'uri-reference' } },
};

/** By operation; a route's name is its operationId. */
export const routes = {
  healthz: get('/healthz', 'Whether the API is up', { scope: null, answer: 'Health' }),
  readyz: get('/readyz', 'Whether the database server was reached at the last attempt', {
    scope: null,
    answer: 'Health',
    answers: { 503: { schema: 'Unready', description: 'It was not reached' } },
  }),
  capabilities: get(`${base}/capabilities`, 'What may be asked for, and of which provider', { answer: 'Capabilities' }),
  getPlan: get(`${base}/plan`, 'What apply would do for the configured deployment', { parameters: [deploymentId] }),
  plan: post('plan', 'What apply would do', 'PlanRequest'),
  // Which scope is needed shows in the body: a dry run changes nothing.
  apply: post('apply', 'Applies (202, a job), or only shows what it would do (dry_run: 200)', 'ApplyRequest', {
    parameters: [wait, idempotencyKey],
    answers: {
      202: { schema: 'Job', description: 'It is running; the job shows how far it is', headers: jobLocation },
    },
  }),
  status: get(`${base}/status`, 'What exists, beside what is configured', { parameters: [deploymentId] }),
  statusOf: post('status', 'What exists, beside what the request names', 'StatusRequest'),
  verify: post('verify', 'Logs in as each service and tries what it may and may not do', 'VerifyRequest'),
  doctor: get(`${base}/doctor`, 'Whether everything is ready', { parameters: [deploymentId] }),
  doctorOf: post('doctor', 'Whether everything is ready for what the request names', 'DoctorRequest'),
  report: get(`${base}/report`, 'Plan, status and verify of the configured deployment, as one page or as JSON', {
    parameters: [deploymentId],
    answers: {
      200: {
        schema: 'Response',
        description: 'The page (text/html), or the answer as JSON if Accept prefers application/json',
        headers: { 'content-security-policy': { description: 'Of the page', schema: { type: 'string' } } },
      },
    },
  }),
  reportOf: post('report', 'Plan, status and verify of what the request names', 'ReportRequest'),
  job: get(job, 'How far an apply is', { isAboutJob: true, parameters: [jobId, wait], answer: 'Job' }),
  cancelJob: get(job, 'Stops an apply: the running statement ends or is rolled back', {
    method: 'DELETE',
    scope: 'database:admin',
    isAboutJob: true,
    parameters: [jobId],
    answer: 'Job',
    answers: { 202: { schema: 'Job', description: 'It is stopping' } },
  }),
  jobEvents: get(`${job}/events`, 'The events of an apply: progress, step, end', {
    isAboutJob: true,
    parameters: [jobId, lastEventId],
    answers: { 200: { type: 'text/event-stream', description: 'A stream that ends after the event end' } },
  }),
  openapi: get(`${base}/openapi.json`, 'This document', { answer: 'OpenApi' }),
  metrics: get(`${base}/metrics`, 'Metrics for Prometheus', {
    answers: { 200: { type: 'text/plain', description: 'The text form' } },
  }),
} satisfies Readonly<Record<string, Route>>;

export type RouteId = keyof typeof routes;
