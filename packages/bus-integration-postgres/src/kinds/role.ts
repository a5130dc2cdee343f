// Roles: made with their mark, logins with a password; marked when adopted, let log in, given another password, their
// attributes changed.
import type { Risk, ShapeWords } from 'bus-integration-database';
import { markedBy, withMark, withNoPassword, withPassword } from '../observe/mark.ts';
import { printable } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import { identityOf } from './kind/identity.ts';
import { type Kind, type Meaning, meanings, type Registered, type RuleContext, type StepsOfKind } from './kind/kind.ts';
import { adoptionSummary, firstPassword, markComment, markedShape, passwordWord } from './kind/kind-words.ts';
import { lacksRoleAdmin, markOnAdmin, undeclaredLogin } from './roles/role-admin.ts';
import {
  attributeChanges,
  attributeClauses,
  attributeShapes,
  attributesRefused,
  attributesSummary,
  contentMadeWith,
  elevating,
  lacksForAttributes,
  observedAttributes,
  type RoleAttributes,
} from './roles/role-attributes.ts';
import { roleStatus } from './roles/role-status.ts';

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
  /** Those that are named, or read because they are. */
  readonly attributes?: RoleAttributes;
}

/** What a role's step changes, before or after. */
const changed = (words: ShapeWords) => ({
  name: words.text,
  can_login: words.may(words.flag),
  ...attributeShapes(words),
});

const registered = {
  'create-role': {
    about: 'role',
    after: (words) => {
      const { connection_limit, valid_until, inherit } = attributeShapes(words);
      const password = words.oneOf(['new', 'kept', 'staged', 'sibling', 'none']);
      return words.shape({ name: words.text, can_login: words.flag, password, connection_limit, valid_until, inherit });
    },
  },
  'alter-role': {
    about: 'role',
    before: (words) => words.shape({ ...changed(words), replaces: words.may(words.text) }),
    after: (words) => words.shape({ ...changed(words), password: words.may(words.oneOf(['new', 'staged'])) }),
  },
  'adopt-role': { about: 'role', before: markedShape, after: markedShape },
} satisfies Registered;

