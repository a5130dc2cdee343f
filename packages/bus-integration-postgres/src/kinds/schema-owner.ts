// A schema and all that is in it given to its owner: what has to move, what can't, and the statements that move it. First
// the owner is let in, last the schema goes: whatever a run is cut off over, nothing loses what it needs. Pure.
// https://www.postgresql.org/docs/current/sql-alterschema.html
import { advise, type ContentOf, type Diagnostic, type ShapeWords, type StepOf } from 'bus-integration-database';
import { ownership } from '../observe/mark.ts';
import type { Observation, ObservedStrays } from '../observe/observation.ts';
import { movingBlock, type StrayType, strayTypes } from '../sql/strays-query.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, superuser } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { lacksToActAs } from './acting.ts';
import { findSchema } from './found.ts';
import type { Registered, Rule, Scope, Statement } from './kind.ts';
import { lacking } from './kind-words.ts';

/** By role: on the schema, and on all things of a kind in it. */
export type OwnersPrivileges = Readonly<
  Record<string, Partial<Readonly<Record<'schema' | 'TABLE' | 'SEQUENCE' | 'ROUTINE', readonly string[]>>>>
>;

/** Things of one kind and owner. */
export interface Strays {
  readonly owner: string;
  readonly type: StrayType;
  readonly count: number;
  /** As SQL; absent where they are many. */
  readonly names?: readonly string[];
  /** How many are moved in one transaction. */
  readonly at_once: number;
  /** What their old owner keeps on each. */
  readonly keeps?: readonly string[];
}

/** What a schema with an owner is compared by. */
export interface OwnedSchema {
  readonly database: string;
  readonly name: string;
  readonly owner?: string;
  readonly makers?: readonly string[];
  readonly privileges?: OwnersPrivileges;
}

export function ownersOf({ makers, privileges }: OwnedSchema): Partial<OwnedSchema> {
  return { ...(makers !== undefined && { makers }), ...(privileges !== undefined && { privileges }) };
}

/** What this run can move: things of the admin, and of roles of the deployment that it may act as. */
export function movable(wish: OwnedSchema, scope: Scope): Strays[] {
  return straysIn(wish, scope.seen).flatMap((one) =>
    whyNot(one, scope) === undefined ? [straysOf(one, wish, scope.seen)] : [],
  );
}

/** What this run can't move, with the statements for who can. */
export function immovable(wish: OwnedSchema, scope: Scope): Diagnostic[] {
  const { database, name, owner = '' } = wish;
  const { server } = scope.seen;
  return straysIn(wish, scope.seen).flatMap((one): Diagnostic[] => {
    const why = whyNot(one, scope);
    if (why === undefined) return [];
    const all = { ...straysOf(one, wish, scope.seen), at_once: one.count };
    const sql = moving({ database, schema: name, to: owner, versionNum: server.versionNum }, all).map(
      (statement) => `${statement.sql};`,
    );
    return [
      {
        severity: 'warn',
        code: 'owner-of-contents',
        message: `${countOf(one)} in schema ${shown(name)} of ${shown(database)} belong${one.count === 1 ? 's' : ''} to ${shown(one.owner)}, not to ${shown(owner)}, and stay${one.count === 1 ? 's' : ''} so: ${why}`,
        target: printable(database),
        ...advise(runs(`${shown(one.owner)} or a superuser`, inDatabase(database), sql.join('\n'))),
      },
    ];
  });
}

function straysIn({ database, name, owner, makers = [] }: OwnedSchema, seen: Observation): readonly ObservedStrays[] {
  return (seen.inside.get(database)?.strays ?? []).filter(
    (one) => one.schema === name && one.owner !== owner && !makers.includes(one.owner),
  );
}

/** Why the things of a role are not moved; undefined where they are. */
function whyNot(
  { owner, adminActsAsOwner }: ObservedStrays,
  { seen, declared, deploymentId }: Scope,
): string | undefined {
  const { admin } = seen;
  if (owner === admin.name) return undefined;
  const isOurs =
    declared.roles.has(owner) || ownership(seen.roles.get(owner)?.comment ?? null, deploymentId) === 'ours';
  if (isOurs || (adminActsAsOwner && !admin.isSuperuser)) return lacksToActAs(owner, seen)[0]?.message;
  return `${shown(owner)} is no role of this deployment`;
}

