// Extensions: made in a schema that is always named, brought to a version that is named; those that are not desired stay as
// they are. Never CASCADE: what one requires is desired too, or there already.
// https://www.postgresql.org/docs/current/sql-createextension.html
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import {
  findExtension,
  inRequiredOrder,
  lacksExtension,
  onlySchema,
  otherSchema,
  unavailable,
  versionOf,
} from './databases/extension-faults.ts';
import { isUnseen } from './kind/found.ts';
import { identityOf } from './kind/identity.ts';
import { type Kind, meanings, type Registered, type Statement, type StepsOfKind } from './kind/kind.ts';

export interface Extension {
  readonly kind: 'extension';
  readonly database: string;
  readonly name: string;
  readonly schema: string;
  /** Default: the server's own, and left alone afterwards. */
  readonly version?: string;
  /** The role that the database belongs to, where that is not to be the admin. */
  readonly databaseOwner?: string;
  /** The others that the database is to have. */
  readonly beside?: readonly string[];
}

const registered = {
  'create-extensions': {
    after: ({ shape, text, list, may }) =>
      shape({
        database: text,
        database_owner: may(text),
        extensions: list(shape({ name: text, schema: may(text), version: may(text), requires: list(text) })),
      }),
  },
  'update-extension': {
    before: ({ shape, text }) => shape({ database: text, name: text, version: text }),
    after: ({ shape, text }) => shape({ database: text, name: text, version: text }),
  },
  'move-extension': {
    before: ({ shape, text }) => shape({ database: text, name: text, schema: text }),
    after: ({ shape, text }) => shape({ database: text, name: text, schema: text }),
  },
} satisfies Registered;

type Steps = StepsOfKind<typeof registered>;

export const extension: Kind<Extension, typeof registered> = {
  registered,
  isInside: true,
  asksDetails: ({ databaseOwner }) => (databaseOwner === undefined ? undefined : []),
  identity: ({ database, name }) => [database, name],
  database: ({ database }) => database,
  // One may require another: together they are one step, in which they are put in order.
  group: ({ database }) => database,

  isManaged: ({ database }, { databases, seen }) =>
    databases.has(database) && databases.get(database) !== 'refused' && !isUnseen(seen, database),

  observed: ({ seen }, desired) =>
    desired.flatMap((wanted): Extension[] => {
      const found = findExtension(wanted, seen);
      if (found === undefined) return [];
      const only = onlySchema(wanted, seen);
      return [
        {
          ...wanted,
          schema: found.schema === only ? wanted.schema : found.schema,
          ...(wanted.version !== undefined && { version: found.version }),
        },
      ];
    }),

  made: (after, scope) => {
    const faults = unavailable(after, scope.seen);
    if (faults.length > 0) return meanings(faults.map((refusal) => ({ refusal })));
    const { database, name, version, databaseOwner } = after;
    // It comes with a new database.
    if (name === 'plpgsql' && ['missing', 'unfinished'].includes(scope.databases.get(database) ?? ''))
      return [{ with: identityOf('database', [database]) }];
    const { requires = [], schema: only = null } = versionOf(after, scope.seen) ?? {};
    const step: Steps = {
      action: 'create-extensions',
      target: printable(database),
      risk: 'create',
      after: {
        database,
        ...(databaseOwner !== undefined && { database_owner: databaseOwner }),
        extensions: [
          {
            name,
            // One that can be in one schema alone makes that itself, where it has to.
            ...(only === null && { schema: after.schema }),
            ...(version !== undefined && { version }),
            requires,
          },
        ],
      },
    };
    return [{ step }];
  },

  changed: (before, after, scope) => {
    const { database, name } = after;
    const target = `${printable(database)}.${printable(name)}`;
    const moved =
      before.schema === after.schema
        ? []
        : otherSchema(before.schema, after, scope.seen).map((finding) => ({ finding }));
    const movedStep: readonly { readonly step: Steps }[] =
      before.schema !== after.schema && moved.length === 0
        ? [
            {
              step: {
                action: 'move-extension',
                target,
                risk: 'update',
                before: { database, name, schema: before.schema },
                after: { database, name, schema: after.schema },
              },
            },
          ]
        : [];
    if (before.version === after.version) return meanings<Steps>([...movedStep, ...moved]);
    const faults = unavailable(after, scope.seen);
    if (faults.length > 0) return meanings<Steps>([...faults.map((refusal) => ({ refusal })), ...moved]);
    const step: Steps = {
      action: 'update-extension',
      target,
      risk: 'update',
      before: { database, name, version: before.version ?? '' },
      after: { database, name, version: after.version ?? '' },
    };
    return meanings<Steps>([{ step }, ...movedStep, ...moved]);
  },

  // Only those that are desired were made resources of.
  gone: () => {
    throw new Error('internal error: an extension that nobody asked for was looked at');
  },

  findings: () => [],

  actions: {
    'create-extensions': {
      place: 'contents',
      summary: ({ after }) =>
        `extension${after?.extensions.length === 1 ? '' : 's'} ${(after?.extensions ?? []).map(summaryOf).join(', ')}`,
      statements: ({ after }) =>
        (after?.extensions ?? []).map(({ name, schema, version }): Statement => {
          const clauses = [
            ...(schema === undefined ? [] : [`SCHEMA ${identifier(schema)}`]),
            ...(version === undefined ? [] : [`VERSION ${literal(version)}`]),
          ];
          const sql = ['CREATE EXTENSION', identifier(name), ...clauses].join(' ');
          const owner = after?.database_owner;
          return { phase: 'inside', database: after?.database ?? '', sql, ...(owner !== undefined && { as: owner }) };
        }),
      lacks: ({ after }, seen) =>
        after === undefined ? [] : after.extensions.flatMap((one) => lacksExtension({ ...after, ...one }, seen)),
      changes: ({ after }) => ({ database: after?.database ?? '' }),
      join: (steps) => {
        const [first] = steps;
        if (first.after === undefined) return first;
        const extensions = inRequiredOrder(steps.flatMap(({ after }) => after?.extensions ?? []));
        return { ...first, after: { ...first.after, extensions } };
      },
    },
    'update-extension': {
      place: 'contents',
      summary: ({ before, after }) => `extension ${shown(after?.name ?? '')} ${after?.version}, was ${before?.version}`,
      statements: ({ after }) =>
        after === undefined
          ? []
          : [
              {
                phase: 'inside',
                database: after.database,
                sql: `ALTER EXTENSION ${identifier(after.name)} UPDATE TO ${literal(after.version)}`,
              },
            ],
      lacks: ({ after }, seen) => (after === undefined ? [] : lacksExtension(after, seen)),
      changes: ({ after }) => ({ database: after?.database ?? '' }),
    },
    'move-extension': {
      place: 'contents',
      summary: ({ before, after }) =>
        `extension ${shown(after?.name ?? '')} to schema ${shown(after?.schema ?? '')}, was in ${shown(before?.schema ?? '')}`,
      statements: ({ after }) =>
        after === undefined
          ? []
          : [
              {
                phase: 'inside',
                database: after.database,
                sql: `ALTER EXTENSION ${identifier(after.name)} SET SCHEMA ${identifier(after.schema)}`,
              },
            ],
      lacks: () => [],
      changes: ({ after }) => ({ database: after?.database ?? '' }),
    },
  },

  status: () => ({}),
};

function summaryOf({
  name,
  schema,
  version,
}: {
  readonly name: string;
  readonly schema?: string;
  readonly version?: string;
}) {
  return `${shown(name)}${version === undefined ? '' : ` ${version}`}${schema === undefined ? '' : ` in ${shown(schema)}`}`;
}
