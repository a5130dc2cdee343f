// Schemas: made with the deployment's mark. Those that were there before stay as they are.
import { withMark } from '../observe/mark.ts';
import { strangerFindings } from '../ownership/strangers.ts';
import { anyDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import { findSchema, isUnseen } from './found.ts';
import { identityOf } from './identity.ts';
import type { Kind, Registered } from './kind.ts';
import { lacking } from './kind-words.ts';

export interface Schema {
  readonly kind: 'schema';
  readonly database: string;
  readonly name: string;
}

const registered = {
  'create-schema': { about: 'schema', after: ({ shape, text }) => shape({ database: text, name: text }) },
} satisfies Registered;

export const schema: Kind<Schema, typeof registered> = {
  registered,
  isInside: true,
  identity: ({ database, name }) => [database, name],
  database: ({ database }) => database,

  isManaged: ({ database }, { databases, seen }) =>
    databases.has(database) && databases.get(database) !== 'refused' && !isUnseen(seen, database),

  // Of those that are not declared only ours were read.
  observed: ({ seen, declared }) =>
    [...seen.inside].flatMap(([database, { schemas, markedSchemas }]) => {
      const kept = declared.databases.get(database)?.schemas;
      const left = markedSchemas.filter(({ name }) => !kept?.has(name));
      return [...schemas, ...left].map(({ name }): Schema => ({ kind: 'schema', database, name }));
    }),

  made: ({ database, name }, { databases }) => {
    // It comes with a new database.
    if (name === 'public' && ['missing', 'unfinished'].includes(databases.get(database) ?? ''))
      return [{ with: identityOf('database', [database]) }];
    const target = `${printable(database)}.${printable(name)}`;
    return [{ step: { action: 'create-schema', target, risk: 'create', after: { database, name } } }];
  },

  changed: () => {
    throw new Error('internal error: schemas of one name differ');
  },

  gone: () => [{ leftover: 'schema' }],

  findings: ({ database, name }, { seen, declared, databases }) => {
    const found = findSchema(seen, database, name);
    if (found === undefined || !['ours', 'adopted'].includes(databases.get(database) ?? '')) return [];
    return strangerFindings({ database, schema: name }, found, { seen, services: declared.roles });
  },

  actions: {
    'create-schema': {
      place: 'contents',
      // Made and marked.
      isIndivisible: true,
      summary: ({ after }) => `schema ${shown(after?.name ?? '')}`,
      statements: ({ after }, { deploymentId }) => {
        if (after === undefined) return [];
        const { database, name } = after;
        const mark = literal(withMark(null, deploymentId));
        return [
          { phase: 'inside', database, sql: `CREATE SCHEMA ${identifier(name)}` },
          { phase: 'inside', database, sql: `COMMENT ON SCHEMA ${identifier(name)} IS ${mark}` },
        ];
      },
      lacks: ({ after }, seen) => {
        const { database = '', name = '' } = after ?? {};
        const inside = seen.inside.get(database);
        if (inside === undefined || inside.adminMayCreateSchemas) return [];
        const { admin } = seen;
        return [
          lacking(
            'lacks-create',
            `role ${shown(admin.name)} may not create schema ${shown(name)} in database ${shown(database)}`,
            {
              remedy: runs(
                ownerOrSuperuser,
                anyDatabase,
                `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
              ),
            },
          ),
        ];
      },
      changes: ({ after }) => ({ database: after?.database ?? '' }),
    },
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
