// How the contract's shapes are written: every object refuses unknown keys, and nothing that is read may be changed.
import * as z from 'zod/mini';

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
