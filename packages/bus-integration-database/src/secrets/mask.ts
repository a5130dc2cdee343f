// Blots known secrets out of what is printed, answered, logged or saved: a server, a library or a defect may repeat what
// it was given. What is known is the process's, as its output is; the values leave this file in no other way.
// docs/decisions/0013-secrets-of-the-process.md
import { everywhere, type Form, isUnmistakable, wherePasswordsStand } from './secret-forms.ts';
import { indexOf, replaceForms, type SecretIndex } from './secret-index.ts';

/** Passwords and tokens, and how they may be spelled, the latest last; a worker that runs for years forgets the oldest. */
const known = new Map<string, readonly Form[]>();
const mostKnown = 10_000;
let index: SecretIndex | undefined;

/**
 * Called for whatever is put into a `Secret`. A whole DSN is left out: its password is made a secret of its own, and is
 * one here as it is spelled there.
 */
export function remember(value: string): void {
  const [, spelled] = /^\s*[a-z]+:\/\/[^:@/?#]*:([^@/?#\s]+)@/i.exec(value) ?? [];
  if (spelled !== undefined) remember(spelled);
  const isDsn = /^\s*[a-z][a-z\d+.-]*:\/\/|(?:^|\s)password\s*=/i.test(value);
  if (value === '' || value.length > 4_096 || isDsn || known.has(value)) return;
  known.set(value, isUnmistakable(value) ? everywhere(value) : wherePasswordsStand(value));
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  index = undefined;
}

export type Mask = (text: string) => string;

/**
 * The text with `***` for each known secret: as it is, percent-encoded, in JSON, in SQL or in base64. A secret that could also
 * be a name or a number (`postgres`) is masked only in the place of a password: `PASSWORD '…'`, `password=…`,
 * `"password":"…"`, `password: …`, `:…@`.
 *
 * @example
 * masked("ERROR: near PASSWORD 's3cret-Pencil'"); // "ERROR: near PASSWORD '***'"
 */
export function masked(text: string): string {
  return known.size === 0 ? text : replaceForms(text, indexOfKnown()).text;
}

/**
 * The same for texts about things with these names: a secret that is part of a name is masked only in the place of a password.
 * Otherwise a saved plan would have another name than the one that was declared.
 *
 * @example
 * new Secret('Billing-2024');
 * maskFor(['Billing-2024'])("CREATE DATABASE Billing-2024; PASSWORD 'Billing-2024'"); // "CREATE DATABASE Billing-2024; PASSWORD '***'"
 */
export function maskFor(names: readonly string[]): Mask {
  const text = names.join('\n');
  let seen: SecretIndex | undefined;
  let named: ReadonlySet<string> = new Set();
  let whereNamed = indexOf([]);
  return (given) => {
    if (known.size === 0) return given;
    const current = indexOfKnown();
    if (seen !== current) {
      seen = current;
      named = secretsIn(text, current);
      whereNamed = indexOf([...named].flatMap(wherePasswordsStand));
    }
    if (named.size === 0) return replaceForms(given, current).text;
    return replaceForms(replaceForms(given, whereNamed).text, current, named).text;
  };
}

function secretsIn(names: string, current: SecretIndex): ReadonlySet<string> {
  const named = new Set<string>();
  // Of secrets that overlap one is found at a time.
  for (;;) {
    const { found } = replaceForms(names, current, named);
    if (found.length === 0) return named;
    for (const secret of found) named.add(secret);
  }
}

function indexOfKnown(): SecretIndex {
  index ??= indexOf([...known.values()].flat());
  return index;
}

/** The same value with every text in it masked; what holds no secret stays the very same. */
export function maskedDeep<T>(value: T, mask: Mask = masked): T {
  if (typeof value === 'string') return mask(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  // Most hold none: nothing is made anew until one is found.
  const changed = new Map<string, unknown>();
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    const clean = maskedDeep(item, mask);
    if (clean !== item) changed.set(key, clean);
  }
  if (changed.size === 0) return value;
  const isIn = (key: string, item: unknown) => (changed.has(key) ? changed.get(key) : item);
  return (
    Array.isArray(value)
      ? value.map((item, place) => isIn(String(place), item))
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isIn(key, item)]))
  ) as T;
}
