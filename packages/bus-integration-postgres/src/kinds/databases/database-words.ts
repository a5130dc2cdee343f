// What steps and findings say of databases: their connection limits, and those that are given to an owner. Pure.
import { advise, type Diagnostic, type ShapeWords } from 'bus-integration-database';
import { birthLimit } from '../../observe/mark.ts';
import type { Observation, ObservedDatabase } from '../../observe/observation.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { RuleContext, Statement } from '../kind/kind.ts';
import { lacksToActAs } from '../owners/acting.ts';
import { type Creation, creationClauses, creationSeen } from './creation.ts';

export const limitShape = ({ shape, text, number }: ShapeWords) => shape({ name: text, connection_limit: number });

export function limitWord(limit: number | undefined): string {
  return limit === undefined || limit < 0 ? 'any number of connections' : `${limit} connections`;
}

/** A limit of nought shuts every role out that is not a superuser, this run's among them. */
export function limitFaults(
  { name, connectionLimit }: { readonly name: string; readonly connectionLimit?: number },
  { admin }: Observation,
): Diagnostic[] {
  if (connectionLimit !== 0 || admin.isSuperuser) return [];
  const message = `connections: 0 of database ${shown(name)} would shut ${shown(admin.name)} out too, which is not a superuser`;
  const remedy = 'write connections: 1 or more, or apply as a superuser';
  return [{ severity: 'fail', code: 'connection-limit', message, target: printable(name), ...advise(remedy) }];
}

/** What may be said of a database. */
interface Attributes {
  readonly creation?: Creation;
  readonly connectionLimit?: number;
  readonly owner?: string;
  readonly privileges?: Readonly<Record<string, readonly string[]>>;
}

/** What is said of it, as it was read. */
export function asSeen(desired: Attributes | undefined, found: ObservedDatabase, seen: Observation): Attributes {
  if (desired === undefined) return {};
  const { creation: made, connectionLimit, owner, privileges } = desired;
  // An unfinished one has another limit until it is opened.
  const isOpen = found.allowsConnections;
  return {
    ...(made !== undefined && { creation: creationSeen(made, found, seen.creation) }),
    ...(connectionLimit !== undefined && { connectionLimit: isOpen ? found.connectionLimit : connectionLimit }),
    ...(owner !== undefined && { owner: found.owner }),
    ...(privileges !== undefined && { privileges }),
  };
}

interface Created extends Creation {
  readonly owner: string;
  readonly connection_limit?: number;
}

export function creationSummary(created: Created | undefined): string {
  if (created === undefined) return '';
  const { encoding, provider, locale, template, tablespace, connection_limit, owner } = created;
  return [
    encoding,
    ...(locale === undefined && provider === undefined
      ? []
      : [`locale ${shown(locale ?? 'of the template')}${provider === undefined ? '' : ` (${provider})`}`]),
    ...(template === undefined ? [] : [`copy of ${shown(template)}`]),
    ...(tablespace === undefined ? [] : [`in tablespace ${shown(tablespace)}`]),
    ...(connection_limit === undefined ? [] : [limitWord(connection_limit)]),
    `owner ${shown(owner)}`,
    'closed to PUBLIC',
  ].join(', ');
}

/** Made closed and unfinished, then marked and opened. */
export function creating(
  made: Created & { readonly name: string },
  isMade: boolean,
  mark: Statement,
  { deploymentId }: Pick<RuleContext, 'deploymentId'>,
) {
  const { name, connection_limit = -1 } = made;
  const quoted = identifier(name);
  const create =
    `CREATE DATABASE ${quoted} ${creationClauses(made)} ` +
    `ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit(deploymentId, name)}`;
  const open = [
    `REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC`,
    `ALTER DATABASE ${quoted} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT ${connection_limit}`,
  ];
  return [
    ...(isMade ? [] : [{ phase: 'create' as const, database: name, sql: create }]),
    mark,
    ...open.map((sql) => ({ phase: 'open' as const, database: name, sql })),
  ];
}

interface Given {
  readonly name: string;
  readonly owner?: string;
  readonly privileges?: Readonly<Record<string, readonly string[]>>;
}

/** The step that gives it to its owner; nothing where it is to stay the admin's. */
export function giving(from: string, { name, owner, privileges = {} }: Given, seen: Observation) {
  if (owner === undefined || owner === from) return [];
  const { admin } = seen;
  const kept = Object.hasOwn(privileges, from) ? (privileges[from] ?? []) : [];
  const lets_in = [
    // From then on the admin would stand outside: https://www.postgresql.org/docs/current/sql-alterdatabase.html
    ...(admin.isSuperuser ? [] : [{ role: admin.name, privileges: ['CONNECT'] }]),
    ...(kept.length === 0 || from === admin.name ? [] : [{ role: from, privileges: kept }]),
  ];
  const [before, after] = [
    { name, owner: from },
    { name, owner, acting_as: lacksToActAs(from, seen).length === 0 ? [from] : [], lets_in },
  ];
  return [
    { step: { action: 'give-database' as const, target: printable(name), risk: 'update' as const, before, after } },
  ];
}

type LetIn = readonly { readonly role: string; readonly privileges: readonly string[] }[];

export function givingAway(given: {
  readonly name: string;
  readonly owner: string;
  readonly acting_as: readonly string[];
  readonly lets_in: LetIn;
}): Statement[] {
  const { name, owner, acting_as, lets_in } = given;
  const statement = { phase: 'enter' as const, database: name };
  const quoted = `DATABASE ${identifier(name)}`;
  return [
    { ...statement, sql: `ALTER ${quoted} OWNER TO ${identifier(owner)}`, as: [...acting_as, owner] },
    ...lets_in.map(({ role, privileges }) => ({
      ...statement,
      sql: `GRANT ${privileges.join(', ')} ON ${quoted} TO ${identifier(role)}`,
      as: owner,
    })),
  ];
}

/** What giving a database away means. */
export function givenAway(name: string, owner: string): Diagnostic {
  return {
    severity: 'warn',
    code: 'owner-of-database',
    message: `database ${shown(name)} itself is to belong to ${shown(owner)}: who acts as it can drop the database, open it to everybody and take this deployment's mark away`,
    target: printable(name),
    ...advise('leave owner_of_database out, unless that is meant: its owner then owns the schemas alone'),
  };
}