function straysOf(one: ObservedStrays, { database, privileges = {} }: OwnedSchema, seen: Observation): Strays {
  const { owner, type, count, names } = one;
  const word = keptAs(type);
  const kept = word !== undefined && Object.hasOwn(privileges, owner) ? privileges[owner]?.[word] : undefined;
  return {
    owner,
    type,
    count,
    ...(names !== null && { names }),
    at_once: atOnce(type, seen.inside.get(database)?.lockCapacity),
    ...(kept !== undefined && kept.length > 0 && { keeps: kept }),
  };
}

/** What a privilege on it is granted on; undefined of things without any that a manifest gives. */
function keptAs(type: StrayType): 'TABLE' | 'SEQUENCE' | 'ROUTINE' | undefined {
  if (type === 'SEQUENCE' || type === 'ROUTINE' || type === 'TABLE') return type;
  return ['VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE'].includes(type) ? 'TABLE' : undefined;
}

/** A quarter of the lock table is left to one transaction; a table takes a lock for itself, its key, its TOAST and that one's. */
function atOnce(type: StrayType, capacity = 6400): number {
  return Math.max(1, Math.floor(capacity / 4 / (type === 'TABLE' || type === 'MATERIALIZED VIEW' ? 4 : 1)));
}

const contentsShape = ({ shape, text, number, list, may, oneOf }: ShapeWords) =>
  shape({
    owner: text,
    type: oneOf(strayTypes),
    count: number,
    names: may(list(text)),
    at_once: number,
    keeps: may(list(text)),
  });

export const changeOwnerFacts = {
  about: 'schema',
  before: (words: ShapeWords) => {
    const { shape, text, orNull, list, may } = words;
    const contents = may(list(contentsShape(words)));
    return shape({ database: text, name: text, owner: orNull(text), contents });
  },
  // As whom the admin can give it, and what who owned it before keeps on it, by the file.
  after: ({ shape, text, list, may }: ShapeWords) =>
    shape({ database: text, name: text, owner: text, acting_as: list(text), keeps: may(list(text)) }),
} as const satisfies Registered[string];

type ChangeOwner = StepOf<'change-owner', typeof changeOwnerFacts>;
type Before = ContentOf<typeof changeOwnerFacts.before>;

export function changeOwner(
  { database, name, owner = '', privileges = {} }: OwnedSchema,
  from: string | null,
  contents: readonly Strays[],
  seen: Observation,
): Omit<ChangeOwner, 'summary'> {
  const kept =
    from !== null && from !== owner && Object.hasOwn(privileges, from) ? (privileges[from]?.schema ?? []) : [];
  // Roles of the server's own are nobody's to join.
  const isOwn = from === null || from === owner || from.startsWith('pg_') || lacksToActAs(from, seen).length > 0;
  const actable = isOwn ? [] : [from];
  return {
    action: 'change-owner',
    target: `${printable(database)}.${printable(name)}`,
    risk: 'update',
    before: { database, name, owner: from, ...(contents.length > 0 && { contents }) },
    after: { database, name, owner, acting_as: actable, ...(kept.length > 0 && { keeps: kept }) },
  };
}

export const changeOwnerRule: Rule<ChangeOwner> = {
  place: 'contents',
  summary: ({ before, after }) => {
    const { contents = [], owner, name = '' } = before ?? {};
    const parts = [
      ...(owner === after?.owner ? [] : [`schema ${shown(name)}`]),
      ...contents.map((one) => `${countOf(one)} of ${shown(one.owner)}`),
    ];
    return `to ${shown(after?.owner ?? '')}: ${parts.join(', ')}`;
  },
  statements: ({ before, after }, { versionNum }) =>
    before === undefined || after === undefined ? [] : changing(before, after, versionNum),
  lacks: ({ before, after }, seen) =>
    before === undefined || after === undefined ? [] : lacksOwner(before, after, seen),
  changes: ({ after }) => ({ database: after?.database ?? '' }),
};

