// Names of things inside a database as a manifest has them, the other way round from `parseObjectName`. Pure.
import { parseObjectName } from '../manifest/shapes/object-names.ts';
import type { DescribedUsed } from './described-shapes.ts';

const kinds = ['tables', 'sequences', 'routines', 'schemas', 'types', 'database'];

/** @example objectText('My Schema', 'T'); // '"My Schema".T' */
export function objectText(schema: string, name: string): string {
  return `${part(schema)}.${part(name)}`;
}

const kindWords = {
  type: 'TYPE',
  'foreign-server': 'FOREIGN SERVER',
  'foreign-data-wrapper': 'FOREIGN DATA WRAPPER',
} as const;

/** @example usedText({ type: 'type', schema: 'app', name: 'money' }); // 'TYPE app.money' */
export function usedText({ type, schema, name }: Pick<DescribedUsed, 'type' | 'schema' | 'name'>): string {
  return `${kindWords[type]} ${schema === null ? part(name) : objectText(schema, name)}`;
}

/** A schema alone: where its name is a word of details it is quoted. */
export function schemaText(schema: string): string {
  return kinds.includes(schema) ? quoted(schema) : part(schema);
}

/** Undefined where its types can't be written so that they are read again. */
export function routineText(schema: string, name: string, types: readonly string[]): string | undefined {
  const text = `${objectText(schema, name)}(${types.join(', ')})`;
  return parseObjectName(text)?.arguments?.length === types.length ? text : undefined;
}

function part(name: string): string {
  return /^[^\s".,()]+$/.test(name) ? name : quoted(name);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
