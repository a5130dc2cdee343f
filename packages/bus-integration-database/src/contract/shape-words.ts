// The words in which a provider says what its steps hold. Types only: who checks answers makes schemas of it (shape.ts), and
// nobody else loads one.

/** What a value has to be; nothing but the schema that is made of it knows how it is told. */
export interface Shape<T> {
  readonly '~value': T;
}

/** The shape of a key that may be left out. */
export interface OptionalShape<T> {
  readonly '~optional': T;
}

type Keys = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;

/** The object with these keys and no others. */
type ObjectOf<K extends Keys> = Flat<
  { readonly [P in keyof K as K[P] extends Shape<unknown> ? P : never]: K[P] extends Shape<infer T> ? T : never } & {
    readonly [P in keyof K as K[P] extends OptionalShape<unknown> ? P : never]?: K[P] extends OptionalShape<infer T>
      ? T
      : never;
  }
>;
type Flat<T> = { [P in keyof T]: T[P] };

export interface ShapeWords {
  readonly text: Shape<string>;
  readonly number: Shape<number>;
  readonly flag: Shape<boolean>;
  readonly oneOf: <const T extends string>(values: readonly T[]) => Shape<T>;
  readonly always: <const T extends string | number | boolean>(value: T) => Shape<T>;
  readonly orNull: <T>(of: Shape<T>) => Shape<T | null>;
  readonly list: <T>(of: Shape<T>) => Shape<readonly T[]>;
  readonly shape: <const K extends Keys>(keys: K) => Shape<ObjectOf<K>>;
  /** One of several; they tell themselves apart by a key that each of them has another value of. */
  readonly either: <const S extends readonly Shape<unknown>[]>(...of: S) => Shape<S[number]['~value']>;
  readonly may: <T>(of: Shape<T>) => OptionalShape<T>;
}

/** A shape, said when it is needed. */
export type ShapeOf<T> = (words: ShapeWords) => Shape<T>;

export type ContentOf<S> = S extends ShapeOf<infer T> ? T : never;
