// Databases: made closed, then marked, revoked from PUBLIC and opened; those that were adopted are only marked. What is
// not said of one is left as it is.
import { isUnfinished, markedBy, ownership } from '../observe/mark.ts';
import type { Observation } from '../observe/observation.ts';
import { strangerFindings } from '../ownership/strangers.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import {
  type Creation,
  creationFaults,
  lacksForCreation,
  madeWith,
  otherTablespace,
  otherThanMade,
} from './databases/creation.ts';
import {
  asSeen,
  creating,
  creationSummary,
  givenAway,
  giving,
  givingAway,
  limitFaults,
  limitShape,
  limitWord,
} from './databases/database-words.ts';
import { ownRoles } from './kind/found.ts';
import { identityOf } from './kind/identity.ts';
import {
  type Kind,
  type Meaning,
  meanings,
  type Registered,
  type RuleContext,
  type Statement,
  type StepsOfKind,
} from './kind/kind.ts';
import { adoptionSummary, lacksDatabase, markComment, markedShape } from './kind/kind-words.ts';

export interface Database {
  readonly kind: 'database';
  readonly name: string;
  /** Whose mark it carries. */
  readonly deployment: string | null;
  /** False for one that an apply was cut off over. */
  readonly isFinished: boolean;
  readonly creation?: Creation;
  /** -1: none. */
  readonly connectionLimit?: number;
  /** Only where the database itself is to be another's than the admin's. */
  readonly owner?: string;
  /** What roles have on it by the file: whoever owned it before keeps that. */
  readonly privileges?: Readonly<Record<string, readonly string[]>>;
}

const registered = {
  'create-database': {
    about: 'database',
    before: ({ shape, text, always }) => shape({ name: text, unfinished: always(true) }),
    after: ({ shape, text, may, number, oneOf }) =>
      shape({
        name: text,
        owner: text,
        encoding: text,
        provider: may(oneOf(['libc', 'icu', 'builtin'])),
        locale: may(text),
        template: may(text),
        tablespace: may(text),
        connection_limit: may(number),
      }),
  },
  'adopt-database': { about: 'database', before: markedShape, after: markedShape },
  'limit-database': { about: 'database', before: limitShape, after: limitShape },
  'give-database': {
    about: 'database',
    before: ({ shape, text }) => shape({ name: text, owner: text }),
    // The role that the admin can give it as, and who the new owner lets in: the admin, and who owned it before, as far as the file says.
    after: ({ shape, text, list }) =>
      shape({
        name: text,
        owner: text,
        acting_as: list(text),
        lets_in: list(shape({ role: text, privileges: list(text) })),
      }),
  },
} satisfies Registered;

type Steps = StepsOfKind<typeof registered>;

