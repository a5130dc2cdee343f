// Finds many forms in a text by their first characters, so that it is gone through once, however many there are. Pure.
import type { Form } from './secret-forms.ts';

export interface SecretIndex {
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

/** An index of the forms that are long enough for one. */
export function indexOf(forms: readonly Form[]): SecretIndex {
  const byKey = new Map<number, Form[]>();
  const filter = new Uint8Array(filterMask + 1);
  const indexed = forms.filter(({ text }) => text.length >= beginning);
  // Of two forms that begin alike the longer one is meant.
  for (const form of indexed.sort((one, other) => other.text.length - one.text.length)) {
    let key = 0;
    for (let at = 0; at < beginning; at += 1) key = nextKey(key, form.text.charCodeAt(at));
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [form]);
    else group.push(form);
    filter[key & filterMask] = 1;
  }
  return { byKey, filter };
}

/**
 * The text with what is shown for each form in it, and the secrets that were found; `except` are left as they stand.
 *
 * @example
 * replaceForms('near pencil', indexOf([{ secret: 'pencil', text: 'pencil', shown: '***' }])).text; // 'near ***'
 */
export function replaceForms(
  text: string,
  { byKey, filter }: SecretIndex,
  except: ReadonlySet<string> = new Set(),
): { readonly text: string; readonly found: readonly string[] } {
  const found: string[] = [];
  let out = '';
  let from = 0;
  let key = 0;
  for (let at = 0; at < text.length; at += 1) {
    key = nextKey(key, text.charCodeAt(at));
    const start = at - beginning + 1;
    if (start < from || filter[key & filterMask] === 0) continue;
    const form = byKey.get(key)?.find((one) => !except.has(one.secret) && stands(one, text, start));
    if (form === undefined) continue;
    found.push(form.secret);
    out += text.slice(from, start) + form.shown;
    from = start + form.text.length;
    at = from - 1;
    key = 0;
  }
  return { text: from === 0 ? text : out + text.slice(from), found };
}

function stands({ text: spelled, isWhole }: Form, text: string, start: number): boolean {
  if (!text.startsWith(spelled, start)) return false;
  return isWhole !== true || !/^[\p{L}\p{N}_]/u.test(text.slice(start + spelled.length, start + spelled.length + 2));
}
