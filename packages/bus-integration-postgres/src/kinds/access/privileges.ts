// What the steps about privileges say, and the statements that they are: what one grantee gets or loses. Pure.
import { type ContentOf, type ShapeWords, some } from 'bus-integration-database';
import { alike } from '../../text/alike.ts';
import { someNames } from '../../text/bounded.ts';
import { shown } from '../../text/shown.ts';
import { identifier, routineName } from '../../text/sql-text.ts';
import type { Statement } from '../kind/kind.ts';
import { quotedSetting } from '../roles/setting-content.ts';
import { type FilledObject, type Grantee, granteeName, sqlOf } from './grant-object.ts';

/**
 * Privileges of one grantee, on each object of one database that they are granted on or taken from. The grantee is a
 * role's name, or null for everyone (SQL's PUBLIC). What no database holds, such as a parameter of the server, has no
 * `database`. Privileges that are `grantable` are granted with the grant option; where such are taken, the option alone is.
 * Tables, sequences and routines without names are all that are in the schema. `as` is the owner, whose rights it needs.
 */
export const privilegesShape = ({ shape, text, orNull, list, may, always, either }: ShapeWords) => {
  const held = { privileges: list(text), grantable: may(always(true)) };
  const named = { as: may(text), ...held, names: list(text) };
  const inSchema = { schema: text, as: may(text), ...held };
  return shape({
    database: may(text),
    grantee: orNull(text),
    on: list(
      either(
        shape({ type: always('database'), as: may(text), ...held }),
        shape({ type: always('schema'), ...inSchema }),
        shape({ type: always('tables'), ...inSchema, names: may(list(text)) }),
        shape({ type: always('sequences'), ...inSchema, names: may(list(text)) }),
        shape({ type: always('routines'), ...inSchema, routines: may(list(shape({ name: text, arguments: text }))) }),
        shape({ type: always('columns'), ...inSchema, table: text, columns: list(text) }),
        shape({ type: always('types'), ...inSchema, names: list(text) }),
        shape({ type: always('foreign-servers'), ...named }),
        shape({ type: always('foreign-data-wrappers'), ...named }),
        shape({ type: always('parameters'), ...held, names: list(text) }),
      ),
    ),
  });
};
export type StepPrivileges = ContentOf<typeof privilegesShape>;
export type OnObject = StepPrivileges['on'][number];

/** Privileges, and those of them that are meant with their grant option, or as that alone. */
export interface PrivilegeLists {
  readonly privileges: readonly string[];
  readonly grantable?: readonly string[] | undefined;
}

/** Privileges on one object, in the form of a step. Each is in one of both lists. */
export function onOneObject(
  on: FilledObject,
  grantee: Grantee,
  { privileges, grantable = [] }: PrivilegeLists,
): StepPrivileges {
  const parts = [
    ...(privileges.length > 0 ? [{ privileges }] : []),
    ...(grantable.length > 0 ? [{ privileges: grantable, grantable: true as const }] : []),
  ];
  return {
    database: on.database,
    grantee: granteeName(grantee),
    on: parts.map((privileges) => inStep(on, { ...privileges, ...(on.owner !== undefined && { as: on.owner }) })),
  };
}

type Held = Pick<OnObject, 'privileges' | 'grantable'> & { readonly as?: string };

function inStep(on: FilledObject, held: Held): OnObject {
  switch (on.type) {
    case 'database':
      return { type: on.type, ...held };
    case 'schema':
      return { type: on.type, schema: on.schema, ...held };
    case 'type':
      return { type: 'types', schema: on.schema, ...held, names: [on.name] };
    default:
      return { type: `${on.type}s`, ...held, names: [on.name] };
  }
}

/** What one grantee has on all objects of one database; undefined of nothing. */
export function joined(parts: readonly StepPrivileges[]): StepPrivileges | undefined {
  const [first] = parts;
  return first && { ...first, on: parts.flatMap(({ on }) => on) };
}

/** GRANT or REVOKE of a grantee's privileges: inside a database on what is in it, on the database itself from outside. */
export function privilegeStatements(verb: 'GRANT' | 'REVOKE', desired: StepPrivileges): Statement[] {
  const { database, on } = desired;
  const statements = alike(on, ofWholeSchema).map(([one, ...others]): Statement => {
    const sql = privilegeSql(verb, one, desired, others);
    // They are the server's: given once the roles are there, taken last.
    if (one.type === 'parameters') return { phase: verb === 'GRANT' ? 'memberships' : 'leave', sql };
    const phase = one.type === 'database' ? 'enter' : 'inside';
    const { as } = one;
    return { phase, sql, ...(database !== undefined && { database }), ...(as !== undefined && { as }) };
  });
  return [...statements].sort((one, other) => Number(one.phase === 'enter') - Number(other.phase === 'enter'));
}

