// Which routine a name with argument types means, of those that a server has. Pure.
// https://www.postgresql.org/docs/current/datatype.html
import type { ObservedRoutine } from '../../observe/observed-objects.ts';

/** SQL's other names of types. */
const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  decimal: 'numeric',
  dec: 'numeric',
  float: 'double precision',
  char: 'character',
  'national character': 'character',
  nchar: 'character',
  'char varying': 'character varying',
  'timestamp without time zone': 'timestamp',
  'time without time zone': 'time',
  'bit varying': 'varbit',
};

/** Whether a routine has this name and takes arguments of these types. */
export function isRoutine(
  routine: Pick<ObservedRoutine, 'name' | 'types'>,
  desired: { readonly routine: string; readonly arguments: readonly string[] },
): boolean {
  return (
    routine.name === desired.routine &&
    routine.types.length === desired.arguments.length &&
    routine.types.every((type, place) => isType(type, desired.arguments[place] ?? ''))
  );
}

function isType([written, name, isArray]: ObservedRoutine['types'][number], wanted: string): boolean {
  const { base, isArray: isDesiredArray } = bare(wanted);
  if (isArray !== isDesiredArray) return false;
  const known = aliases[base] ?? base;
  const own = [written, name, `pg_catalog.${name}`].map((one) => bare(one).base);
  return own.some((one) => one === known || (aliases[one] ?? one) === known);
}

/** Without what does not tell types apart: the case of bare words, lengths, blanks, and quotes that need not be. */
function bare(type: string): { readonly base: string; readonly isArray: boolean } {
  const parts = type.split(/("(?:[^"]|"")*")/).map((part) =>
    part.startsWith('"')
      ? part
      : part
          .toLowerCase()
          .replaceAll(/\([^)]*\)/g, ' ')
          .replaceAll(/\s+/g, ' '),
  );
  const text = parts
    .join('')
    .trim()
    .replaceAll(/ ?([.[\]]) ?/g, '$1');
  const isArray = /(?:\[\d*\])+$/.test(text) || / array$/.test(text);
  const base = text.replace(/(?:\[\d*\])+$|\s+array$/, '').trim();
  return { base: base.replaceAll(/"(?!char")([a-z_][a-z0-9_$]*)"/g, '$1'), isArray };
}
