// Roles that are to go: no login, no session, nothing that they own or have rights on, then no role. Each of it is
// committed by itself, so an apply that was cut off is continued by the next. What is not ours is refused elsewhere.
// https://www.postgresql.org/docs/current/role-removal.html
import type { RetiringRole } from '../observe/retiring.ts';
import { someNames } from '../text/bounded.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import type { Kind, Meaning, Registered, Scope, StepsOfKind } from './kind/kind.ts';
import { meanings } from './kind/kind.ts';
import {
  clearedShape,
  clearing,
  isDropped,
  lacksPlace,
  ownedWords,
  placesOf,
  refusalsOf,
} from './retirement/retired-role-contents.ts';
import { findingsOf, lossesOf } from './retirement/retired-role-findings.ts';
import { lacksRoleAdmin } from './roles/role-admin.ts';

export interface RetiredRole {
  readonly kind: 'retired-role';
  readonly name: string;
  /** Who gets what it owns. */
  readonly heir?: string;
  readonly isGone: boolean;
}

const registered = {
  'end-login': {
    about: 'role',
    before: ({ shape, text, flag }) => shape({ name: text, can_login: flag }),
    after: ({ shape, text, always }) => shape({ name: text, can_login: always(false) }),
  },
  'take-database': {
    about: 'database',
    before: ({ shape, text }) => shape({ name: text, owner: text }),
    after: ({ shape, text }) => shape({ name: text, owner: text }),
  },
  'clear-role': {
    about: 'role',
    before: clearedShape,
    after: ({ shape, text, may }) => shape({ name: text, database: text, owner: may(text) }),
  },
  'drop-role': {
    about: 'role',
    before: ({ shape, text, list }) => shape({ name: text, members: list(text) }),
  },
} satisfies Registered;

type RetiringStep = StepsOfKind<typeof registered>;

