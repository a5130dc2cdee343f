// Names of things inside a database, as a manifest writes them: `app.invoices`, `"My Schema"."T"`,
// `app.close_month(date)`, `TYPE app.money`, `FOREIGN SERVER files`. Names are exact: nothing is folded to lower case. Pure.

export interface ObjectName {
  /** Absent of a name without a schema. */
  readonly schema?: string;
  readonly name: string;
  /** Of a routine: the types of its arguments, as written. */
  readonly arguments?: readonly string[];
}

/**
 * The parts of a name; undefined where it is none.
 *
 * @example
 * parseObjectName('app.close_month(date)'); // { schema: 'app', name: 'close_month', arguments: ['date'] }
 */
export function parseObjectName(text: string): ObjectName | undefined {
  const part = '("(?:[^"]|"")+"|[^\\s".,()]+)';
  const match = new RegExp(`^${part}(?:\\.${part})?(\\(.*\\))?$`, 's').exec(text);
  const [, first, second, list] = match ?? [];
  if (first === undefined) return undefined;
  const types = list === undefined ? undefined : argumentTypes(list.slice(1, -1));
  if (list !== undefined && types === undefined) return undefined;
  return {
    ...(second !== undefined && { schema: bare(first) }),
    name: bare(second ?? first),
    ...(types !== undefined && { arguments: types }),
  };
}

/** What is named with its kind, as in GRANT. */
export interface KindNamed {
  readonly type: 'type' | 'foreign-server' | 'foreign-data-wrapper';
  /** Of a type. */
  readonly schema?: string;
  readonly name: string;
}

const kindWords = {
  TYPE: 'type',
  'FOREIGN SERVER': 'foreign-server',
  'FOREIGN DATA WRAPPER': 'foreign-data-wrapper',
} as const;

/** The words that a name begins with, however they are written, and the rest of it. */
export function kindWordOf(text: string): { readonly word: string; readonly rest: string } | undefined {
  const [, word, rest] = /^(type|domain|(?:foreign )?server|foreign[ -]data wrapper) (.*)$/is.exec(text) ?? [];
  return word === undefined || rest === undefined ? undefined : { word, rest };
}

/**
 * A type, foreign server or foreign-data wrapper; undefined where the text names none.
 *
 * @example
 * parseKindNamed('TYPE app.money'); // { type: 'type', schema: 'app', name: 'money' }
 */
export function parseKindNamed(text: string): KindNamed | undefined {
  const { word = '', rest = '' } = kindWordOf(text) ?? {};
  if (!Object.hasOwn(kindWords, word)) return undefined;
  const type = kindWords[word as keyof typeof kindWords];
  const parsed = parseObjectName(rest);
  if (parsed === undefined || parsed.arguments !== undefined) return undefined;
  const { schema, name } = parsed;
  // Foreign servers and wrappers are in no schema.
  if ((type === 'type') !== (schema !== undefined)) return undefined;
  return { type, ...(schema !== undefined && { schema }), name };
}

function bare(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}

/** Split at commas that stand in no parentheses and no quotes: `numeric(10,2), "My Type"[]`. */
function argumentTypes(list: string): readonly string[] | undefined {
  if (list.trim() === '') return [];
  const types: string[] = [];
  let [type, depth, isQuoted] = ['', 0, false];
  for (const character of list) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '(') depth += 1;
    else if (!isQuoted && character === ')') depth -= 1;
    if (depth < 0) return undefined;
    if (character === ',' && depth === 0 && !isQuoted) {
      types.push(type.trim());
      type = '';
    } else type += character;
  }
  types.push(type.trim());
  const isType = (one: string) => /^[\p{L}_"][\p{L}\p{N}_$ ."(),[\]]*$/u.test(one);
  return depth === 0 && !isQuoted && types.every(isType) ? types : undefined;
}
