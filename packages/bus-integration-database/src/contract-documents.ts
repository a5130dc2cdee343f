// The contract as documents that others read: JSON Schemas, and an AsyncAPI 3 document. Made from the schemas that check
// every message; nothing is described twice.
import * as z from 'zod/mini';
import { envelopeSchema } from './contract/envelope.ts';
import { type Operation, operations, requestEvent, responseEvent } from './contract/events.ts';
import type { ProviderFacts } from './contract/facts.ts';
import { adviceSchema, pathSchema } from './contract/remedy-schema.ts';
import { reportParts, reportSchema } from './contract/report-schema.ts';
import {
  allowedSchema,
  checkSchema,
  databaseStatus,
  diagnosticSchema,
  dsnFileStatus,
  partsOfResponse,
  responseSchemaWith,
  retirementSchema,
  roleStatus,
  schemaStatus,
} from './contract/response-schema.ts';
import { words } from './contract/words.ts';
import { requestSchemas } from './run/request.ts';

/** Raised in its first number by what breaks a client, in its second by what an old client need not know. */
export const contractVersion = '2.1.0';

export type JsonSchema = { [key: string]: unknown };

/** Every shape by its name, with the facts of a provider. */
function namedWith(facts?: ProviderFacts) {
  const parts = partsOfResponse(facts);
  return {
    PlanRequest: requestSchemas.plan,
    ApplyRequest: requestSchemas.apply,
    StatusRequest: requestSchemas.status,
    VerifyRequest: requestSchemas.verify,
    DoctorRequest: requestSchemas.doctor,
    ReportRequest: requestSchemas.report,
    Response: responseSchemaWith(parts),
    Step: parts.step,
    Diagnostic: diagnosticSchema,
    Check: checkSchema,
    Advice: adviceSchema,
    Path: pathSchema,
    Target: parts.target,
    RoleStatus: roleStatus,
    DatabaseStatus: databaseStatus,
    SchemaStatus: schemaStatus,
    DsnFileStatus: dsnFileStatus,
    Leftover: parts.leftover,
    Retirement: retirementSchema,
    Allowed: allowedSchema,
    Report: reportSchema,
    ...reportParts,
    Envelope: envelopeSchema,
  } as const;
}

export type SchemaName = keyof ReturnType<typeof namedWith>;

const requestNames: Readonly<Record<Operation, SchemaName>> = {
  plan: 'PlanRequest',
  apply: 'ApplyRequest',
  status: 'StatusRequest',
  verify: 'VerifyRequest',
};

export interface ContractOptions {
  readonly target?: 'draft-2020-12' | 'draft-07';
  /** Of the provider for whose answers it is. */
  readonly facts?: ProviderFacts | undefined;
}

/**
 * Every shape of the contract as JSON Schema by its name; `uri` says where each of them will stand, for references.
 *
 * @example
 * contractSchemas((name) => `#/components/schemas/${name}`).Response;
 */
export function contractSchemas(
  uri: (name: string) => string,
  { target = 'draft-2020-12', facts }: ContractOptions = {},
): Readonly<Record<SchemaName, JsonSchema>> {
  const { schemas } = z.toJSONSchema(registryOf(namedWith(facts)), { uri, target, io: 'input' });
  const entries = Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]) => [
    name,
    published(schema, name, facts),
  ]);
  return Object.fromEntries(entries);
}

/**
 * The files that are shipped: a JSON Schema of each event's payload under the event's name, the envelope's, and
 * `asyncapi.json`.
 */
export function contractFiles(facts?: ProviderFacts): Readonly<Record<string, JsonSchema>> {
  const named = namedWith(facts);
  const metadata = registryOf(named);
  const file = (name: SchemaName, title: string): JsonSchema => {
    const schema = z.toJSONSchema(named[name], { metadata, io: 'input' });
    const { $schema, id: _, ...rest } = schema as JsonSchema;
    return { $schema, title, contract_version: contractVersion, ...published(rest, name, facts) };
  };
  const payloads = operations.flatMap((operation) => [
    [`${requestEvent(operation)}.json`, file(requestNames[operation], requestEvent(operation))],
    [`${responseEvent(operation)}.json`, file('Response', responseEvent(operation))],
  ]);
  return {
    ...Object.fromEntries(payloads),
    'envelope.json': file('Envelope', 'envelope'),
    'asyncapi.json': asyncApiDocument(facts),
  };
}

