// What is in a schema and some other role's than its owner is to be: what of it a run can move, what it can't, and the
// statements that move it. Pure. https://www.postgresql.org/docs/current/sql-altertable.html
import { advise, type Diagnostic } from 'bus-integration-database';
import { ownership } from '../../observe/mark.ts';
import type { Observation, ObservedStrays } from '../../observe/observation.ts';
import { type Kept, movingBlock, type StrayType, sharingBlock } from '../../sql/strays-query.ts';
import { inDatabase, runs } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { Scope, Statement } from '../kind/kind.ts';
import { lacksToActAs } from './acting.ts';

/** By role: on all things of a kind. */
export type OwnersPrivileges = Readonly<
  Record<string, Partial<Readonly<Record<'TABLE' | 'SEQUENCE' | 'ROUTINE', readonly string[]>>>>
>;

/** Things of one kind and owner. */
export interface Strays {
  readonly owner: string;
  readonly type: StrayType;
  readonly runs_as_owner?: true;
  readonly count: number;
  /** As SQL; absent where they are many. */
  readonly names?: readonly string[];
  /** How many are moved in one transaction. */
  readonly at_once: number;
  /** What roles that have it by their old owner's rights keep on each, from the transaction on that moves it. */
  readonly keeps?: readonly Kept[];
}

/** What a schema with an owner is compared by. */
export interface OwnedSchema {
  readonly database: string;
  readonly name: string;
  readonly owner?: string;
  readonly makers?: readonly string[];
  readonly members?: readonly string[];
  readonly privileges?: OwnersPrivileges;
}

/** What this run can move: things of the admin, and of roles of the deployment that it may act as. */
export function movable(desired: OwnedSchema, scope: Scope): Strays[] {
  return straysIn(desired, scope.seen).flatMap((one) =>
    whyNot(one, scope) === undefined ? [straysOf(one, desired, scope.seen)] : [],
  );
}

