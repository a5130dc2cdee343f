// The shape of access: a word, or a map of words and privileges to what they are given on. Judges each name by what its
// privilege can be given on; whether its schema is declared is judged where the databases are known.
import {
  either,
  list,
  type ManifestShape,
  map,
  object,
  quotedName,
  type ShapeKey,
  type TextFault,
  text,
  type ValueOf,
} from 'bus-integration-database/manifest';
import { accessWords, type Detail, details, noDetails, scopeOf } from './access-words.ts';
import { kindWordOf, parseKindNamed, parseObjectName } from './object-names.ts';

/** Names with the columns of each; a list of names; or a word for all of a kind. */
type Objects = string | readonly string[] | Readonly<Record<string, readonly string[]>>;

const columns = list(
  text({ expected: 'a column', fault: (name) => (name === '' ? 'is empty' : undefined) }),
  (name) => name,
  'columns',
);

const detailKeys = Object.fromEntries(
  (Object.keys(details) as Detail[]).map((detail) => [
    detail,
    { shape: objectsOf(detail), text: scopeOf(detail).text },
  ]),
) as unknown as Readonly<Record<Detail, ShapeKey<Objects>>>;

/** What a word of one's own stands for, and what stands in place of a word. */
export const detailShape = object({ of: 'access', keys: detailKeys, refused: noDetails });

export type AccessDetail = ValueOf<typeof detailShape>;

const words = [...Object.keys(accessWords), 'none'];

/** A word, or a map. Which words there are beside ours, the file says. */
export const accessShape = either(
  text({ expected: 'an access word', schema: { anyOf: [{ enum: words }, {}] } }),
  detailShape,
);

export type Access = ValueOf<typeof accessShape>;

function objectsOf(detail: Detail): ManifestShape<Objects> {
  const { all, hasColumns } = { hasColumns: false, ...scopeOf(detail) };
  const alone = text({
    expected: allOf(all),
    fault: (name) => (all.includes(name) ? undefined : aloneFault(detail, name)),
    schema: { enum: all },
  });
  const named = text({ expected: 'a name', fault: (name) => nameFault(detail, name) });
  const names = list(named, (name) => name, 'names');
  if (!hasColumns) return either(alone, names) as ManifestShape<Objects>;
  return either(
    alone,
    names,
    map(columns, { of: 'table', fault: (name) => nameFault(detail, name, true) }),
  ) as ManifestShape<Objects>;
}

function allOf(all: readonly string[]): string {
  return all.join(' or ');
}

function aloneFault(detail: Detail, name: string): TextFault {
  if (nameFault(detail, name) !== undefined) return nameFault(detail, name) ?? '';
  return { why: `stands alone; names are a list: [${name}]`, instead: `[${JSON.stringify(name)}]` };
}

/** Why something can't be given there, as the end of a sentence that begins with the name. */
function nameFault(detail: Detail, text: string, isTable = false): string | undefined {
  const { all, names } = scopeOf(detail);
  if (!isTable && all.includes(text)) return undefined;
  const kinds = ['tables', 'sequences', 'routines', 'schemas', 'types', 'database'];
  if (text === 'types' && names === 'usable')
    return 'is not a word for all of a kind: name each one, like TYPE app.money';
  if (kinds.includes(text)) return `is not what ${detail} can be given on, expected ${allOf(all)}, or names`;
  if (names === 'none') return `is not what ${detail} can be given on, expected ${allOf(all)}`;
  if (kindWordOf(text) !== undefined)
    return names === 'usable' ? kindFault(text) : `names its kind, on which USAGE can be given, not ${detail}`;
  const parsed = parseObjectName(text);
  const example = examples[names];
  if (parsed === undefined) return `is not a name, expected one like ${example}`;
  if (names === 'routine')
    return parsed.schema === undefined || parsed.arguments === undefined
      ? `is not a routine with its schema and its argument types, expected one like ${example}`
      : undefined;
  if (parsed.arguments !== undefined) return `is a routine, on which EXECUTE can be given, not ${detail}`;
  if (names === 'schema')
    return parsed.schema === undefined ? undefined : `is not a schema, on which alone ${detail} can be given`;
  if (names === 'relation' && parsed.schema === undefined) return `has no schema, expected a name like ${example}`;
  return undefined;
}

/** What is named with its kind. */
function kindFault(text: string): string | undefined {
  if (parseKindNamed(text) !== undefined) return undefined;
  return `names no type, foreign server or foreign-data wrapper, expected one like ${kindExamples.join(', ')}`;
}

const kindExamples = ['TYPE app.money', 'FOREIGN SERVER files', 'FOREIGN DATA WRAPPER postgres_fdw'] as const;

const examples = {
  relation: 'app.invoices',
  routine: 'app.close_month(date)',
  schema: 'app',
  usable: `app, app.invoices_id_seq, ${kindExamples.join(', ')}`,
} as const;

/** The schemas that a detail names, each with what it was named for and the name that it stands in. */
export function schemasIn(
  access: AccessDetail,
): readonly { readonly schema: string; readonly detail: string; readonly name: string }[] {
  return Object.entries(access).flatMap(([detail, objects = []]) => {
    const { all, names } = scopeOf(detail as Detail);
    const given = typeof objects === 'string' ? [] : Array.isArray(objects) ? objects : Object.keys(objects);
    return given.flatMap((name: string) => {
      const parsed = all.includes(name) ? undefined : parseObjectName(name);
      const isSchema = names === 'schema' || names === 'usable';
      const schema = parseKindNamed(name)?.schema ?? parsed?.schema ?? (isSchema ? parsed?.name : undefined);
      return schema === undefined ? [] : [{ schema, detail, name }];
    });
  });
}

/** Why a word of one's own can't be called so, as the end of a sentence. */
export function wordFault(word: string): string | undefined {
  if (word === 'none' || Object.hasOwn(details, word) || word === 'connect')
    return 'is a word that has its meaning already';
  return /^[a-z][a-z0-9_-]*$/.test(word)
    ? undefined
    : `is not a word, expected small letters, digits, _ and -, like ${quotedName('support')}`;
}
