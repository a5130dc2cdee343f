import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { schemaDocument } from 'bus-integration-database/manifest';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestTitle, postgresManifest } from '../../src/manifest/index.ts';
import { above, badFiles } from './bad-files.ts';

const document = schemaDocument(postgresManifest.shape, manifestTitle);

it('the file that is shipped is what is judged by; after a change: npm run schemas', () => {
  const shipped = readFileSync(join(import.meta.dirname, '../../schemas/manifest.json'), 'utf8');
  expect(JSON.parse(shipped)).toEqual(document);
});

it('tells of every key', () => {
  const untold: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
    for (const [key, value] of Object.entries(properties)) if (!value.description) untold.push(`${path}.${key}`);
    for (const [key, value] of Object.entries(schema)) walk(value, `${path}.${key}`);
  };
  walk(document, '');
  expect(untold).toEqual([]);
});

it('refuses unknown keys and values that are no words, as the reader does', () => {
  const isValid = new Ajv({ strict: false }).compile(document);
  const wrong = badFiles.filter(({ says }) =>
    says.every((one) => /is an unknown key|is missing in|expected true/.test(one)),
  );
  expect(wrong.length).toBeGreaterThan(10);
  const passing = wrong.filter(({ under = 'head', text }) =>
    isValid(parse(`${above[under]}${text}`, { schema: 'core', merge: false })),
  );
  expect(passing.map(({ name }) => name)).toEqual([]);
});
