// How the contract's shapes are written: every object refuses unknown keys, and nothing that is read may be changed.
import * as z from 'zod/mini';
import type { ShapeOf, ShapeWords } from './shape-words.ts';

/** An object with these keys and no others. */
export function shape<S extends z.core.$ZodShape>(keys: S) {
  return z.readonly(z.strictObject(keys));
}

export function list<T extends z.core.SomeType>(item: T) {
  return z.readonly(z.array(item));
}

/** A key that may be left out; when it is there, it has a value. */
export function may<T extends z.core.SomeType>(value: T) {
  return z.exactOptional(value);
}

/** A key that this kind never has, though others of its family do. */
export function never() {
  return z.exactOptional(z.never());
}

/** The words that providers say shapes in, as schemas. */
const shapeWords = {
  text: z.string(),
  number: z.number(),
  flag: z.boolean(),
  oneOf: (values: readonly string[]) => z.enum(values as [string, ...string[]]),
  always: (value: string | number | boolean) => z.literal(value),
  orNull: (of: z.core.SomeType) => z.nullable(of),
  list,
  shape,
  either: (...of: readonly z.core.SomeType[]) => z.union(of),
  may,
} satisfies Readonly<Record<keyof ShapeWords, unknown>> as unknown as ShapeWords;

/** The schema of a shape that a provider says; of a key that is never there, where it says none. */
export function schemaOf(said: ShapeOf<unknown> | undefined): z.core.$ZodType {
  return said === undefined ? never() : may(said(shapeWords) as unknown as z.core.$ZodType);
}
