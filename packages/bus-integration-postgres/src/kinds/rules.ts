// THE table: for every kind of step, what it says to a person and which statements carry it out, in which phase.
// Showing a plan and applying it read the same row; a missing kind does not compile.
import type { Action, DatabasePrivileges, Endpoint, Step, StepOfAction } from 'bus-integration-database';
import { birthLimit, withMark } from '../observe/mark.ts';
import { grantOption } from '../ownership/effective.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';

/**
 * When a statement runs, in this order: roles, some hundred a transaction; databases made closed; the same opened, some
 * hundred a transaction; inside each database; the roles let in; and last, when nothing else can fail any more, the new
 * passwords of roles that services use already.
 */
export type Phase = 'roles' | 'create' | 'open' | 'inside' | 'enter' | 'passwords';

export interface Statement {
  readonly phase: Phase;
  readonly sql: string;
  /** The database that an `inside` statement runs in; for the others the one it is about. */
  readonly database?: string;
}

/** What a row may look up beyond its step. */
export interface RuleContext {
  readonly deploymentId: string;
  /** The comment that a role or database carries now. */
  readonly commentOf: (kind: 'role' | 'database', name: string) => string | null;
  /** What goes to the server as the role's password; nothing while a plan is only shown. */
  readonly passwordOf: (role: string) => string | undefined;
}

interface Rule<S extends Step> {
  readonly summary: (step: S) => string;
  readonly statements: (step: S, context: RuleContext) => readonly Statement[];
}

type Rules = { readonly [A in Action]: Rule<StepOfAction<A>> };

/** The statements that carry a step out, in the order of their phases. */
export function statementsOf(step: Step, context: RuleContext): readonly Statement[] {
  return (rules[step.action] as Rule<Step>).statements(step, context);
}

/** What a step does, in a few words. */
export function summaryOf(step: Step): string {
  return (rules[step.action] as Rule<Step>).summary(step);
}

const nothing = () => [];

const rules: Rules = {
  'discover-provider': {
    summary: ({ after }) =>
      `${after?.provider} ${after?.server_version}, admin may create ${after?.admin_may_create.join(' and ') || 'neither roles nor databases'}`,
    statements: nothing,
  },
  'compute-database-plan': {
    summary: ({ after }) =>
      after === undefined
        ? ''
        : [
            count(after.roles, 'role'),
            count(after.databases, 'database'),
            `schema ${after.schemas.map(shown).join(', ')}`,
          ].join(', ') + (after.dsn_directory === undefined ? '' : `; files go to ${after.dsn_directory}`),
    statements: nothing,
  },
  'create-role': {
    summary: ({ after }) =>
      after?.password === 'none' ? 'login only, without a password' : `login only, ${passwordWord(after?.password)}`,
    statements: ({ after }, context) => {
      if (after === undefined) return [];
      const password = context.passwordOf(after.name);
      const clause = password === undefined ? '' : ` PASSWORD ${literal(password)}`;
      return [
        { phase: 'roles', sql: `CREATE ROLE ${identifier(after.name)} LOGIN${clause}` },
        { phase: 'roles', sql: comment('role', after.name, null, context) },
      ];
    },
  },
  'alter-role': {
    summary: ({ after }) =>
      [after?.can_login && 'may log in', after?.password && passwordWord(after.password)].filter(Boolean).join(', '),
    statements: ({ after }, context) => {
      if (after === undefined) return [];
      const password = after.password && context.passwordOf(after.name);
      const clauses = [after.can_login && 'LOGIN', password && `PASSWORD ${literal(password)}`].filter(Boolean);
      const phase = password === undefined ? 'roles' : 'passwords';
      return clauses.length === 0 ? [] : [{ phase, sql: `ALTER ROLE ${identifier(after.name)} ${clauses.join(' ')}` }];
    },
  },
  'adopt-role': {
    summary: adoption,
    statements: ({ after }, context) =>
      after === undefined
        ? []
        : [{ phase: 'roles', sql: comment('role', after.name, context.commentOf('role', after.name), context) }],
  },
  'create-database': {
    summary: ({ before, after }) =>
      before?.unfinished
        ? `finish: made by an apply that was cut off; closed to PUBLIC`
        : `${after?.encoding}, owner ${shown(String(after?.owner ?? ''))}, closed to PUBLIC`,
    statements: ({ before, after }, context) =>
      after === undefined ? [] : creation(after.name, before !== undefined, context),
  },
  'adopt-database': {
    summary: adoption,
    statements: ({ after }, context) =>
      after === undefined
        ? []
        : [
            {
              phase: 'open',
              database: after.name,
              sql: comment('database', after.name, context.commentOf('database', after.name), context),
            },
          ],
  },
  'create-schema': {
    summary: ({ after }) => `schema ${shown(after?.name ?? '')}`,
    statements: ({ after }, context) =>
      after === undefined ? [] : schemaCreation(after.database, after.name, context.deploymentId),
  },
  'grant-privileges': {
    summary: ({ after }) => (after === undefined ? '' : privilegeSummary(after, '')),
    statements: ({ after }) => (after === undefined ? [] : privilegeStatements('GRANT', 'TO', after)),
  },
  'revoke-privileges': {
    summary: ({ before }) => (before === undefined ? '' : privilegeSummary(before, 'loses ')),
    statements: ({ before }) => (before === undefined ? [] : privilegeStatements('REVOKE', 'FROM', before)),
  },
  'write-dsn-file': {
    summary: ({ before, after }) =>
      after === undefined
        ? ''
        : [
            `${shown(after.role)}@${after.endpoint.host}:${after.endpoint.port}`,
            ...(before?.endpoint === undefined ? [] : endpointChanges(before.endpoint, after.endpoint)),
            ...(before?.old_form ? ['written as every client reads it'] : []),
            passwordWord(after.password),
          ].join(', '),
    statements: nothing,
  },
  'promote-dsn-file': {
    summary: ({ after }) => `staged file of ${shown(after?.role ?? '')} takes its place`,
    statements: nothing,
  },
  'discard-staged-file': { summary: () => 'staged file that is not needed', statements: nothing },
  'apply-database-plan': { summary: ({ after }) => count(after?.steps ?? 0, 'step'), statements: nothing },
};