export const role: Kind<Role, typeof registered> = {
  registered,
  identity: ({ name }) => [name],
  database: () => undefined,

  isManaged: ({ name, deployment }, { roles, declared, deploymentId }) => {
    const standing = roles.get(name);
    return standing === undefined ? deployment === deploymentId && !declared.roles.has(name) : standing !== 'refused';
  },

  asksDetails: ({ attributes }) => (attributes === undefined ? undefined : []),

  observed: ({ seen, deploymentId }, desired) => {
    const byName = new Map(desired.map((wanted) => [wanted.name, wanted]));
    return [...seen.roles.values()].map((role) => {
      const { name, comment, canLogin } = role;
      const { attributes, canLogin: isToLogIn = true } = byName.get(name) ?? {};
      return {
        kind: 'role',
        name,
        deployment: markedBy(comment, deploymentId),
        // A group that already logs in keeps it, unless the file says that it must not.
        canLogin: isToLogIn || attributes?.login === false ? canLogin : false,
        password: 'held',
        ...(attributes && { attributes: observedAttributes(attributes, role, seen) }),
      };
    });
  },

  made: ({ name, password, canLogin, attributes = {} }, { seen }) => {
    const refusal = attributesRefused(name, attributes, seen);
    if (refusal !== undefined) return [{ refusal }];
    const target = printable(name);
    const made = { name, can_login: canLogin, password: password === 'held' ? ('none' as const) : password };
    const powers = elevating.filter((key) => attributes[key]);
    const flags = (value: boolean) => Object.fromEntries(powers.map((key) => [key, value]));
    const elevation = {
      action: 'alter-role',
      target,
      risk: 'elevate',
      before: { name, ...flags(false) },
      after: { name, ...flags(true) },
    } as const;
    return [
      {
        step: {
          action: 'create-role',
          target,
          risk: 'create',
          after: { ...made, ...contentMadeWith(attributes, seen.server.versionNum) },
        },
      },
      ...(powers.length === 0 ? [] : [{ step: elevation }]),
    ];
  },

  changed: (before, after, { seen }) => {
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
    const refusal = attributesRefused(name, after.attributes ?? {}, seen);
    if (refusal !== undefined) return [{ refusal }];
    const attributes = [before.attributes ?? {}, after.attributes ?? {}] as const;
    for (const { risk, ...change } of attributeChanges(...attributes, seen.server.versionNum)) {
      const [was, is] = [change.before, change.after].map((content) => ({ name, ...content }));
      found.push({
        step: { action: 'alter-role', target, risk, ...(was && { before: was }), ...(is && { after: is }) },
      });
    }
    if (password !== 'held') {
      const was = { name, ...(replaces !== undefined && { replaces }) };
      const is = { name, password: password === 'new' ? ('new' as const) : ('staged' as const) };
      const risk: Risk = replaces === undefined ? 'update' : 'rotate';
      found.push({ step: { action: 'alter-role', target, risk, before: was, after: is } });
    }
    return meanings(found);
  },

  gone: ({ name }, { seen, retired }) => {
    if (name === seen.admin.name) return [{ finding: markOnAdmin(name) }];
    return retired?.roles.get(name) === 'ours'
      ? [{ with: identityOf('retired-role', [name]) }]
      : [{ leftover: 'role' }];
  },

  findings: ({ name, canLogin, attributes }, { seen, roles }) =>
    canLogin || attributes?.login === false || !seen.roles.get(name)?.canLogin || roles.get(name) === 'refused'
      ? []
      : [undeclaredLogin(name)],

  actions: {
    'create-role': {
      place: 'role',
      summary: ({ after }) =>
        [
          after?.can_login === false
            ? 'a group, without login'
            : after?.password === 'none'
              ? 'login only, without a password'
              : `login only, ${firstPassword(after?.password)}`,
          ...attributesSummary({}, after ?? {}),
        ].join(', '),
      statements: ({ after }, context) => {
        if (after === undefined) return [];
        const { name } = after;
        const password = context.passwordOf(name);
        const mark = withMark(null, context.deploymentId);
        const comment = after.password === 'none' ? withNoPassword(mark) : mark;
        const clauses = [
          ...attributeClauses(after),
          ...(password === undefined ? [] : [`PASSWORD ${literal(password)}`]),
        ];
        return [
          { phase: 'roles', role: name, sql: `CREATE ROLE ${identifier(name)} ${clauses.join(' ')}` },
          { phase: 'roles', role: name, sql: commenting(name, comment) },
        ];
      },
      attribute: () => 'CREATEROLE',
      lacks: () => [],
      changes: () => undefined,
    },
    'alter-role': {
      place: 'role',
      summary: ({ before = {}, after }) =>
        [
          ...(after?.can_login === undefined ? [] : [after.can_login ? 'may log in' : 'may no longer log in']),
          ...attributesSummary(before, after ?? {}),
          ...(after?.password === undefined ? [] : [passwordWord(after.password)]),
        ].join(', '),
      statements: ({ after }, context) => {
        if (after === undefined) return [];
        const { name } = after;
        const password = after.password && context.passwordOf(name);
        const clauses = [...attributeClauses(after), ...(password ? [`PASSWORD ${literal(password)}`] : [])];
        const phase = password === undefined ? 'roles' : 'passwords';
        const comment = password === undefined ? undefined : withPassword(context.commentOf('role', name));
        return clauses.length === 0
          ? []
          : [
              { phase, role: name, sql: `ALTER ROLE ${identifier(name)} ${clauses.join(' ')}` },
              ...(comment === undefined ? [] : [{ phase, role: name, sql: commenting(name, comment) } as const]),
            ];
      },
      lacks: ({ after }, seen) =>
        after === undefined
          ? []
          : [...lacksRoleAdmin(after.name, seen), ...lacksForAttributes(after.name, after, seen)],
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

  status: roleStatus,
};

function commenting(name: string, comment: string): string {
  return `COMMENT ON ROLE ${identifier(name)} IS ${literal(comment)}`;
}

function marking(name: string, context: RuleContext) {
  return {
    phase: 'roles' as const,
    role: name,
    sql: markComment('role', name, context.commentOf('role', name), context),
  };
}
