// Schemas: made with the deployment's mark. Those that were there before stay as they are; where an owner is named they,
// and what is in them, become that role's.
import { withMark } from '../observe/mark.ts';
import { strangerFindings } from '../ownership/strangers.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import { changeOwner, changeOwnerFacts, changeOwnerRule, lacksCreate, ownersOf } from './databases/schema-owner.ts';
import { findSchema, isUnseen, ownRoles } from './kind/found.ts';
import { identityOf } from './kind/identity.ts';
import type { Kind, Registered } from './kind/kind.ts';
import { immovable, movable, type OwnersPrivileges, rightsGiven, type Strays } from './owners/strays.ts';

export interface Schema {
  readonly kind: 'schema';
  readonly database: string;
  readonly name: string;
  /** Of it and of what is in it; default: left alone. */
  readonly owner?: string;
  /** Roles whose own things in it stay theirs. */
  readonly makers?: readonly string[];
  /** Roles that act as the owner by the file. */
  readonly members?: readonly string[];
  /** What roles have by the file: whoever owned something before keeps that. */
  readonly privileges?: OwnersPrivileges;
  /** What is in it and some other role's, as far as this run can move it; absent as it is to be. */
  readonly strays?: readonly Strays[];
}

const registered = {
  'create-schema': {
    about: 'schema',
    after: ({ shape, text, may }) => shape({ database: text, name: text, owner: may(text) }),
  },
  'change-owner': changeOwnerFacts,
} satisfies Registered;

export const schema: Kind<Schema, typeof registered> = {
  registered,
  isInside: true,
  asksDetails: ({ owner }) => (owner === undefined ? undefined : []),
  identity: ({ database, name }) => [database, name],
  database: ({ database }) => database,

  isManaged: ({ database }, { databases, seen }) =>
    databases.has(database) && databases.get(database) !== 'refused' && !isUnseen(seen, database),

  // Of those that are not declared only ours were read.
  observed: (scope, desired) => {
    const { seen, declared } = scope;
    const byName = new Map(
      desired.flatMap((wanted) =>
        wanted.owner === undefined ? [] : [[identityOf('', [wanted.database, wanted.name]), wanted]],
      ),
    );
    return [...seen.inside].flatMap(([database, { schemas, markedSchemas }]) => {
      const kept = declared.databases.get(database)?.schemas;
      const left = markedSchemas.filter(({ name }) => !kept?.has(name));
      return [...schemas, ...left].map(({ name, owner }): Schema => {
        const wanted = byName.size === 0 ? undefined : byName.get(identityOf('', [database, name]));
        const found = { kind: 'schema', database, name } as const;
        if (wanted === undefined) return found;
        const strays = movable(wanted, scope);
        return { ...found, owner, ...ownersOf(wanted), ...(strays.length > 0 && { strays }) };
      });
    });
  },

  made: (after, { databases, seen }) => {
    const { database, name, owner } = after;
    const target = `${printable(database)}.${printable(name)}`;
    // It comes with a new database.
    if (name === 'public' && ['missing', 'unfinished'].includes(databases.get(database) ?? '')) {
      if (owner === undefined) return [{ with: identityOf('database', [database]) }];
      const from = seen.server.versionNum >= 150000 ? 'pg_database_owner' : null;
      return [{ step: changeOwner(after, from, [], seen) }];
    }
    const made = { database, name, ...(owner !== undefined && { owner }) };
    return [{ step: { action: 'create-schema', target, risk: 'create', after: made } }];
  },

  changed: (before, after, { seen }) => [{ step: changeOwner(after, before.owner ?? null, before.strays ?? [], seen) }],

  gone: () => [{ leftover: 'schema' }],

  findings: (desired, scope) => {
    const { seen, databases } = scope;
    const { database, name, owner } = desired;
    const found = findSchema(seen, database, name);
    if (found === undefined || !['ours', 'adopted'].includes(databases.get(database) ?? '')) return [];
    const strangers = strangerFindings({ database, schema: name }, found, { seen, services: ownRoles(scope) });
    if (owner === undefined) return strangers;
    return [
      ...strangers.filter(({ code }) => code !== 'other-owner'),
      ...immovable(desired, scope),
      ...rightsGiven(desired, scope),
    ];
  },

  actions: {
    'create-schema': {
      place: 'contents',
      // Made and marked.
      isIndivisible: true,
      summary: ({ after }) => `schema ${shown(after?.name ?? '')}`,
      statements: ({ after }, { deploymentId }) => {
        if (after === undefined) return [];
        const { database, name, owner } = after;
        const statement = { phase: 'inside' as const, database, ...(owner !== undefined && { as: owner }) };
        const mark = literal(withMark(null, deploymentId));
        const authorization = owner === undefined ? '' : ` AUTHORIZATION ${identifier(owner)}`;
        return [
          { ...statement, sql: `CREATE SCHEMA ${identifier(name)}${authorization}` },
          { ...statement, sql: `COMMENT ON SCHEMA ${identifier(name)} IS ${mark}` },
        ];
      },
      lacks: ({ after }, seen) => {
        const { database = '', name = '', owner } = after ?? {};
        return lacksCreate(database, owner, `create schema ${shown(name)} in`, seen);
      },
      changes: ({ after }) => ({ database: after?.database ?? '' }),
    },
    'change-owner': changeOwnerRule,
  },

  status: ({ database, name }, { seen }) => {
    const inside = seen.inside.get(database);
    const state =
      inside === undefined
        ? seen.databases.has(database)
          ? 'unknown'
          : 'missing'
        : inside.schemas.some((found) => found.name === name)
          ? 'present'
          : 'missing';
    return { schemas: { database, name, state } };
  },
};
