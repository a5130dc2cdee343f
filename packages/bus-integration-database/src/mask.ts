// Blots known secrets out of what is printed, answered, logged or saved: a server, a library or a defect may repeat what
// it was given. What is known is the process's, as its output is; the values leave this file in no other way.

/** Passwords and tokens, the latest last; a worker that runs for years forgets the oldest. */
const known = new Set<string>();
const mostKnown = 10_000;
let index: Index | undefined;

/**
 * Called for whatever is put into a `Secret`. A whole DSN is left out: its password is made a secret of its own, and is
 * one here as it is spelled there.
 */
export function remember(value: string): void {
  const [, spelled] = /^\s*[a-z]+:\/\/[^:@/?#]*:([^@/?#\s]+)@/i.exec(value) ?? [];
  if (spelled !== undefined) remember(spelled);
  const isDsn = /^\s*[a-z][a-z\d+.-]*:\/\/|(?:^|\s)password\s*=/i.test(value);
  if (value === '' || value.length > 4_096 || isDsn || known.has(value)) return;
  known.add(value);
  const [oldest] = known;
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  index = undefined;
}

/**
 * The text with `***` for each known secret, as it is, percent-encoded, in JSON, in SQL or in base64. One that could as
 * well be a name or a number (`postgres`) is masked only where a password stands: `PASSWORD '…'`, `password=…`, `:…@`.
 *
 * @example
 * masked("ERROR: near PASSWORD 's3cret-Pencil'"); // "ERROR: near PASSWORD '***'"
 */
export function masked(text: string): string {
  if (known.size === 0) return text;
  index ??= indexOf(known);
  let out = '';
  let from = 0;
  let key = 0;
  for (let at = 0; at < text.length; at += 1) {
    key = nextKey(key, text.charCodeAt(at));
    const start = at - beginning + 1;
    if (start < from || index.filter[key & filterMask] === 0) continue;
    const form = index.byKey.get(key)?.find((candidate) => text.startsWith(candidate.text, start));
    if (form === undefined) continue;
    out += text.slice(from, start) + form.shown;
    from = start + form.text.length;
    at = from - 1;
    key = 0;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** The same value with every text in it masked; what holds no secret stays the very same. */
export function maskedDeep<T>(value: T): T {
  if (typeof value === 'string') return masked(value) as T;
  if (Array.isArray(value)) {
    const items = value.map(maskedDeep);
    return items.every((item, place) => item === value[place]) ? value : (items as T);
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, maskedDeep(item)] as const);
  return entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])
    ? value
    : (Object.fromEntries(entries) as T);
}

interface Form {
  readonly text: string;
  readonly shown: string;
}

/** The forms by their first characters, so that a text is gone through once, however many secrets there are. */
interface Index {
  readonly byKey: ReadonlyMap<number, readonly Form[]>;
  readonly filter: Uint8Array;
}

/** As many characters as every form has at least. */
const beginning = 4;
const filterMask = 0xffff;

// The key of the last four characters: each further one shifts the oldest out.
function nextKey(key: number, code: number): number {
  return ((key << 7) ^ code) & 0x0fff_ffff;
}

function indexOf(values: Iterable<string>): Index {
  const byKey = new Map<number, Form[]>();
  const filter = new Uint8Array(filterMask + 1);
  const forms = [...values].flatMap((value) =>
    isUnmistakable(value) ? everywhere(value) : wherePasswordsStand(value),
  );
  // Of two forms that begin alike the longer one is meant.
  for (const form of forms.sort((one, other) => other.text.length - one.text.length)) {
    let key = 0;
    for (let at = 0; at < beginning; at += 1) key = nextKey(key, form.text.charCodeAt(at));
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [form]);
    else if (!group.some(({ text }) => text === form.text)) group.push(form);
    filter[key & filterMask] = 1;
  }
  return { byKey, filter };
}

/** No name, number or word is so by chance. */
function isUnmistakable(value: string): boolean {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(value)).length;
  return (value.length >= 8 && kinds >= 3) || (value.length >= 16 && kinds >= 2);
}

function everywhere(value: string): Form[] {
  return spellings(value).map((text) => ({ text, shown: '***' }));
}

function spellings(value: string): string[] {
  const sql = value.replaceAll("'", "''");
  const bytes = Buffer.from(value);
  // In the middle of a longer text base64 is shifted by up to two bytes; groups that hold others' bytes are left out.
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, Math.floor((shift + bytes.length) / 3) * 4);
  });
  return [
    value,
    percentEncoded(value),
    JSON.stringify(value).slice(1, -1),
    sql,
    sql.replaceAll('\\', '\\\\'),
    ...base64.filter((text) => text.length >= 8),
    bytes.toString('hex'),
  ];
}

function wherePasswordsStand(value: string): Form[] {
  const sql = value.replaceAll("'", "''");
  return [
    [`PASSWORD '${sql}'`, "PASSWORD '***'"],
    [`password '${sql}'`, "password '***'"],
    [`password=${value}`, 'password=***'],
    [`password='${sql}'`, "password='***'"],
    [`:${percentEncoded(value)}@`, ':***@'],
    [`:${value}@`, ':***@'],
  ]
    .map(([text = '', shown = '']) => ({ text, shown }))
    .filter(({ text }) => text.length >= beginning);
}

/** Half a surrogate pair has no encoding. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}