export const retiredRole: Kind<RetiredRole, typeof registered> = {
  registered,
  identity: ({ name }) => [name],
  database: () => undefined,
  asksDetails: () => [],

  isManaged: ({ name }, { retired }) => {
    const standing = retired?.roles.get(name);
    return standing !== undefined && standing !== 'refused';
  },

  observed: ({ seen }, desired) => desired.map((wanted) => ({ ...wanted, isGone: !seen.roles.has(wanted.name) })),

  made: () => impossible(),
  gone: () => impossible(),

  changed: (_, role, scope) => {
    const found = scope.seen.retiring?.roles.get(role.name);
    if (found === undefined) return impossible();
    const places = placesOf(found, scope);
    const refusals = refusalsOf(role, found, places, scope);
    if (refusals.length > 0) return meanings(refusals.map((refusal) => ({ refusal, errorClass: 'unsafe' as const })));
    const cleared = places.map((place, index) => clearing(role, place, index === 0, found, scope));
    return meanings([
      ...findingsOf(role, scope, cleared, found.places).map((finding): Meaning<RetiringStep> => ({ finding })),
      ...stepsOf(role, found, cleared, scope).map((step): Meaning<RetiringStep> => ({ step })),
    ]);
  },

  findings: () => [],

  actions: {
    'end-login': {
      place: 'retired-login',
      summary: ({ before }) =>
        before?.can_login ? 'may no longer log in, and its sessions are ended' : 'its sessions are ended',
      statements: ({ before, after }) => {
        if (before === undefined || after === undefined) return [];
        const { name } = after;
        const sql = `SELECT pg_catalog.pg_terminate_backend(session.pid, 5000) FROM pg_catalog.pg_stat_activity AS session WHERE session.usename = ${literal(name)}`;
        return [
          ...(before.can_login
            ? [{ phase: 'retired-logins' as const, role: name, sql: `ALTER ROLE ${identifier(name)} NOLOGIN` }]
            : []),
          { phase: 'retired-sessions', role: name, sql, as: name },
        ];
      },
      lacks: ({ after }, seen) => lacksRoleAdmin(after?.name ?? '', seen),
      changes: () => undefined,
    },
    'take-database': {
      place: 'retired-login',
      summary: ({ before }) => `was ${shown(before?.owner ?? '')}'s; the admin's from now on`,
      statements: ({ before }) => (before === undefined ? [] : [takingDatabase(before.name, before.owner)]),
      attribute: () => 'CREATEDB',
      lacks: () => [],
      changes: () => undefined,
    },
    'clear-role': {
      place: 'retired-contents',
      isIndivisible: true,
      summary: ({ before, after }) =>
        before === undefined
          ? ''
          : [
              `in ${shown(before.database)}`,
              ...(after?.owner === undefined
                ? []
                : [`${ownedWords(before.owned) || 'whatever it owns'} to ${shown(after.owner)}`]),
              'its rights end',
              ...lossesOf(before).map((loss) => `takes ${loss}`),
            ].join('; '),
      alsoRisks: ({ before }) => (before?.runs_as_owner === undefined ? [] : ['elevate']),
      statements: ({ before, after }) => {
        if (before === undefined || after === undefined) return [];
        const { name, database, granted_by, lends } = before;
        const { owner } = after;
        const role = identifier(name);
        const as = [...new Set([name, ...(owner === undefined ? [] : [owner]), ...granted_by])];
        const here = { phase: 'retired-contents' as const, database, role: name };
        const lending = (word: 'GRANT' | 'REVOKE') =>
          lends.map((lent) => {
            const [to, heir] = [word === 'GRANT' ? 'TO' : 'FROM', identifier(owner ?? '')];
            return {
              ...here,
              sql: `${word} CREATE ON SCHEMA ${identifier(lent.schema)} ${to} ${heir}`,
              as: lent.owner,
            };
          });
        return [
          ...lending('GRANT'),
          ...(owner === undefined ? [] : [{ ...here, sql: `REASSIGN OWNED BY ${role} TO ${identifier(owner)}`, as }]),
          { ...here, sql: `DROP OWNED BY ${role}`, as },
          ...lending('REVOKE'),
        ];
      },
      lacks: ({ before, after }, { retiring, admin }) => {
        const found = before && retiring?.roles.get(before.name);
        if (before === undefined || found === undefined) return [];
        return lacksPlace({ database: before.database, heir: after?.owner }, found, admin);
      },
      changes: () => undefined,
    },
    'drop-role': {
      place: 'retired-role',
      summary: ({ before }) =>
        before === undefined || before.members.length === 0
          ? 'when nothing depends on it any more'
          : `when nothing depends on it any more; ${someNames(before.members)} lose what they have by it`,
      statements: ({ before }) =>
        before === undefined
          ? []
          : [{ phase: 'retired-roles', role: before.name, sql: `DROP ROLE ${identifier(before.name)}` }],
      lacks: ({ before }, seen) => lacksRoleAdmin(before?.name ?? '', seen),
      changes: () => undefined,
    },
  },

  status: () => ({}),
};

function impossible(): never {
  throw new Error('internal error: a role to be retired was looked up and is not there');
}

/** Gives a database to the admin, with the rights of who has it. */
export function takingDatabase(name: string, owner: string) {
  const sql = `ALTER DATABASE ${identifier(name)} OWNER TO CURRENT_USER`;
  return { phase: 'retired-logins' as const, database: name, sql, as: owner };
}

function stepsOf(
  { name }: RetiredRole,
  { ownsDatabases, members }: RetiringRole,
  cleared: readonly RetiringStep[],
  { seen, retired }: Scope,
): RetiringStep[] {
  const target = printable(name);
  const { canLogin = false, connections = 0 } = seen.roles.get(name) ?? {};
  const taken = ownsDatabases.filter(
    (database) => !isDropped(database.name, retired) && !retired?.given.has(database.name),
  );
  return [
    ...(canLogin || connections > 0
      ? [
          {
            action: 'end-login' as const,
            target,
            risk: 'destructive' as const,
            before: { name, can_login: canLogin },
            after: { name, can_login: false as const },
          },
        ]
      : []),
    ...taken.map((database) => ({
      action: 'take-database' as const,
      target: printable(database.name),
      risk: 'destructive' as const,
      before: { name: database.name, owner: name },
      after: { name: database.name, owner: seen.admin.name },
    })),
    ...cleared,
    { action: 'drop-role', target, risk: 'destructive', before: { name, members } },
  ];
}
