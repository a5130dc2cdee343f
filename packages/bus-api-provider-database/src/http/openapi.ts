// The OpenAPI 3.1 document: the contract's schemas, and the routes by which they are asked and answered. Pure.
import { contractSchemas, contractVersion, type JsonSchema, type ProviderFacts } from 'bus-integration-database';
import { audience } from '../auth/authenticate.ts';
import { problemType } from '../report/problem.ts';
import { type DocumentedAnswer, type Route, routes } from './route-table.ts';

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
  const found: Record<string, Record<string, JsonSchema>> = {};
  for (const [operationId, route] of Object.entries(routes))
    found[route.path] = { ...found[route.path], [route.method.toLowerCase()]: operation(operationId, route) };
  return found;
}

function operation(operationId: string, { summary, scope, parameters, body, answer, answers }: Route): JsonSchema {
  const all: Readonly<Record<string, DocumentedAnswer>> = {
    200: { schema: answer ?? 'Response', description: 'The answer' },
    default: { schema: 'Problem', description: 'Why there is none', type: problemType },
    ...answers,
  };
  return {
    operationId,
    summary,
    ...(parameters !== undefined && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } },
    }),
    responses: Object.fromEntries(Object.entries(all).map(([status, one]) => [status, documented(one)])),
    ...(scope === null && { security: [] }),
  };
}

function documented({ description, schema, type = 'application/json', headers }: DocumentedAnswer): JsonSchema {
  return {
    description,
    content: { [type]: { schema: schema === undefined ? text : reference(schema) } },
    ...(headers !== undefined && { headers }),
  };
}

function reference(schema: string): JsonSchema {
  return { $ref: schemaUri(schema) };
}

function schemaUri(schema: string): string {
  return `#/components/schemas/${schema}`;
}

const text = { type: 'string' };
const texts = { type: 'array', items: text };
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
