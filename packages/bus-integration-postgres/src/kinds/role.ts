// Login roles: made with their mark and password, marked when adopted, let log in, given another password.
import { advise, type DsnFileStatus, type FilePair, type Risk, type ShapeWords } from 'bus-integration-database';
import { deploymentsIn, ownership } from '../observe/mark.ts';
import { anyDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import {
  type Kind,
  type Meaning,
  meanings,
  type Registered,
  type RuleContext,
  type Scope,
  type StatusContext,
  type StepsOfKind,
} from './kind.ts';
import { adoptionSummary, lacking, markComment, markedShape, passwordWord } from './kind-words.ts';

export interface Role {
  readonly kind: 'role';
  readonly name: string;
  /** Whose mark it carries. */
  readonly deployment: string | null;
  readonly canLogin: boolean;
  /** Where the password comes from that it is to have; `held`: it keeps what it has, also where that is none. */
  readonly password: 'held' | 'new' | 'staged' | 'kept';
  /** Names the password that a rotation replaces; tells nothing of it. */
  readonly replaces?: string;
}

/** What a role's step changes, before or after. */
const changed = ({ text, flag, may }: ShapeWords) => ({ name: text, can_login: may(flag) });

const registered = {
  'create-role': {
    about: 'role',
    after: ({ shape, text, flag, oneOf }) =>
      shape({ name: text, can_login: flag, password: oneOf(['new', 'kept', 'staged', 'sibling', 'none']) }),
  },
  'alter-role': {
    about: 'role',
    before: (words) => words.shape({ ...changed(words), replaces: words.may(words.text) }),
    after: (words) => words.shape({ ...changed(words), password: words.may(words.oneOf(['new', 'staged'])) }),
  },
  'adopt-role': { about: 'role', before: markedShape, after: markedShape },
} satisfies Registered;

/** No session can retire the role that it runs as, so this is not among what is left over. */
function markOnAdmin(name: string) {
  return {
    severity: 'warn' as const,
    code: 'mark-on-admin',
    message: `role ${shown(name)}, the admin itself, carries this deployment's mark, and is not declared`,
    target: printable(name),
    ...advise(runs(superuser, anyDatabase, `COMMENT ON ROLE ${identifier(name)} IS NULL;`)),
  };
}

export const role: Kind<Role, typeof registered> = {
  registered,
  identity: ({ name }) => [name],
  database: () => undefined,

  isManaged: ({ name, deployment }, { roles, declared, deploymentId }) => {
    const standing = roles.get(name);
    return standing === undefined ? deployment === deploymentId && !declared.roles.has(name) : standing !== 'refused';
  },

  observed: ({ seen, deploymentId }) =>
    [...seen.roles.values()].map(({ name, comment, canLogin }) => ({
      kind: 'role',
      name,
      deployment: markedBy(comment, deploymentId),
      canLogin,
      password: 'held',
    })),

  made: ({ name, password }) => [
    {
      step: {
        action: 'create-role',
        target: printable(name),
        risk: 'create',
        after: { name, can_login: true, password: password === 'held' ? 'none' : password },
      },
    },
  ],

  changed: (before, after) => {
    const { name, password, replaces } = after;
    const target = printable(name);
    const found: Meaning<StepsOfKind<typeof registered>>[] = [];
    if (before.deployment !== after.deployment) {
      const was = { name, deployment: before.deployment };
      const is = { name, deployment: after.deployment };
      found.push({ step: { action: 'adopt-role', target, risk: 'update', before: was, after: is } });
    }
    if (!before.canLogin && after.canLogin) {
      const was = { name, can_login: before.canLogin };
      const is = { name, can_login: after.canLogin };
      found.push({ step: { action: 'alter-role', target, risk: 'update', before: was, after: is } });
    }
    if (password !== 'held') {
      const was = { name, ...(replaces !== undefined && { replaces }) };
      const is = { name, password: password === 'new' ? ('new' as const) : ('staged' as const) };
      const risk: Risk = replaces === undefined ? 'update' : 'rotate';
      found.push({ step: { action: 'alter-role', target, risk, before: was, after: is } });
    }
    return meanings(found);
  },

  gone: ({ name }, { seen }) => (name === seen.admin.name ? [{ finding: markOnAdmin(name) }] : [{ leftover: 'role' }]),

  // Of a role itself only refusals are told (ownership/ours.ts).
  findings: () => [],

  actions: {
    'create-role': {
      place: 'role',
      summary: ({ after }) =>
        after?.password === 'none' ? 'login only, without a password' : `login only, ${passwordWord(after?.password)}`,
      statements: ({ after }, context) => {
        if (after === undefined) return [];
        const password = context.passwordOf(after.name);
        const clause = password === undefined ? '' : ` PASSWORD ${literal(password)}`;
        return [
          { phase: 'roles', role: after.name, sql: `CREATE ROLE ${identifier(after.name)} LOGIN${clause}` },
          { phase: 'roles', role: after.name, sql: markComment('role', after.name, null, context) },
        ];
      },
      attribute: () => 'CREATEROLE',
      lacks: () => [],
      changes: () => undefined,
    },
    'alter-role': {
      place: 'role',
      summary: ({ after }) =>
        [after?.can_login && 'may log in', after?.password && passwordWord(after.password)].filter(Boolean).join(', '),
      statements: ({ after }, context) => {
        if (after === undefined) return [];
        const { name } = after;
        const password = after.password && context.passwordOf(name);
        const clauses = [after.can_login && 'LOGIN', password && `PASSWORD ${literal(password)}`].filter(Boolean);
        const phase = password === undefined ? 'roles' : 'passwords';
        return clauses.length === 0
          ? []
          : [{ phase, role: name, sql: `ALTER ROLE ${identifier(name)} ${clauses.join(' ')}` }];
      },
      lacks: ({ after }, seen) => lacksRoleAdmin(after?.name ?? '', seen),
      changes: ({ after }) => ({ role: after?.name ?? '' }),
      rotates: ({ after }) => after?.name,
    },
    'adopt-role': {
      place: 'role',
      summary: adoptionSummary,
      statements: ({ after }, context) => (after === undefined ? [] : [marking(after.name, context)]),
      lacks: ({ after }, seen) => lacksRoleAdmin(after?.name ?? '', seen),
      changes: () => undefined,
    },
  },

  status: ({ name }, { deploymentId, seen, pairsOf, proofs }) => {
    const found = seen.roles.get(name);
    if (found === undefined) return { roles: { name, state: 'missing' } };
    const states = pairsOf(name)
      .filter(({ live }) => live.state === 'present')
      .map((pair) => passwordState(pair, proofs));
    return {
      roles: {
        name,
        state: ownership(found.comment, deploymentId),
        can_login: found.canLogin,
        connections: found.connections,
        password: states.find((state) => state !== 'proven') ?? states[0] ?? 'none',
      },
    };
  },
};

/** Whose mark a comment carries: ours where several marks stand. */
export function markedBy(comment: string | null, deploymentId: string): string | null {
  const deployments = deploymentsIn(comment);
  return deployments.includes(deploymentId) ? deploymentId : (deployments[0] ?? null);
}

/** Whether the password that a file holds is proven to be its role's. */
export function passwordState(
  { role: name, live }: FilePair,
  proofs: StatusContext['proofs'],
): DsnFileStatus['password'] {
  return live.state === 'present' ? proofs(name, live.password).state : 'none';
}

function marking(name: string, context: RuleContext) {
  return {
    phase: 'roles' as const,
    role: name,
    sql: markComment('role', name, context.commentOf('role', name), context),
  };
}

function lacksRoleAdmin(name: string, { roles, admin, server }: Scope['seen']) {
  if (roles.get(name)?.adminMayAlter) return [];
  const createrole = admin.createsRoles ? '' : ` ALTER ROLE ${identifier(admin.name)} CREATEROLE;`;
  const option =
    server.versionNum >= 160000
      ? ` GRANT ${identifier(name)} TO ${identifier(admin.name)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`
      : '';
  return [
    lacking('lacks-role-admin', `role ${shown(admin.name)} may not alter role ${shown(name)}`, {
      remedy: runs(superuser, anyDatabase, `${createrole}${option}`.trim()),
    }),
  ];
}
