// What a manifest may hold, once: each shape reads a value and says what is wrong with it, merges what a database adds into
// what every database has, and tells editors the same as JSON Schema. Types; `single-shapes` and `shapes-of-many` make them.
import type { Problems } from '../text/problems.ts';
import type { Node } from '../text/tree.ts';

export type EditorSchema = { [key: string]: unknown };

export interface ManifestShape<T> {
  /** As the end of a sentence: `expected a number from 0`. */
  readonly expected: string;
  /** Whether a value is of the right kind, so that its faults are told as those of this shape. */
  readonly takes: (node: Node) => boolean;
  /** The value; undefined where something is wrong with it as a whole, and then the problems say what. */
  readonly read: (node: Node, problems: Problems) => T | undefined;
  /** What a database makes of what every database has. */
  merge(base: T, own: T): T;
  readonly schema: EditorSchema;
}

export type ValueOf<S> = S extends ManifestShape<infer T> ? T : never;

export interface ShapeKey<T> {
  readonly shape: ManifestShape<T>;
  /** What editors show. */
  readonly text: string;
  readonly isRequired?: true;
}

export type ShapeKeys = Readonly<Record<string, ShapeKey<unknown>>>;

type RequiredKeys<K extends ShapeKeys> = {
  [N in keyof K]: K[N] extends { readonly isRequired: true } ? N : never;
}[keyof K];

export type ShapeObject<K extends ShapeKeys> = {
  readonly [N in RequiredKeys<K>]: ValueOf<K[N]['shape']>;
} & { readonly [N in Exclude<keyof K, RequiredKeys<K>>]?: ValueOf<K[N]['shape']> };
