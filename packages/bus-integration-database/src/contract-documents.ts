// The contract as documents that others read: JSON Schemas, and an AsyncAPI 3 document. Made from the schemas that check
// every message; nothing is described twice.
import * as z from 'zod/mini';
import { envelopeSchema } from './contract/envelope.ts';
import { type Operation, operations, requestEvent, responseEvent } from './contract/events.ts';
import {
  allowedSchema,
  checkSchema,
  databaseStatus,
  diagnosticSchema,
  dsnFileStatus,
  leftoverSchema,
  responseSchema,
  retirementSchema,
  roleStatus,
  schemaStatus,
  targetSchema,
} from './contract/response-schema.ts';
import { stepSchema } from './contract/step-schema.ts';
import { words } from './contract/words.ts';
import { requestSchemas } from './run/request.ts';

/** Raised in its first number by what breaks a client, in its second by what an old client need not know. */
export const contractVersion = '1.0.0';

export type JsonSchema = { [key: string]: unknown };

const named = {
  PlanRequest: requestSchemas.plan,
  ApplyRequest: requestSchemas.apply,
  StatusRequest: requestSchemas.status,
  VerifyRequest: requestSchemas.verify,
  Response: responseSchema,
  Step: stepSchema,
  Diagnostic: diagnosticSchema,
  Check: checkSchema,
  Target: targetSchema,
  RoleStatus: roleStatus,
  DatabaseStatus: databaseStatus,
  SchemaStatus: schemaStatus,
  DsnFileStatus: dsnFileStatus,
  Leftover: leftoverSchema,
  Retirement: retirementSchema,
  Allowed: allowedSchema,
  Envelope: envelopeSchema,
} as const;

export type SchemaName = keyof typeof named;

const requestNames: Readonly<Record<Operation, SchemaName>> = {
  plan: 'PlanRequest',
  apply: 'ApplyRequest',
  status: 'StatusRequest',
  verify: 'VerifyRequest',
};

/**
 * Every shape of the contract as JSON Schema by its name; `uri` says where each of them will stand, for references.
 *
 * @example
 * contractSchemas((name) => `#/components/schemas/${name}`).Response;
 */
export function contractSchemas(
  uri: (name: string) => string,
  target: 'draft-2020-12' | 'draft-07' = 'draft-2020-12',
): Readonly<Record<SchemaName, JsonSchema>> {
  const { schemas } = z.toJSONSchema(registryOf(), { uri, target, io: 'input' });
  const entries = Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]) => [
    name,
    published(schema, name),
  ]);
  return Object.fromEntries(entries);
}

/**
 * The files that are shipped: a JSON Schema of each event's payload under the event's name, the envelope's, and
 * `asyncapi.json`.
 */
export function contractFiles(): Readonly<Record<string, JsonSchema>> {
  const metadata = registryOf();
  const file = (name: SchemaName, title: string): JsonSchema => {
    const schema = z.toJSONSchema(named[name], { metadata, io: 'input' });
    const { $schema, id: _, ...rest } = schema as JsonSchema;
    return { $schema, title, contract_version: contractVersion, ...published(rest, name) };
  };
  const payloads = operations.flatMap((operation) => [
    [`${requestEvent(operation)}.json`, file(requestNames[operation], requestEvent(operation))],
    [`${responseEvent(operation)}.json`, file('Response', responseEvent(operation))],
  ]);
  return {
    ...Object.fromEntries(payloads),
    'envelope.json': file('Envelope', 'envelope'),
    'asyncapi.json': asyncApiDocument(),
  };
}

/** https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function asyncApiDocument(): JsonSchema {
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
      schemas: contractSchemas((name) => `#/components/schemas/${name}`, 'draft-07'),
    },
  };
}

function reference(event: string): JsonSchema {
  return { $ref: `#/channels/${event}/messages/${event}` };
}

function registryOf() {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  return registry;
}

/**
 * What a schema tells others. Requests refuse unknown keys; in answers a later version may hold more, so that their
 * readers must let them pass. That we may not change a value is nobody else's rule.
 */
function published(schema: JsonSchema, name: string): JsonSchema {
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
  const parts = Object.entries($defs ?? {}).map(([part, definition]) => [part, described(definition, part)]);
  return { ...described(own, name), ...($defs !== undefined && { $defs: Object.fromEntries(parts) }) };
}

/** A shape with what it and its keys mean, and with the rules that no single key can tell. */
function described(schema: JsonSchema, name: string): JsonSchema {
  const { '': meaning, ...keys } = words[name] ?? {};
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