/** What tells a statement about whole schemas from others; undefined of what has a statement of its own. */
function ofWholeSchema(one: OnObject): unknown {
  const isWhole =
    one.type === 'schema' ||
    ((one.type === 'tables' || one.type === 'sequences') && one.names === undefined) ||
    (one.type === 'routines' && one.routines === undefined);
  return isWhole ? [one.type, one.privileges, one.grantable, one.as] : undefined;
}

/** The statement for one object, or for several alike: `others` are whole schemas, with the same privileges. */
export function privilegeSql(
  verb: 'GRANT' | 'REVOKE',
  one: OnObject,
  { database = '', grantee }: Pick<StepPrivileges, 'database' | 'grantee'>,
  others: readonly OnObject[] = [],
): string {
  const more = others.map((other) => ('schema' in other ? `, ${identifier(other.schema)}` : '')).join('');
  const object = `${sqlOfObject(one, database)}${more}`;
  const columns = one.type === 'columns' ? ` (${one.columns.map(identifier).join(', ')})` : '';
  const list = one.privileges.map((privilege) => `${privilege}${columns}`).join(', ');
  const who = grantee === null ? 'PUBLIC' : identifier(grantee);
  return verb === 'GRANT'
    ? `GRANT ${list} ON ${object} TO ${who}${one.grantable ? ' WITH GRANT OPTION' : ''}`
    : `REVOKE ${one.grantable ? 'GRANT OPTION FOR ' : ''}${list} ON ${object} FROM ${who}`;
}

function sqlOfObject(one: OnObject, database: string): string {
  switch (one.type) {
    case 'database':
    case 'schema':
      return sqlOf({ ...one, database });
    case 'columns':
      return `TABLE ${identifier(one.schema)}.${identifier(one.table)}`;
    case 'types':
      return `TYPE ${one.names.map((name) => `${identifier(one.schema)}.${identifier(name)}`).join(', ')}`;
    case 'foreign-servers':
    case 'foreign-data-wrappers':
      return `${kindWords[one.type]} ${one.names.map(identifier).join(', ')}`;
    case 'parameters':
      return `PARAMETER ${one.names.map(quotedSetting).join(', ')}`;
    case 'routines':
      return someOrAll(one.type, one.schema, one.routines, (routine) => routineName(one.schema, routine));
    default:
      return someOrAll(one.type, one.schema, one.names, (name) => `${identifier(one.schema)}.${identifier(name)}`);
  }
}

const kindWords = { 'foreign-servers': 'FOREIGN SERVER', 'foreign-data-wrappers': 'FOREIGN DATA WRAPPER' } as const;

function someOrAll<T>(
  type: 'tables' | 'sequences' | 'routines',
  schema: string,
  some: readonly T[] | undefined,
  sqlOfOne: (one: T) => string,
): string {
  const word = type.toUpperCase();
  if (some === undefined) return `ALL ${word} IN SCHEMA ${identifier(schema)}`;
  return `${word.slice(0, -1)} ${some.map(sqlOfOne).join(', ')}`;
}

export function privilegesSummary(verb: 'GRANT' | 'REVOKE', { grantee, on }: StepPrivileges): string {
  const parts = on.map((one) => {
    const [before, after] = verb === 'GRANT' ? ['', ' with grant option'] : ['grant option for ', ''];
    const list = one.privileges.join(', ');
    const held = one.grantable ? `${before}${list}${after}` : list;
    return one.type === 'database' ? held : `${wordsOfObject(one)}: ${held}`;
  });
  const who = grantee === null ? 'PUBLIC' : shown(grantee);
  return verb === 'GRANT' ? `${who}: ${parts.join('; ')}` : `${who} loses ${parts.join('; ')}`;
}

/** `tables of app`, `tables app.a, app.b and 7 more` */
export function wordsOfObject(one: Exclude<OnObject, { readonly type: 'database' }>): string {
  if (one.type === 'parameters') return `parameter${one.names.length === 1 ? '' : 's'} ${someNames(one.names)}`;
  if (!('schema' in one))
    return `${one.type === 'foreign-servers' ? 'foreign server' : 'foreign-data wrapper'} ${someNames(one.names)}`;
  const schema = shown(one.schema);
  const several = (names: readonly string[] | undefined) =>
    names === undefined
      ? `${one.type} of ${schema}`
      : `${one.type} ${some(names.map((name) => `${schema}.${shown(name)}`))}`;
  switch (one.type) {
    case 'schema':
      return `schema ${schema}`;
    case 'types':
      return `type ${some(one.names.map((name) => `${schema}.${shown(name)}`))}`;
    case 'columns':
      return `columns ${someNames(one.columns)} of ${schema}.${shown(one.table)}`;
    case 'routines':
      return several(one.routines?.map(({ name, ...of }) => `${name}(${of.arguments})`));
    default:
      return several(one.names);
  }
}