export const database: Kind<Database, typeof registered> = {
  registered,
  asksDetails: ({ owner }) => (owner === undefined ? undefined : []),
  identity: ({ name }) => [name],
  database: ({ name }) => name,

  isManaged: ({ name, deployment }, { databases, declared, deploymentId }) => {
    const standing = databases.get(name);
    return standing === undefined
      ? deployment === deploymentId && !declared.databases.has(name)
      : standing !== 'refused';
  },

  observed: ({ seen, databases, deploymentId }, desired) => {
    const byName = new Map(desired.map((wanted) => [wanted.name, wanted]));
    return [...seen.databases.values()].map((found) => ({
      kind: 'database',
      name: found.name,
      deployment: markedBy(found.comment, deploymentId),
      isFinished: databases.get(found.name) !== 'unfinished',
      ...asSeen(byName.get(found.name), found, seen),
    }));
  },

  made: (after, { seen }) => {
    const faults = [...creationFaults(after.name, after.creation ?? {}, seen), ...limitFaults(after, seen)];
    if (faults.length > 0) return meanings(faults.map((refusal) => ({ refusal })));
    return meanings<Steps>([{ step: creation(after, seen) }, ...giving(seen.admin.name, after, seen)]);
  },

  changed: (before, after, { seen }) => {
    const { name } = after;
    const faults = [
      ...otherThanMade(name, before.creation ?? {}, after.creation ?? {}),
      ...(before.connectionLimit === after.connectionLimit ? [] : limitFaults(after, seen)),
    ];
    if (faults.length > 0) return meanings(faults.map((refusal) => ({ refusal })));
    const target = printable(name);
    const moved = otherTablespace(name, before.creation ?? {}, after.creation ?? {}).map((finding) => ({ finding }));
    const given = before.owner === after.owner ? [] : giving(before.owner ?? '', after, seen);
    if (!before.isFinished) {
      const step = { ...creation(after, seen), before: { name, unfinished: true as const } };
      return meanings<Steps>([{ step }, ...given, ...moved]);
    }
    const found: Meaning<Steps>[] = [];
    if (before.deployment !== after.deployment) {
      const was = { name, deployment: before.deployment };
      const is = { name, deployment: after.deployment };
      found.push({ step: { action: 'adopt-database', target, risk: 'update', before: was, after: is } });
    }
    const [was, is] = [before.connectionLimit, after.connectionLimit];
    if (was !== is && was !== undefined && is !== undefined) {
      const limits = { before: { name, connection_limit: was }, after: { name, connection_limit: is } };
      found.push({ step: { action: 'limit-database', target, risk: 'update', ...limits } });
    }
    return meanings([...found, ...given, ...moved]);
  },

  gone: ({ name }, { retired }) =>
    retired?.databases.get(name) === 'ours'
      ? [{ with: identityOf('retired-database', [name]) }]
      : [{ leftover: 'database' }],

  findings: ({ name, owner }, scope) => {
    const { seen, databases } = scope;
    const found = seen.databases.get(name);
    const given = owner === undefined ? [] : [givenAway(name, owner)];
    if (found === undefined || !['ours', 'adopted'].includes(databases.get(name) ?? '')) return given;
    return [...given, ...strangerFindings({ database: name }, found, { seen, services: ownRoles(scope) })];
  },

  actions: {
    'create-database': {
      place: 'database',
      summary: ({ before, after }) =>
        before?.unfinished ? 'finish: made by an apply that was cut off; closed to PUBLIC' : creationSummary(after),
      statements: ({ before, after }, context) =>
        after === undefined ? [] : creating(after, before !== undefined, marking(after.name, context), context),
      // One that only has to be finished was made already.
      attribute: ({ before }) => (before === undefined ? 'CREATEDB' : undefined),
      lacks: ({ before, after }, seen) =>
        before === undefined && after !== undefined ? lacksForCreation(after, seen) : [],
      changes: () => undefined,
    },
    'limit-database': {
      place: 'database',
      summary: ({ before, after }) =>
        `${limitWord(after?.connection_limit)}, was ${limitWord(before?.connection_limit)}`,
      statements: ({ after }) =>
        after === undefined
          ? []
          : [
              {
                phase: 'enter',
                database: after.name,
                sql: `ALTER DATABASE ${identifier(after.name)} CONNECTION LIMIT ${after.connection_limit}`,
              },
            ],
      lacks: ({ after }, seen) => lacksDatabase(after?.name ?? '', 'limiting its connections', seen),
      changes: ({ after }) => ({ database: after?.name ?? '' }),
    },
    'give-database': {
      place: 'database',
      summary: ({ before, after }) => `to ${shown(after?.owner ?? '')}, was ${shown(before?.owner ?? '')}'s`,
      statements: ({ after }) => (after === undefined ? [] : givingAway(after)),
      attribute: () => 'CREATEDB',
      lacks: ({ after }, seen) =>
        after?.acting_as.length === 0 ? lacksDatabase(after.name, 'giving it to another role', seen) : [],
      changes: ({ after }) => ({ database: after?.name ?? '' }),
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
        ...(found.owner !== seen.admin.name && { owner: found.owner }),
        connections: found.connections,
        // Of an unfinished one it is a mark.
        ...(found.connectionLimit >= 0 && !isHalf && { connection_limit: found.connectionLimit }),
        ...(found.sizeBytes != null && { size_bytes: found.sizeBytes }),
      },
    };
  },
};

function creation({ name, creation: wanted = {}, connectionLimit }: Database, seen: Observation) {
  const after = {
    name,
    owner: seen.admin.name,
    ...madeWith(wanted, seen),
    ...(connectionLimit !== undefined && connectionLimit >= 0 && { connection_limit: connectionLimit }),
  };
  return { action: 'create-database' as const, target: printable(name), risk: 'create' as const, after };
}

function marking(name: string, context: RuleContext): Statement {
  return {
    phase: 'open',
    database: name,
    sql: markComment('database', name, context.commentOf('database', name), context),
  };
}
