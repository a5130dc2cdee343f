// The OpenAPI 3.1 document: the contract's schemas, and the routes by which they are asked and answered. Pure.
import { contractSchemas, contractVersion, type JsonSchema, type ProviderFacts } from 'bus-integration-database';
import { audience } from '../auth/authenticate.ts';
import { problemType } from '../report/problem.ts';

export interface OpenApiOptions {
  readonly isAuthenticating: boolean;
  /** What the answers of the provider say beyond the contract. */
  readonly facts?: ProviderFacts | undefined;
}

/**
 * The document of every route. https://spec.openapis.org/oas/v3.1.1.html
 *
 * @example
 * openApiDocument({ isAuthenticating: true }).openapi; // '3.1.1'
 */
export function openApiDocument({ isAuthenticating, facts }: OpenApiOptions): JsonSchema {
  return {
    openapi: '3.1.1',
    info: {
      title: 'bus operator database',
      version: contractVersion,
      summary: 'Provisions what a deployment needs in a database server, and shows and verifies it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    ...(isAuthenticating && { security: [{ bearer: [] }] }),
    paths: paths(),
    components: {
      schemas: { ...contractSchemas(schemaUri, { facts }), ...ownSchemas() },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: `A static token, or a JWT for the audience ${audience} with the scope database:read or database:admin.`,
        },
      },
    },
  };
}

function paths(): JsonSchema {
  const base = '/api/internal/database';
  return {
    '/healthz': { get: { ...operation('healthz', 'Is the server up', 'Health'), security: [] } },
    '/readyz': {
      get: {
        ...operation('readyz', 'Was the database server reached at the last look', 'Health'),
        responses: { ...answers('Health'), 503: content('Unready', 'It was not') },
        security: [],
      },
    },
    [`${base}/capabilities`]: {
      get: operation('capabilities', 'What may be asked, and of which provider', 'Capabilities'),
    },
    [`${base}/plan`]: {
      get: { ...operation('getPlan', 'What apply would do for what is configured'), parameters: [deploymentId] },
      post: { ...operation('plan', 'What apply would do'), requestBody: bodyOf('PlanRequest') },
    },
    [`${base}/apply`]: {
      post: {
        ...operation('apply', 'Does it (202, a job), or only says what it would do (dry_run: 200)'),
        parameters: [wait, idempotencyKey],
        requestBody: bodyOf('ApplyRequest'),
        responses: {
          ...answers('Response'),
          202: {
            ...content('Job', 'It goes on; the job tells how far it is'),
            headers: {
              location: { description: 'The job, relative', schema: { type: 'string', format: 'uri-reference' } },
            },
          },
        },
      },
    },
    [`${base}/status`]: {
      get: { ...operation('status', 'What there is beside what is configured'), parameters: [deploymentId] },
      post: {
        ...operation('statusOf', 'What there is beside what is named'),
        requestBody: bodyOf('StatusRequest'),
      },
    },
    [`${base}/verify`]: {
      post: { ...operation('verify', 'Logs in as each service and tries'), requestBody: bodyOf('VerifyRequest') },
    },
    [`${base}/doctor`]: {
      get: { ...operation('doctor', 'Is all in place to begin'), parameters: [deploymentId] },
      post: {
        ...operation('doctorOf', 'Is all in place to begin with what is named'),
        requestBody: bodyOf('DoctorRequest'),
      },
    },
    [`${base}/jobs/{id}`]: {
      get: { ...operation('job', 'How far an apply is', 'Job'), parameters: [jobId, wait] },
      delete: {
        ...operation('cancelJob', 'Ends an apply in order: the statement in flight ends or is rolled back'),
        parameters: [jobId],
        responses: { ...answers('Job'), 202: content('Job', 'It is being ended') },
      },
    },
    [`${base}/jobs/{id}/events`]: {
      get: {
        ...operation('jobEvents', 'The events of an apply: progress, step, end'),
        parameters: [jobId, lastEventId],
        responses: {
          ...answers('Job'),
          200: {
            description: 'A stream that ends after the event end',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
      },
    },
    [`${base}/openapi.json`]: { get: operation('openapi', 'This document', 'OpenApi') },
    [`${base}/metrics`]: {
      get: {
        ...operation('metrics', 'Figures for Prometheus'),
        responses: {
          ...answers('Response'),
          200: { description: 'The text form', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
  };
}

function operation(operationId: string, summary: string, schema = 'Response'): JsonSchema {
  return { operationId, summary, responses: answers(schema) };
}

function answers(schema: string): JsonSchema {
  return { 200: content(schema, 'The answer'), default: content('Problem', 'Why there is none', problemType) };
}

function content(schema: string, description: string, type = 'application/json'): JsonSchema {
  return { description, content: { [type]: { schema: reference(schema) } } };
}

function bodyOf(schema: string): JsonSchema {
  return { required: true, content: { 'application/json': { schema: reference(schema) } } };
}

function reference(schema: string): JsonSchema {
  return { $ref: schemaUri(schema) };
}

function schemaUri(schema: string): string {
  return `#/components/schemas/${schema}`;
}

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const deploymentId = {
  name: 'deployment_id',
  in: 'query',
  description: 'Needed only where several deployments are served',
  schema: text,
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
  description: 'Go on after this event',
  schema: { type: 'string', pattern: '^\\d{1,9}$' },
};

/** What only this surface has. */
function ownSchemas(): JsonSchema {
  const time = { type: 'string', format: 'date-time' };
  const link = { type: 'string', format: 'uri-reference' };
  return {
    Health: {
      type: 'object',
      properties: { ok: { const: true }, service: { const: 'bus-api-provider-database' } },
      required: ['ok', 'service'],
    },
    Unready: {
      type: 'object',
      properties: { ok: { const: false }, service: { const: 'bus-api-provider-database' } },
      required: ['ok', 'service'],
    },
    Capabilities: {
      type: 'object',
      properties: {
        provider: text,
        providers: texts,
        events: texts,
        direct_bootstrap: { type: 'boolean' },
        provider_neutral: { const: true },
        deployments: texts,
      },
      required: ['provider', 'providers', 'events', 'direct_bootstrap', 'provider_neutral', 'deployments'],
    },
    Problem: {
      description: 'A failed response of the contract that is a problem document of RFC 9457 too',
      allOf: [
        reference('Response'),
        {
          type: 'object',
          properties: { type: text, title: text, status: { type: 'integer' }, detail: text, ok: { const: false } },
          required: ['type', 'title', 'status', 'detail', 'ok', 'error_class', 'diagnostics'],
        },
      ],
    },
    Progress: {
      type: 'object',
      properties: { phase: text, done: { type: 'integer' }, total: { type: 'integer' }, detail: text },
      required: ['phase', 'done', 'total'],
    },
    Job: {
      type: 'object',
      properties: {
        job_id: { type: 'string', format: 'uuid' },
        deployment_id: text,
        provider: text,
        state: { enum: ['running', 'ended'] },
        created_at: time,
        ended_at: time,
        forgotten_at: time,
        links: {
          type: 'object',
          description: 'References relative to the URL that was asked',
          properties: { self: link, events: link },
          required: ['self', 'events'],
        },
        retention: text,
        progress: reference('Progress'),
        response: reference('Response'),
      },
      required: ['job_id', 'deployment_id', 'provider', 'state', 'created_at', 'links', 'retention'],
    },
    OpenApi: { type: 'object', properties: { openapi: text }, required: ['openapi'] },
  };
}