function creation(name: string, isMade: boolean, context: RuleContext): Statement[] {
  const quoted = identifier(name);
  const create =
    `CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING 'UTF8' ` +
    `ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit(context.deploymentId, name)}`;
  const open = [
    comment('database', name, context.commentOf('database', name), context),
    `REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC`,
    `ALTER DATABASE ${quoted} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1`,
  ];
  return [
    ...(isMade ? [] : [{ phase: 'create' as const, database: name, sql: create }]),
    ...open.map((sql) => ({ phase: 'open' as const, database: name, sql })),
  ];
}

/** A schema of ours, with its mark. */
export function schemaCreation(database: string, name: string, deploymentId: string): Statement[] {
  return [
    { phase: 'inside', database, sql: `CREATE SCHEMA ${identifier(name)}` },
    {
      phase: 'inside',
      database,
      sql: `COMMENT ON SCHEMA ${identifier(name)} IS ${literal(withMark(null, deploymentId))}`,
    },
  ];
}

/** GRANT or REVOKE of a grantee's privileges in a database: on schemas inside it, on the database from outside. */
export function privilegeStatements(
  verb: 'GRANT' | 'REVOKE',
  to: 'TO' | 'FROM',
  wish: DatabasePrivileges,
): Statement[] {
  const grantee = wish.grantee === null ? 'PUBLIC' : identifier(wish.grantee);
  const render = (privileges: readonly string[], object: string) => {
    const options = privileges.filter((privilege) => privilege.startsWith(grantOption));
    const whole = privileges.filter((privilege) => !privilege.startsWith(grantOption));
    const lists = [
      ...(whole.length > 0 ? [whole.join(', ')] : []),
      // Taking the privilege takes its grant option too.
      ...options.filter((option) => !whole.includes(option.slice(grantOption.length))),
    ];
    return lists.map((list) => `${verb} ${list} ON ${object} ${to} ${grantee}`);
  };
  const { database } = wish;
  return [
    ...wish.on_schemas.flatMap(({ schema, privileges }) =>
      render(privileges, `SCHEMA ${identifier(schema)}`).map((sql) => ({ phase: 'inside' as const, database, sql })),
    ),
    ...render(wish.on_database, `DATABASE ${identifier(database)}`).map((sql) => ({
      phase: 'enter' as const,
      database,
      sql,
    })),
  ];
}

function comment(kind: 'role' | 'database', name: string, now: string | null, { deploymentId }: RuleContext): string {
  return `COMMENT ON ${kind.toUpperCase()} ${identifier(name)} IS ${literal(withMark(now, deploymentId))}`;
}

function adoption({ before }: StepOfAction<'adopt-role' | 'adopt-database'>): string {
  return before?.deployment == null ? 'carried no mark' : `was deployment ${shown(before.deployment)}'s`;
}

function privilegeSummary(wish: DatabasePrivileges, verb: string): string {
  const parts = [
    ...(wish.on_database.length > 0 ? [wish.on_database.join(', ')] : []),
    ...wish.on_schemas.map(({ schema, privileges }) => `schema ${shown(schema)}: ${privileges.join(', ')}`),
  ];
  const who = wish.grantee === null ? 'PUBLIC' : shown(wish.grantee);
  return verb === '' ? `${who}: ${parts.join('; ')}` : `${who} ${verb}${parts.join('; ')}`;
}

/** `host old → new`, `sslmode verify-full → disable`: whatever a file says otherwise than before. */
function endpointChanges(before: Endpoint, after: Endpoint): string[] {
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keywords
    .filter((keyword) => before[keyword] !== after[keyword])
    .map((keyword) => `${keyword} ${printable(before[keyword] ?? 'unset')} → ${printable(after[keyword] ?? 'unset')}`);
}

function passwordWord(password: string | undefined): string {
  switch (password) {
    case 'new':
      return 'new password';
    case 'staged':
      return 'the staged password';
    case 'sibling':
      return 'the password of its other files';
    default:
      return 'the password it has';
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
