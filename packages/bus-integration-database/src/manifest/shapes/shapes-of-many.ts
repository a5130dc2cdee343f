// The shapes of what holds other values: lists, maps of names, objects of known keys, and one shape or another. Pure.
import { nearest } from '../../text/suggest.ts';
import type { Problems } from '../text/problems.ts';
import { isSecretKey } from '../text/secret-words.ts';
import { quotedName, unexpected } from '../text/seen.ts';
import type { Entry, MapNode, Node } from '../text/tree.ts';
import type { EditorSchema, ManifestShape, ShapeKey, ShapeKeys, ShapeObject, ValueOf } from './shapes.ts';
import type { TextFault } from './single-shapes.ts';

/** Items without an order of their own; what a database lists is added. `identityOf`: of which there is only one. */
export function list<T>(
  item: ManifestShape<T>,
  identityOf: (value: T) => string,
  of: string,
): ManifestShape<readonly T[]> {
  const expected = `a list of ${of}`;
  return {
    expected,
    takes: ({ kind }) => kind === 'list',
    read: (node, problems) => {
      if (node.kind !== 'list') {
        const isItem = node.kind === 'text' && item.takes(node) && /^[\w.-]+$/.test(node.source);
        const instead = isItem ? `[${node.source}]` : undefined;
        return unexpected(node, instead === undefined ? expected : `${expected}: ${instead}`, problems, instead);
      }
      const found = new Map<string, T>();
      for (const one of node.items) {
        const value = item.read(one, problems);
        if (value === undefined) continue;
        const identity = identityOf(value);
        if (found.has(identity))
          problems.report(
            one,
            'twice',
            `${identity.startsWith('{') ? 'this' : quotedName(identity)} stands in this list twice`,
          );
        else found.set(identity, value);
      }
      return [...found.values()];
    },
    merge: (base, own) => {
      const merged = new Map(base.map((one) => [identityOf(one), one]));
      for (const one of own) merged.set(identityOf(one), one);
      return [...merged.values()];
    },
    schema: { type: 'array', items: item.schema },
  };
}

export interface MapOptions {
  /** What its keys name: `a role`. */
  readonly of: string;
  readonly fault?: (name: string) => TextFault | undefined;
  /** What editors are told of the keys. */
  readonly names?: EditorSchema;
}

/** Values under names. */
export function map<T>(
  value: ManifestShape<T>,
  { of, fault, names }: MapOptions,
): ManifestShape<Readonly<Record<string, T>>> {
  const expected = `a map of ${of}s`;
  return {
    expected,
    takes: ({ kind }) => kind === 'map',
    read: (node, problems) => {
      if (node.kind !== 'map') return unexpected(node, expected, problems);
      const entries: [string, T][] = [];
      for (const [name, entry] of node.entries) {
        const found = fault?.(name);
        const { why, instead } = typeof found === 'object' ? found : { why: found, instead: undefined };
        if (why !== undefined) problems.report(entry.key, 'name', `${quotedName(name)} ${why}`, instead);
        const read = value.read(entry.value, problems);
        if (why === undefined && read !== undefined) entries.push([name, read]);
      }
      return record(entries);
    },
    merge: (base, own) => {
      const merged = new Map(Object.entries(base));
      for (const [name, one] of Object.entries(own)) {
        const before = merged.get(name);
        merged.set(name, before === undefined ? one : value.merge(before, one));
      }
      return record(merged);
    },
    schema: {
      type: 'object',
      ...(names !== undefined && { propertyNames: names }),
      additionalProperties: value.schema,
    },
  };
}

export interface ObjectOptions<K extends ShapeKeys> {
  readonly of: string;
  readonly keys: K;
  /** Keys that people will look for, and why there are no such keys. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Whether what can be read of it is wanted also where a required key is missing. */
  readonly isKept?: true;
}

