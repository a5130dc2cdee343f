// The reference of the manifest, as a page: every key of its schema with the values it takes and what it means. Pure.
import type { EditorSchema } from 'bus-integration-database/manifest';

interface Section {
  readonly title: string;
  readonly schema: EditorSchema;
}

const opening = `# Manifest reference

Every key that a manifest may hold, for looking one up. [The manifest](../packages/bus-integration-postgres/docs/manifest.md)
explains how they work together, with examples. This page is generated from
[the JSON schema](../packages/bus-integration-postgres/schemas/manifest.json), which editors read too
(\`# yaml-language-server: $schema=…\` as the first line of the file).

A key that is not marked *required* may be left out.
`;

/** What stands above the table of a definition. */
const introductions: Readonly<Record<string, string>> = {
  role: 'Under each name in `roles`. Attributes that are not named are left as they are.',
  database: 'Under each name in `databases`, and under `every_database`.',
  access: 'Under each role in `access` of a database.',
  detail:
    'Privileges, and the objects they are given on: all of a kind (`tables`), a list of names, or a map of tables to their columns.',
};

/** The text of the page, of the schema that is shipped. */
export function manifestReference(document: EditorSchema): string {
  const definitions = (document.definitions ?? {}) as Readonly<Record<string, EditorSchema>>;
  const sections = [{ title: 'The file', schema: document }, ...sectionsUnder(document, '')];
  const named = Object.entries(definitions)
    .filter(([, schema]) => objectIn(schema) !== undefined)
    .flatMap(([name, schema]) => [{ title: name, schema }, ...sectionsUnder(schema, name)]);
  return `${opening}${[...sections, ...named].map((section) => sectionText(section, definitions)).join('')}`;
}

/** Objects that stand under a key, or in its list or map, each as a section of its own. */
function sectionsUnder(schema: EditorSchema, path: string): readonly Section[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, value]) => {
    const title = path === '' ? key : `${path}.${key}`;
    const inner = objectIn(value) ?? objectIn(itemsOf(value)) ?? objectIn(valuesOf(value));
    return inner === undefined ? [] : [{ title, schema: inner }, ...sectionsUnder(inner, title)];
  });
}

function sectionText({ title, schema }: Section, definitions: Readonly<Record<string, EditorSchema>>): string {
  const own = objectIn(schema);
  const same = Object.entries(definitions).find(([name, other]) => name !== title && isSame(other, own));
  const intro = introductions[title] === undefined ? '' : `${introductions[title]}\n\n`;
  const other = alternatives(schema)
    .filter((one) => objectIn(one) === undefined)
    .map((one) => valueText(one, title))
    .filter((text) => text !== '');
  if (same !== undefined && other.length > 0)
    return `\n## ${title}\n\n${intro}${other.join(', or ')}, a name of \`words\`, or [a map](#${anchor(same[0])}).\n`;
  const required = new Set((own?.required ?? []) as readonly string[]);
  const rows = Object.entries(propertiesOf(schema)).map(([key, value]) => {
    const mark = required.has(key) ? ' *required*' : '';
    const path = title === 'The file' ? key : `${title}.${key}`;
    return `| \`${key}\`${mark} | ${valueText(value, path)} | ${cell(String(value.description ?? ''))} |\n`;
  });
  return `\n## ${title}\n\n${intro}| key | value | meaning |\n| --- | --- | --- |\n${rows.join('')}`;
}

function isSame(one: EditorSchema, other: EditorSchema | undefined): boolean {
  return JSON.stringify(one.properties) === JSON.stringify(other?.properties ?? null);
}

/** What may stand at a key, in words; `path` is where its own section would be. */
function valueText(schema: EditorSchema | undefined, path: string): string {
  if (schema === undefined) return '';
  const { $ref, enum: words, const: word, type, minimum, maxLength, allOf, anyOf } = schema;
  if (typeof $ref === 'string') return linkTo($ref);
  if (word !== undefined) return code(word);
  if (Array.isArray(words)) return words.map(code).join(', ');
  if (Array.isArray(allOf)) return valueText(allOf[0] as EditorSchema, path);
  if (Array.isArray(anyOf)) return oneOf(anyOf as readonly EditorSchema[], path);
  if (schema.properties !== undefined) return `[a map](#${anchor(path)})`;
  if (valuesOf(schema) !== undefined) return `a map of names to ${valueText(valuesOf(schema), path)}`;
  const items = itemsOf(schema);
  if (items !== undefined) return `a list: ${valueText(items, path)}`;
  if (type === 'integer') return minimum === undefined ? 'a number' : `a number from ${String(minimum)}`;
  if (type === 'string') return maxLength === 63 ? 'a name' : 'text';
  return [type]
    .flat()
    .flatMap((one) => typeWords[String(one)] ?? [])
    .join(', ');
}

function oneOf(schemas: readonly EditorSchema[], path: string): string {
  const texts = schemas.map((one) => valueText(one, path)).filter((text) => text !== '');
  return [...new Set(texts)].join(', or ');
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a number',
  boolean: '`true`, `false`',
};

function linkTo(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return name === 'settings' ? 'a map of settings' : `[${name}](#${anchor(name)})`;
}

function alternatives(schema: EditorSchema): readonly EditorSchema[] {
  return Array.isArray(schema.anyOf) ? (schema.anyOf as readonly EditorSchema[]) : [schema];
}

/** The object with keys of its own that a schema is, or may be. */
function objectIn(schema: EditorSchema | undefined): EditorSchema | undefined {
  if (schema === undefined) return undefined;
  if (schema.properties !== undefined) return schema;
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as readonly EditorSchema[]).find((one) => objectIn(one));
  return undefined;
}

function propertiesOf(schema: EditorSchema): Readonly<Record<string, EditorSchema>> {
  return (objectIn(schema)?.properties ?? {}) as Readonly<Record<string, EditorSchema>>;
}

function itemsOf(schema: EditorSchema): EditorSchema | undefined {
  return schema.items as EditorSchema | undefined;
}

function valuesOf(schema: EditorSchema): EditorSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? (schema.additionalProperties as EditorSchema) : undefined;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function cell(text: string): string {
  return text.replace(/[|<]/g, '\\$&');
}
