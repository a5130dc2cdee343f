import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { manifestText, schemaDocument } from 'bus-integration-database/manifest';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { accessWords, manifestTitle, postgresManifest } from '../../src/manifest/index.ts';
import { declared, goodFiles, goodText, read } from './reading.ts';

const document = schemaDocument(postgresManifest.shape, manifestTitle);
const isValid = new Ajv({ strict: false, allErrors: true }).compile(document);

describe.each(goodFiles)('%s', (name) => {
  const text = goodText(name);

  it('is read', () => {
    expect(read(text).lines).toEqual([]);
  });

  it('is right for editors too', () => {
    isValid(parse(text, { schema: 'core', merge: false }));
    expect(isValid.errors ?? []).toEqual([]);
  });

  it('means the same with nothing inherited, and is right then too', () => {
    const expanded = declared(text);
    const again = manifestText(postgresManifest.fileOf(expanded));
    const file = parse(again, { schema: 'core', merge: false });
    isValid(file);
    expect(isValid.errors ?? []).toEqual([]);
    expect(Object.keys(file)).not.toContain('every_database');
    const second = declared(again);
    expect({ ...second, outputs: [] }).toEqual({ ...expanded, outputs: [] });
    const entriesOf = ({ outputs }: typeof second) =>
      outputs.flatMap(({ entries }) => entries.map((entry) => JSON.stringify(entry)));
    expect(entriesOf(second).sort()).toEqual(entriesOf(expanded).sort());
    expect(manifestText(postgresManifest.fileOf(second))).toBe(again);
  });
});

it('hold every key that there is', () => {
  const keysOf = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(keysOf);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, item]) => [key, ...keysOf(item)]);
  };
  const written = new Set(goodFiles.flatMap((name) => keysOf(parse(goodText(name), { schema: 'core' }))));
  const known = (schema: unknown): string[] => {
    if (Array.isArray(schema)) return schema.flatMap(known);
    if (typeof schema !== 'object' || schema === null) return [];
    const { properties = {}, ...rest } = schema as { properties?: Record<string, unknown> };
    return [
      ...Object.keys(properties),
      ...Object.values(properties).flatMap(known),
      ...Object.values(rest).flatMap(known),
    ];
  };
  const all = [...new Set(known(document))];
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((key) => !written.has(key))).toEqual([]);
});

it('JSON is read as YAML is', () => {
  const text = goodText('shop.yaml');
  const json = JSON.stringify(parse(text, { schema: 'core' }), null, 2);
  expect(declared(json)).toEqual(declared(text));
});

it('the examples of the documentation are right', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/manifest.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  expect(examples.length).toBe(2);
  for (const example of examples) expect(read(example).lines).toEqual([]);
});

it('the documentation tells what each access word gives, as it is planned', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/manifest.md'), 'utf8');
  for (const [word, { database, schema, tables }] of Object.entries(accessWords)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${word}\` |`));
    const cells = row?.split('|').map((cell) => cell.trim());
    const own = word === 'create' ? ['its own'] : tables;
    expect(cells?.slice(2, 5), word).toEqual([database, schema, own].map((list) => list.join(', ')));
  }
});

it('a name that every object of JavaScript has is one like others', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];
  const list = (value: string) => names.map((name) => `${name}: ${value}`).join(', ');
  const text = [
    'version: 1\ndeployment: d\n',
    `roles: {${list('{login: true}')}, a: {settings: {${list('x')}}}}\n`,
    `every_database: {access: {${list('read')}}}\n`,
    `databases: {${list('{settings: {constructor: 1}}')}}\n`,
  ].join('');
  expect(read(text).lines).toEqual([]);
  expect(Object.keys(declared(text).databases)).toEqual(names);
});
