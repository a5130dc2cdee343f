// What one role was given in a database, as an access word or as a map of details. Pure.
import { type AccessWord, accessWords } from '../manifest/shapes/access-words.ts';
import { isSame, isWithin } from './holders.ts';
import { objectText, schemaText } from './object-text.ts';

export type DescribedDetail = Readonly<
  Record<string, string | readonly string[] | Readonly<Record<string, readonly string[]>>>
>;

/** On things of a schema, by class: what is given on all of them, or on one. */
interface OnAll {
  readonly tables: ReadonlySet<string>;
  readonly sequences: ReadonlySet<string>;
}

export interface GivenInDatabase {
  readonly database: ReadonlySet<string>;
  readonly mayDatabase: ReadonlySet<string>;
  /** By declared schema: what was given, and what it may. */
  readonly schemas: ReadonlyMap<string, { readonly given: ReadonlySet<string>; readonly may: ReadonlySet<string> }>;
  readonly all: OnAll;
  /** Classes of which nothing is there, and nothing is said of what comes. */
  readonly free: ReadonlySet<'tables' | 'sequences'>;
  /** Beyond what is given on all. */
  readonly relations: readonly {
    readonly schema: string;
    readonly name: string;
    readonly privileges: ReadonlySet<string>;
  }[];
  readonly columns: readonly {
    readonly schema: string;
    readonly table: string;
    readonly column: string;
    readonly privileges: ReadonlySet<string>;
  }[];
  /** As a manifest writes them. */
  readonly routines: readonly { readonly schema: string; readonly text: string }[];
  /** Types, with their schema, foreign servers and foreign-data wrappers, as a manifest writes them. */
  readonly used: readonly { readonly schema: string | null; readonly text: string }[];
}

/** The word that says just that; undefined where none does. */
export function wordOf(given: GivenInDatabase): AccessWord | undefined {
  const { relations, columns, routines, used } = given;
  if ([relations, columns, routines, used].some(({ length }) => length > 0)) return undefined;
  const words = Object.keys(accessWords) as AccessWord[];
  return words.reverse().find((word) => {
    const gift = accessWords[word];
    const isOnDatabase = isWithin(given.database, gift.database) && isWithin(new Set(gift.database), given.mayDatabase);
    const isOnSchemas = [...given.schemas.values()].every(
      ({ given: on, may }) =>
        isWithin(on, gift.schema) && gift.schema.every((one) => (one === 'USAGE' ? may : on).has(one)),
    );
    const isOnAll = (['tables', 'sequences'] as const).every(
      (one) => isSame(given.all[one], gift[one]) || (given.free.has(one) && given.all[one].size === 0),
    );
    return isOnDatabase && isOnSchemas && isOnAll;
  });
}

/** The details, or why there are none that say just that. */
export function detailOf(given: GivenInDatabase): DescribedDetail | { readonly fault: string } {
  if (!given.mayDatabase.has('CONNECT')) return { fault: 'was given privileges in a database that it may not enter' };
  const used = usedSchemas(given);
  const shut = [...used].find((schema) => !given.schemas.get(schema)?.may.has('USAGE'));
  if (shut !== undefined) return { fault: `was given privileges in schema ${shut}, and no USAGE on it` };
  const lists = new Map<string, Set<string>>();
  const add = (privilege: string, on: string) => lists.set(privilege, new Set([...(lists.get(privilege) ?? []), on]));
  for (const privilege of given.database) if (privilege !== 'CONNECT') add(privilege, 'database');
  const schemas = [...given.schemas];
  for (const privilege of ['USAGE', 'CREATE']) {
    const having = schemas.filter(([, { given: on }]) => on.has(privilege));
    const said = privilege === 'USAGE' ? having.filter(([name]) => !used.has(name)) : having;
    const isAll = having.length === schemas.length && schemas.length > 1;
    if (said.length > 0)
      for (const [name] of isAll ? [['schemas']] : said) add(privilege, isAll ? 'schemas' : schemaText(name ?? ''));
  }
  for (const one of ['tables', 'sequences'] as const) for (const privilege of given.all[one]) add(privilege, one);
  for (const { schema, name, privileges } of given.relations)
    for (const privilege of privileges) add(privilege, objectText(schema, name));
  for (const { text } of given.routines) add('EXECUTE', text);
  for (const { text } of given.used) add('USAGE', text);
  const columns = new Map<string, Map<string, string[]>>();
  for (const { schema, table, column, privileges } of given.columns) {
    for (const privilege of privileges) {
      const tables = columns.get(privilege) ?? new Map<string, string[]>();
      columns.set(privilege, tables);
      const text = objectText(schema, table);
      tables.set(text, [...(tables.get(text) ?? []), column]);
    }
  }
  const both = [...columns.keys()].find((privilege) => lists.has(privilege));
  if (both !== undefined) return { fault: `was given ${both} on single columns and on whole tables` };
  const detail = new Map<string, DescribedDetail[string]>();
  for (const [privilege, on] of lists) detail.set(privilege, writtenOn([...on]));
  for (const [privilege, tables] of columns) detail.set(privilege, Object.fromEntries(tables));
  return Object.fromEntries([...detail].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
}

/** Nothing in them is of use without USAGE, which goes without saying. */
function usedSchemas({ schemas, all, relations, columns, routines, used }: GivenInDatabase): Set<string> {
  const named = [...relations, ...columns, ...routines, ...used].flatMap(({ schema }) => schema ?? []);
  return new Set([...named, ...(all.tables.size + all.sequences.size > 0 ? schemas.keys() : [])]);
}

const order = [
  ...['TEMPORARY', 'CREATE', 'USAGE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  ...['MAINTAIN', 'EXECUTE'],
];

/** A word for all of a kind stands alone; in a list it stands first. */
function writtenOn(on: readonly string[]): string | readonly string[] {
  const kinds = ['database', 'schemas', 'tables', 'sequences'];
  const [first = ''] = on;
  if (on.length === 1 && kinds.includes(first)) return first;
  return [...on.filter((one) => kinds.includes(one)), ...on.filter((one) => !kinds.includes(one)).sort()];
}