function changing(
  { database, name, owner, contents = [] }: Before,
  { owner: to, acting_as: from, keeps = [] }: NonNullable<ChangeOwner['after']>,
  versionNum: number,
): Statement[] {
  const schema = `SCHEMA ${identifier(name)}`;
  const isMoved = owner !== to;
  const statement = (sql: string, ...as: string[]): Statement => ({ phase: 'inside', database, sql, as });
  return [
    ...(isMoved && contents.length > 0
      ? [statement(`GRANT CREATE, USAGE ON ${schema} TO ${identifier(to)}`, ...from)]
      : []),
    ...contents.flatMap((one) => moving({ database, schema: name, to, versionNum }, one)),
    ...(isMoved ? [statement(`ALTER ${schema} OWNER TO ${identifier(to)}`, ...from, to)] : []),
    ...(isMoved && keeps.length > 0
      ? [statement(`GRANT ${keeps.join(', ')} ON ${schema} TO ${identifier(owner ?? '')}`, to)]
      : []),
  ];
}

interface Place {
  readonly database: string;
  readonly schema: string;
  readonly to: string;
  readonly versionNum: number;
}

/** One by one where they are named, else so many in each transaction. */
function moving({ database, schema, to, versionNum }: Place, strays: Strays): Statement[] {
  const { owner, type, count, names, at_once, keeps = [] } = strays;
  const statement = { phase: 'inside' as const, database, as: [owner, to] };
  if (names === undefined) {
    const sql = movingBlock(versionNum, { schema, from: owner, to, type, most: at_once, keeps });
    return Array.from({ length: Math.ceil(count / at_once) }, () => ({ ...statement, sql, share: 1 }));
  }
  const kept = keptAs(type);
  return names.flatMap((name) => [
    { ...statement, sql: `ALTER ${type} ${name} OWNER TO ${identifier(to)}`, share: 1 / at_once },
    ...(keeps.length === 0
      ? []
      : [{ ...statement, sql: `GRANT ${keeps.join(', ')} ON ${kept} ${name} TO ${identifier(owner)}` }]),
  ]);
}

function lacksOwner(
  { database, name, owner: from }: Before,
  after: NonNullable<ChangeOwner['after']>,
  seen: Observation,
) {
  const { owner, acting_as } = after;
  if (from === owner) return [];
  const own = seen.databases.get(database)?.owner ?? seen.admin.name;
  // Its one member is the database's owner: https://www.postgresql.org/docs/current/predefined-roles.html
  const isImplied = from === 'pg_database_owner' && (own === owner || lacksToActAs(own, seen).length === 0);
  const isOwn = seen.admin.isSuperuser || findSchema(seen, database, name)?.adminActsAsOwner || isImplied;
  const needed = lacksCreate(database, owner, `give schema ${shown(name)} away in`, seen);
  if (isOwn || acting_as.length > 0) return needed;
  const statement = runs(
    superuser,
    inDatabase(database),
    `ALTER SCHEMA ${identifier(name)} OWNER TO ${identifier(owner)};`,
  );
  const whose = from === null ? "the server's superuser" : shown(from);
  const message = `schema ${shown(name)} of database ${shown(database)} belongs to ${whose}; giving it to ${shown(owner)} needs its owner`;
  // Nobody can do it before the database is made.
  const isMade = seen.databases.has(database);
  const remedy = isMade ? statement : ['leave owner out until the database is made; then ', statement];
  return [lacking('lacks-ownership', message, { remedy }), ...needed];
}

/** CREATE on the database, which the admin may also have as the role that it acts as. */
export function lacksCreate(
  database: string,
  as: string | undefined,
  purpose: string,
  seen: Observation,
): Diagnostic[] {
  const inside = seen.inside.get(database);
  const isOwner = as !== undefined && seen.databases.get(database)?.owner === as;
  if (inside === undefined || inside.adminMayCreateSchemas || isOwner) return [];
  const { admin } = seen;
  return [
    lacking('lacks-create', `role ${shown(admin.name)} may not ${purpose} database ${shown(database)}`, {
      remedy: runs(
        ownerOrSuperuser,
        anyDatabase,
        `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
      ),
    }),
  ];
}

function countOf({ count, type }: { readonly count: number; readonly type: StrayType }): string {
  const word = type.toLowerCase();
  const many =
    word === 'statistics'
      ? word
      : word.endsWith('y')
        ? `${word.slice(0, -1)}ies`
        : word.endsWith('ss')
          ? `${word}es`
          : `${word}s`;
  return `${count} ${count === 1 ? word : many}`;
}
