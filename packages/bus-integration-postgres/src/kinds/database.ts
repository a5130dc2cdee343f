// Databases: made closed, then marked, revoked from PUBLIC and opened; those that were adopted are only marked.
import { birthLimit, isUnfinished, ownership } from '../observe/mark.ts';
import { strangerFindings } from '../ownership/strangers.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import type { Kind, Registered, RuleContext, Statement } from './kind.ts';
import { adoptionSummary, lacksDatabase, markComment, markedShape } from './kind-words.ts';
import { markedBy } from './role.ts';

export interface Database {
  readonly kind: 'database';
  readonly name: string;
  /** Whose mark it carries. */
  readonly deployment: string | null;
  /** False for one that an apply was cut off over. */
  readonly isFinished: boolean;
}

const registered = {
  'create-database': {
    about: 'database',
    before: ({ shape, text, always }) => shape({ name: text, unfinished: always(true) }),
    after: ({ shape, text }) => shape({ name: text, owner: text, encoding: text }),
  },
  'adopt-database': { about: 'database', before: markedShape, after: markedShape },
} satisfies Registered;

export const database: Kind<Database, typeof registered> = {
  registered,
  identity: ({ name }) => [name],
  database: ({ name }) => name,

  isManaged: ({ name, deployment }, { databases, declared, deploymentId }) => {
    const standing = databases.get(name);
    return standing === undefined
      ? deployment === deploymentId && !declared.databases.has(name)
      : standing !== 'refused';
  },

  observed: ({ seen, databases, deploymentId }) =>
    [...seen.databases.values()].map(({ name, comment }) => ({
      kind: 'database',
      name,
      deployment: markedBy(comment, deploymentId),
      isFinished: databases.get(name) !== 'unfinished',
    })),

  made: ({ name }, scope) => [{ step: creation(name, scope.seen.admin.name) }],

  changed: (before, after, { seen }) => {
    const { name } = after;
    if (!before.isFinished) {
      return [{ step: { ...creation(name, seen.admin.name), before: { name, unfinished: true } } }];
    }
    return [
      {
        step: {
          action: 'adopt-database',
          target: printable(name),
          risk: 'update',
          before: { name, deployment: before.deployment },
          after: { name, deployment: after.deployment },
        },
      },
    ];
  },

  gone: () => [{ leftover: 'database' }],

  findings: ({ name }, { seen, declared, databases }) => {
    const found = seen.databases.get(name);
    if (found === undefined || !['ours', 'adopted'].includes(databases.get(name) ?? '')) return [];
    return strangerFindings({ database: name }, found, { seen, services: declared.roles });
  },

  actions: {
    'create-database': {
      place: 'database',
      summary: ({ before, after }) =>
        before?.unfinished
          ? 'finish: made by an apply that was cut off; closed to PUBLIC'
          : `${after?.encoding}, owner ${shown(after?.owner ?? '')}, closed to PUBLIC`,
      statements: ({ before, after }, context) =>
        after === undefined ? [] : creating(after.name, before !== undefined, context),
      // One that only has to be finished was made already.
      attribute: ({ before }) => (before === undefined ? 'CREATEDB' : undefined),
      lacks: () => [],
      changes: () => undefined,
    },
    'adopt-database': {
      place: 'database',
      summary: adoptionSummary,
      statements: ({ after }, context) => (after === undefined ? [] : [marking(after.name, context)]),
      lacks: ({ after }, seen) => lacksDatabase(after?.name ?? '', 'marking it', seen),
      changes: () => undefined,
    },
  },

  status: ({ name }, { deploymentId, seen }) => {
    const found = seen.databases.get(name);
    if (found === undefined) return { databases: { name, state: 'missing' } };
    const isHalf = isUnfinished(found, deploymentId, seen.admin.name);
    return {
      databases: {
        name,
        state: isHalf ? 'unfinished' : ownership(found.comment, deploymentId),
        connections: found.connections,
        ...(found.sizeBytes != null && { size_bytes: found.sizeBytes }),
      },
    };
  },
};

function creation(name: string, owner: string) {
  const after = { name, owner, encoding: 'UTF8' };
  return { action: 'create-database' as const, target: printable(name), risk: 'create' as const, after };
}

function creating(name: string, isMade: boolean, context: RuleContext): Statement[] {
  const quoted = identifier(name);
  const create =
    `CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING 'UTF8' ` +
    `ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit(context.deploymentId, name)}`;
  const open = [
    `REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC`,
    `ALTER DATABASE ${quoted} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1`,
  ];
  return [
    ...(isMade ? [] : [{ phase: 'create' as const, database: name, sql: create }]),
    marking(name, context),
    ...open.map((sql) => ({ phase: 'open' as const, database: name, sql })),
  ];
}

function marking(name: string, context: RuleContext): Statement {
  return {
    phase: 'open',
    database: name,
    sql: markComment('database', name, context.commentOf('database', name), context),
  };
}
