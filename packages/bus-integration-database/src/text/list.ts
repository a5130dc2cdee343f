// Lists as people write them, in a key or a flag: items with commas or white space between them. Pure.

export interface List {
  readonly items: readonly string[];
  /** What was seen, as the end of a sentence, and what to write instead. */
  readonly fault?: { readonly seen: string; readonly remedy: string };
}

/**
 * The items of a list; none of a blank text. An empty item and a `;` are faults: neither says what was meant.
 *
 * @example
 * readList('bus_auth, bus_events bus_usage'); // { items: ['bus_auth', 'bus_events', 'bus_usage'] }
 */
export function readList(text: string): List {
  if (text.includes(';')) return { items: [], fault: semicolon };
  const parts = text.split(',').map((part) => part.trim());
  const items = parts.flatMap((part) => part.split(/\s+/)).filter((item) => item !== '');
  return parts.length > 1 && parts.includes('') ? { items, fault: emptyItem } : { items };
}

const semicolon = {
  seen: 'holds a semicolon, expected commas or white space between two items',
  remedy: 'write commas instead; a name with a semicolon needs a manifest',
};
const emptyItem = { seen: 'has an empty item', remedy: 'write the items with one comma between them' };

/**
 * The names of an allow-list, which may also be written like a path: with commas, colons, semicolons or white space.
 *
 * @example
 * allowedNames('PGUSER:NODE_OPTIONS'); // Set { 'PGUSER', 'NODE_OPTIONS' }
 */
export function allowedNames(list: string | undefined): ReadonlySet<string> {
  return new Set((list ?? '').split(/[\s,:;]+/).filter((name) => name !== ''));
}

/** `1 role`, `4 databases`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `a, b and 3 more`. */
export function some(names: readonly string[], most = 4): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : names.join(', ');
}