/** https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function asyncApiDocument(facts?: ProviderFacts): JsonSchema {
  const events = operations.flatMap((operation) => [
    { event: requestEvent(operation), payload: requestNames[operation] },
    { event: responseEvent(operation), payload: 'Response' },
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'bus operator database',
      version: contractVersion,
      description:
        'Requests that provision a deployment in a database server, and their answers. An answer carries the correlation_id of its request.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      events.map(({ event }) => [
        event,
        { address: event, messages: { [event]: { $ref: `#/components/messages/${event}` } } },
      ]),
    ),
    operations: Object.fromEntries(
      operations.map((operation) => [
        operation,
        {
          action: 'receive',
          channel: { $ref: `#/channels/${requestEvent(operation)}` },
          messages: [reference(requestEvent(operation))],
          reply: {
            channel: { $ref: `#/channels/${responseEvent(operation)}` },
            messages: [reference(responseEvent(operation))],
          },
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        events.map(({ event, payload }) => [
          event,
          {
            name: event,
            contentType: 'application/json',
            correlationId: { location: '$message.payload#/correlation_id' },
            payload: {
              allOf: [
                { $ref: '#/components/schemas/Envelope' },
                {
                  type: 'object',
                  properties: { name: { const: event }, payload: { $ref: `#/components/schemas/${payload}` } },
                },
              ],
            },
          },
        ]),
      ),
      schemas: contractSchemas((name) => `#/components/schemas/${name}`, { target: 'draft-07', facts }),
    },
  };
}

function reference(event: string): JsonSchema {
  return { $ref: `#/channels/${event}/messages/${event}` };
}

function registryOf(named: ReturnType<typeof namedWith>) {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  return registry;
}

/**
 * What a schema tells others. Requests refuse unknown keys; in answers a later version may hold more, so that their
 * readers must let them pass. That we may not change a value is nobody else's rule.
 */
function published(schema: JsonSchema, name: string, facts: ProviderFacts | undefined): JsonSchema {
  const isRequest = name.endsWith('Request');
  const told = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(told);
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).filter(
      ([key, item]) =>
        !(key === 'readOnly' && item === true) && (isRequest || key !== 'additionalProperties' || item !== false),
    );
    return Object.fromEntries(entries.map(([key, item]) => [key, told(item)]));
  };
  const { $defs, ...own } = told(schema) as JsonSchema & { $defs?: Readonly<Record<string, JsonSchema>> };
  const parts = Object.entries($defs ?? {}).map(([part, definition]) => [part, described(definition, part, facts)]);
  return { ...described(own, name, facts), ...($defs !== undefined && { $defs: Object.fromEntries(parts) }) };
}

/** A shape with what it and its keys mean, and with the rules that no single key can tell. */
function described(schema: JsonSchema, name: string, facts: ProviderFacts | undefined): JsonSchema {
  const { '': meaning, ...shared } = words[name] ?? {};
  const keys = name === 'Target' ? { ...shared, ...meaningsOf(facts) } : shared;
  const withWords = (one: JsonSchema): JsonSchema => {
    const { properties, oneOf, ...rest } = one as { properties?: Record<string, JsonSchema>; oneOf?: JsonSchema[] };
    const entries = Object.entries(properties ?? {}).map(([key, value]) => [
      key,
      // Beside a reference draft-07 lets nothing else stand.
      '$ref' in value ? { allOf: [value], description: keys[key] } : { ...value, description: keys[key] },
    ]);
    return {
      ...rest,
      ...(properties !== undefined && { properties: Object.fromEntries(entries) }),
      ...(oneOf !== undefined && { oneOf: oneOf.map(withWords) }),
    };
  };
  return { ...(meaning !== undefined && { description: meaning }), ...withWords(schema), ...rules[name] };
}

function meaningsOf(facts: ProviderFacts | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(facts?.target ?? {}).map(([key, { meaning }]) => [key, meaning]));
}

const declaresSomething = ['databases', 'roles', 'schemas'].map((key) => ({
  required: [key],
  properties: { [key]: { minItems: 1 } },
}));

/** As `parseRequest` demands them. */
const rules: Readonly<Record<string, JsonSchema>> = {
  PlanRequest: { anyOf: declaresSomething },
  ApplyRequest: {
    anyOf: declaresSomething,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['confirm'], properties: { confirm: { const: true } } },
    if: { required: ['dry_run'], properties: { dry_run: { const: false } } },
  },
};
