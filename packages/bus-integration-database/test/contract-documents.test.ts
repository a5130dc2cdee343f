import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { contractFiles, contractSchemas, contractVersion, type JsonSchema } from 'bus-integration-database';
import { postgresFacts } from 'bus-integration-postgres';
import { describe, expect, test } from 'vitest';
import { eventNames } from '../src/contract/events.ts';
import { words } from '../src/contract/words.ts';

const folder = join(import.meta.dirname, '../schemas');
const shipped = (name: string): JsonSchema => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const about = { deployment_id: 'shop', provider: 'postgres' };

describe('the files that are shipped', () => {
  test('are what the contract says now; after a change: npm run schemas', () => {
    const made = contractFiles(postgresFacts);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(made).sort());
    for (const [name, content] of Object.entries(made)) expect(shipped(name), name).toEqual(content);
  });

  test('are one for each event, the envelope and the AsyncAPI document, each with the version', () => {
    expect(readdirSync(folder).sort()).toEqual(
      [...eventNames.map((name) => `${name}.json`), 'asyncapi.json', 'envelope.json'].sort(),
    );
    for (const name of eventNames) expect(shipped(`${name}.json`).contract_version).toBe(contractVersion);
  });
});

describe('as JSON Schema', () => {
  const check = (name: string) => addFormats.default(new Ajv2020({ strict: false })).compile(shipped(name));

  test.each([
    ['bus.database.plan.request.json', { ...about, databases: ['app'] }, true],
    ['bus.database.plan.request.json', { ...about, databases: ['app'], stray: 1 }, false],
    ['bus.database.plan.request.json', { provider: 'postgres', databases: ['app'] }, false],
    ['bus.database.apply.request.json', { ...about, databases: ['app'], dry_run: false, confirm: true }, true],
    ['bus.database.plan.request.json', about, false],
    ['bus.database.plan.request.json', { ...about, databases: [] }, false],
    ['bus.database.apply.request.json', { ...about, databases: ['app'], dry_run: false }, false],
    ['bus.database.apply.request.json', { ...about, databases: ['app'] }, true],
    ['bus.database.status.request.json', { ...about, databases: ['app'] }, true],
    ['bus.database.status.request.json', { ...about, dry_run: true }, false],
    ['bus.database.verify.request.json', { ...about, checks: ['everything'] }, false],
    ['bus.database.plan.response.json', { ok: true, ...about, actions: [], steps: [], diagnostics: [] }, true],
    ['bus.database.plan.response.json', { ok: true, ...about, actions: [], steps: [] }, false],
    // What a later version adds must not stop an older reader.
    ['bus.database.plan.response.json', { ok: true, ...about, actions: [], steps: [], diagnostics: [], new: 1 }, true],
    ['envelope.json', { name: 'bus.database.plan.request', correlation_id: 'a', payload: {}, id: 7 }, true],
    ['envelope.json', { correlation_id: 'a', payload: {} }, false],
    ['envelope.json', { name: 'x', correlation_id: 'a', time: 'yesterday', payload: {} }, false],
  ])('%s judges %j as %j', (name, value, isValid) => {
    expect(check(name)(value)).toBe(isValid);
  });

  test.each([
    ['create-schema', { after: { database: 'app', name: 'data' } }, true],
    ['create-schema', { after: { database: 'app' } }, false],
    ['create-role', { after: { name: 'svc', can_login: true, password: 'guessed' } }, false],
    ['grant-privileges', { before: { database: 'app' } }, false],
    ['adopt-role', { before: { name: 'svc', deployment: null } }, true],
    ['adopt-role', { before: { name: 'svc', deployment: 7 } }, false],
    ['write-dsn-file', { after: { file: 'app.dsn' } }, false],
    ['delete-database', {}, false],
  ])('a response holds the step %s %j: %j', (action, content, isValid) => {
    const step = { action, target: 'x', risk: 'create', summary: '', ...content };
    const response = { ok: true, ...about, actions: [action], steps: [step], diagnostics: [] };
    expect(check('bus.database.plan.response.json')(response)).toBe(isValid);
  });
});

test('every shape and every key of it says what it means, and no word is about nothing', () => {
  const told = contractSchemas((name) => name, { facts: postgresFacts });
  expect(Object.keys(words).sort()).toEqual(Object.keys(told).sort());
  const meant = { ...words, Target: { ...words.Target, ...postgresFacts.target } };
  for (const [name, { description, properties, oneOf }] of Object.entries(told)) {
    expect(description, name).toEqual(expect.any(String));
    for (const keys of [properties, ...((oneOf as JsonSchema[] | undefined) ?? []).map((one) => one.properties)]) {
      for (const [key, value] of Object.entries((keys ?? {}) as Record<string, JsonSchema>)) {
        expect(value.description, `${name}.${key}`).toEqual(expect.any(String));
      }
    }
    const known = [properties, ...((oneOf as JsonSchema[] | undefined) ?? []).map((one) => one.properties)];
    const keys = new Set(known.flatMap((one) => Object.keys((one as object | undefined) ?? {})));
    expect(
      Object.keys(meant[name as keyof typeof meant] ?? {}).filter((key) => key !== '' && !keys.has(key)),
      name,
    ).toEqual([]);
  }
});

test('asyncapi.json is an AsyncAPI 3 document', () => {
  const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as JsonSchema;
  const validate = addFormats.default(new Ajv({ strict: false, allErrors: true })).compile(schema);
  const document = shipped('asyncapi.json');
  expect(validate(document), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
  // The judge can say no.
  expect(validate({ ...document, operations: { plan: { action: 'listen' } } })).toBe(false);
  expect(Object.keys(document.channels as object).sort()).toEqual([...eventNames].sort());
});

test('every reference in asyncapi.json leads somewhere', () => {
  const document = shipped('asyncapi.json');
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  expect(references.length).toBeGreaterThan(30);
  for (const path of references) {
    const found = path.split('/').reduce<unknown>((value, key) => (value as JsonSchema)?.[key], document);
    expect(found, path).toBeDefined();
  }
});

test('shapes refer to each other where they are told to stand', () => {
  const schemas = contractSchemas((name) => `#/components/schemas/${name}`);
  expect(JSON.stringify(schemas.Response)).toContain('"$ref":"#/components/schemas/Diagnostic"');
  expect(JSON.stringify(schemas)).not.toContain('readOnly');
});