/** What this run can't move, with the statements for who can. */
export function immovable(desired: OwnedSchema, scope: Scope): Diagnostic[] {
  const { database, name, owner = '' } = desired;
  const { server } = scope.seen;
  return straysIn(desired, scope.seen).flatMap((one): Diagnostic[] => {
    const why = whyNot(one, scope);
    if (why === undefined) return [];
    const all = { ...withoutKept(straysOf(one, desired, scope.seen)), at_once: one.count };
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

/** Whether what it does is done with rights that its owner doesn't have today, or lacks some that it has. */
export function givesRights(
  { owner, type, runs_as_owner }: Pick<Strays, 'owner' | 'type' | 'runs_as_owner'>,
  { owner: to = '', members = [] }: Pick<OwnedSchema, 'owner' | 'members'>,
  { admin, roles }: Observation,
): boolean {
  if (!runs_as_owner) return false;
  // Who calls such a routine need have no right to what it uses.
  if (type === 'ROUTINE') return true;
  return owner !== admin.name && !members.includes(owner) && roles.get(owner)?.memberOf.includes(to) !== true;
}

export const readFirst =
  'read the definition first; drop what is not needed, or make it SECURITY INVOKER (a view: security_invoker)';

/** What goes on with its new owner's rights, by name: whoever wrote it chose what is done with them. */
export function rightsGiven(desired: OwnedSchema, scope: Scope): Diagnostic[] {
  const { database, name, owner = '' } = desired;
  return movable(desired, scope).flatMap((one): Diagnostic[] => {
    if (!givesRights(one, desired, scope.seen)) return [];
    const named = one.names === undefined ? '' : `: ${one.names.map(printable).join(', ')}`;
    const [run, later] = one.count === 1 ? ['runs', 'it, it runs'] : ['run', 'them, they run'];
    return [
      {
        severity: 'warn',
        code: 'owner-rights',
        message: `${countOf(one)} in schema ${shown(name)} of ${shown(database)} ${run} with the rights of ${shown(one.owner)}, and once ${shown(owner)} owns ${later} with that role's${named}`,
        target: printable(database),
        ...advise(readFirst),
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
  { owner, adminActsAsOwner, runsAsOwner }: Pick<ObservedStrays, 'owner' | 'adminActsAsOwner' | 'runsAsOwner'>,
  { seen, declared, deploymentId }: Scope,
): string | undefined {
  const { admin } = seen;
  // It may need what no other role has.
  if (runsAsOwner && (owner === admin.name ? admin.isSuperuser : seen.roles.get(owner)?.isSuperuser))
    return 'what runs with the rights of a superuser is not given to another role';
  if (owner === admin.name) return undefined;
  const isOurs =
    declared.roles.has(owner) || ownership(seen.roles.get(owner)?.comment ?? null, deploymentId) === 'ours';
  if (isOurs || (adminActsAsOwner && !admin.isSuperuser)) return lacksToActAs(owner, seen)[0]?.message;
  return `${shown(owner)} is not a role of this deployment`;
}

/** What is run by somebody else names the things, where they are few; apply gives the privileges then. */
function withoutKept({ keeps, ...strays }: Strays): Strays {
  return { ...strays, ...(strays.names === undefined && keeps !== undefined && { keeps }) };
}

function straysOf(one: ObservedStrays, { database, privileges = {} }: OwnedSchema, seen: Observation): Strays {
  const { owner, type, runsAsOwner, count, names } = one;
  const word = keptAs(type);
  // By its rights are the old owner itself, and those that inherit from it.
  const keeps = Object.entries(privileges).flatMap(([role, own]): Kept[] => {
    if (word === undefined || (role !== owner && !seen.roles.get(role)?.inherits?.includes(owner))) return [];
    const kept = { role, privileges: own[word] ?? [], sequences: type === 'TABLE' ? (own.SEQUENCE ?? []) : [] };
    return kept.privileges.length === 0 && kept.sequences.length === 0 ? [] : [kept];
  });
  return {
    owner,
    type,
    ...(runsAsOwner && { runs_as_owner: true }),
    count,
    ...(names !== null && { names }),
    at_once: atOnce(type, seen.inside.get(database)?.lockCapacity),
    ...(keeps.length > 0 && { keeps }),
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

interface Place {
  readonly database: string;
  readonly schema: string;
  readonly to: string;
  readonly versionNum: number;
}

/** What runs with its owner's rights, which it must have on all that it uses. */
const definers: readonly StrayType[] = ['VIEW', 'MATERIALIZED VIEW', 'ROUTINE'];
const used: readonly StrayType[] = ['TABLE', 'FOREIGN TABLE', 'SEQUENCE', ...definers];

/**
 * All that moves, in an order in which everything works between two transactions: the new owner may use what is not yet
 * its own, then views and routines go, and after them what they use.
 */
export function movingAll(place: Place, contents: readonly Strays[]): Statement[] {
  const { database, schema, to, versionNum } = place;
  const owners = new Set(contents.filter(({ type }) => definers.includes(type)).map(({ owner }) => owner));
  const sharing = [...owners].filter(
    (from) => contents.filter(({ owner, type }) => owner === from && used.includes(type)).length > 1,
  );
  const rank = ({ type }: Strays) => (definers.includes(type) ? 0 : 1);
  return [
    ...sharing.map((from) => ({
      ...{ phase: 'inside' as const, database, as: [from, to] },
      sql: sharingBlock(versionNum, { schema, from, to }),
    })),
    ...[...contents].sort((one, other) => rank(one) - rank(other)).flatMap((one) => moving(place, one)),
  ];
}

/** One by one where they are named and nobody keeps anything on them, else so many in each transaction. */
function moving({ database, schema, to, versionNum }: Place, strays: Strays): Statement[] {
  const { owner, type, runs_as_owner, count, names, at_once, keeps = [] } = strays;
  const statement = { phase: 'inside' as const, database, as: [owner, to] };
  if (names === undefined || keeps.length > 0) {
    const sql = movingBlock(versionNum, {
      schema,
      from: owner,
      to,
      type,
      runsAsOwner: runs_as_owner === true,
      most: at_once,
      keeps,
    });
    const share = Math.min(1, count / at_once);
    return Array.from({ length: Math.ceil(count / at_once) }, () => ({ ...statement, sql, share }));
  }
  return names.map((name) => ({
    ...statement,
    sql: `ALTER ${type} ${name} OWNER TO ${identifier(to)}`,
    share: 1 / at_once,
  }));
}

export function countOf({ count, type }: Pick<Strays, 'count' | 'type'>): string {
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