/** Known keys, each with its shape. */
export function object<const K extends ShapeKeys>({
  of,
  keys,
  refused = {},
  isKept,
}: ObjectOptions<K>): ManifestShape<ShapeObject<K>> {
  const expected = 'a map';
  const known = Object.entries<ShapeKey<unknown>>(keys);
  const required = known.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return {
    expected,
    takes: ({ kind }) => kind === 'map',
    read: (node, problems) => {
      if (node.kind !== 'map') {
        const isEmpty = node.kind === 'nothing' && required.length === 0;
        return unexpected(node, isEmpty ? `${expected}; of none write {}` : expected, problems);
      }
      const entries: [string, unknown][] = [];
      for (const [name, { key, value }] of node.entries) {
        const shape = Object.hasOwn(keys, name) ? keys[name]?.shape : undefined;
        if (shape === undefined) {
          refuseKey(name, { key, value }, { of, known: known.map(([one]) => one), refused }, problems);
          continue;
        }
        const read = shape.read(value, problems);
        if (read !== undefined) entries.push([name, read]);
      }
      const lacking = required.filter((name) => !node.entries.has(name));
      for (const name of lacking) problems.report(beginningOf(node), `missing-${name}`, `${name} is missing in ${of}`);
      const value = record(entries);
      if (!isKept && required.some((name) => !Object.hasOwn(value, name))) return undefined;
      problems.remember(value, node);
      return value as ShapeObject<K>;
    },
    merge: (base, own) => {
      const merged = new Map<string, unknown>(Object.entries(base));
      for (const [name, one] of Object.entries(own)) {
        const before = merged.get(name);
        merged.set(name, before === undefined ? one : keys[name]?.shape.merge(before, one));
      }
      return record(merged) as ShapeObject<K>;
    },
    schema: {
      type: 'object',
      properties: record(known.map(([name, { shape, text }]) => [name, { description: text, ...shape.schema }])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
  };
}

/** What a map begins with: all of it would be marked to its end. */
function beginningOf(node: MapNode): { start: number; end: number } {
  const [first] = node.entries.values();
  return first === undefined ? node : first.key;
}

function refuseKey(
  name: string,
  { key, value }: Entry,
  { of, known, refused }: { of: string; known: readonly string[]; refused: Readonly<Record<string, string>> },
  problems: Problems,
): void {
  if (Object.hasOwn(refused, name)) {
    problems.report(key, 'refused-key', `${name}: ${refused[name]}`);
    return;
  }
  const close = problems.isFull() ? undefined : nearest(name, known);
  // What it is, nobody knows.
  if (close === undefined) problems.hide(value);
  if (name === '<<') {
    problems.report(key, 'unknown-key', '"<<" is an ordinary key here: only every_database is merged');
    return;
  }
  if (isSecretKey(name) && close === undefined) {
    problems.report(
      key,
      'secret',
      `${quotedName(name)}: no secret may stand in this file; apply makes passwords, and writes them to the outputs`,
    );
    return;
  }
  const hint = close === undefined ? `${of} has ${known.join(', ')}` : `did you mean ${close}?`;
  problems.report(key, 'unknown-key', `${quotedName(name)} is an unknown key; ${hint}`, close);
}

/** The first of these shapes that takes a value of its kind. */
export function either<S extends readonly ManifestShape<unknown>[]>(...shapes: S): ManifestShape<ValueOf<S[number]>> {
  type T = ValueOf<S[number]>;
  const all = shapes as readonly ManifestShape<T>[];
  const expected = all.map((shape) => shape.expected).join(', or ');
  const shapeOf = (node: Node) => all.find((shape) => shape.takes(node));
  return {
    expected,
    takes: (node) => shapeOf(node) !== undefined,
    read: (node, problems) => {
      const shape = shapeOf(node);
      return shape === undefined ? unexpected(node, expected, problems) : shape.read(node, problems);
    },
    merge: (base, own) => {
      const kind = kindOf(own);
      const shape =
        kind !== undefined && kind === kindOf(base) ? all.find((one) => one.schema.type === kind) : undefined;
      return shape === undefined ? own : shape.merge(base, own);
    },
    schema: { anyOf: all.map(({ schema }) => schema) },
  };
}

function kindOf(value: unknown): 'array' | 'object' | undefined {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : undefined;
}

/** A shape whose values are one thing each: what a database has stands in place of what every database has. */
export function whole<T>(shape: ManifestShape<T>): ManifestShape<T> {
  return { ...shape, merge: (_, own) => own };
}

/** A shape that editors are told of under a name, once. */
export function named<T>(name: string, shape: ManifestShape<T>): ManifestShape<T> {
  return { ...shape, schema: { ...shape.schema, $comment: name } };
}

/** An object that has no key but these, whatever they are called. */
function record<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const made: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}
