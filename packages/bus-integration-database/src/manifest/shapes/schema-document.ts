// The shape of a manifest as a JSON Schema document, which editors complete and check by. Pure.
import type { EditorSchema, ManifestShape } from './shapes.ts';

/**
 * The document; what has a name stands in it once. In draft 7, which all editors know.
 *
 * @example
 * schemaDocument(language.shape, 'Manifest of bus operator database');
 */
export function schemaDocument(shape: ManifestShape<unknown>, title: string): EditorSchema {
  const definitions: Record<string, unknown> = {};
  const told = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(told);
    if (typeof value !== 'object' || value === null) return value;
    const { $comment: name, description, ...rest } = value as EditorSchema;
    const entries = Object.entries(rest).map(([key, item]) => [key, told(item)] as const);
    const own = { ...(description !== undefined && { description }), ...Object.fromEntries(entries) };
    if (typeof name !== 'string') return own;
    definitions[name] ??= Object.fromEntries(entries);
    const reference = { $ref: `#/definitions/${name}` };
    // Beside a reference nothing else is read.
    return description === undefined ? reference : { description, allOf: [reference] };
  };
  const root = told(shape.schema) as EditorSchema;
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...root, definitions };
}
