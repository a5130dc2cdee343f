// The attributes of a role beside its name, its login and its password: those that the file names are compared, all
// others are left as they are. Pure. https://www.postgresql.org/docs/current/sql-createrole.html
import type { ContentOf, Diagnostic, Risk, ShapeWords } from 'bus-integration-database';
import type { Observation, ObservedRole } from '../../observe/observation.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';
import { normalInstant } from './instant.ts';

export interface RoleAttributes {
  /** It must not log in. A role that nothing is said of keeps its login. */
  readonly login?: false;
  /** -1: no limit. */
  readonly connectionLimit?: number;
  /** In the one form of {@link normalInstant}, or `infinity`. */
  readonly validUntil?: string;
  readonly inherit?: boolean;
  /** What its memberships ask for where INHERIT is the member's own, before 16; they may ask for both. */
  readonly inheritBefore16?: boolean | 'contradictory';
  readonly createdb?: boolean;
  readonly bypassrls?: boolean;
  readonly replication?: boolean;
}

/** Those that give power beyond the deployment's own things. */
export const elevating = ['createdb', 'bypassrls', 'replication'] as const;
type Elevating = (typeof elevating)[number];

/** Why attributes can't be had on this version. */
export function attributesRefused(name: string, attributes: RoleAttributes, seen: Observation): Diagnostic | undefined {
  if (attributes.inheritBefore16 !== 'contradictory' || seen.server.versionNum >= 160000) return undefined;
  return {
    severity: 'fail',
    code: 'membership',
    message: `PostgreSQL ${seen.server.version} has one INHERIT for all memberships of role ${shown(name)}, and the manifest wants it on and off`,
    target: printable(name),
    remedy: 'say the same of all of them, acts_as among them (which is without); PostgreSQL 16 has one for each',
  };
}

/** They stand in a step by these names. */
const keys = {
  login: 'can_login',
  connectionLimit: 'connection_limit',
  validUntil: 'valid_until',
  inherit: 'inherit',
  inheritBefore16: 'inherit',
  createdb: 'createdb',
  bypassrls: 'bypassrls',
  replication: 'replication',
} as const satisfies Record<keyof RoleAttributes, string>;

export const attributeShapes = ({ text, number, flag, may }: ShapeWords) => ({
  connection_limit: may(number),
  valid_until: may(text),
  inherit: may(flag),
  createdb: may(flag),
  bypassrls: may(flag),
  replication: may(flag),
});
const attributesShape = (words: ShapeWords) =>
  words.shape({ can_login: words.may(words.flag), ...attributeShapes(words) });
/** As a step says them. */
export type AttributeContent = ContentOf<typeof attributesShape>;

/** Of a role's attributes, as they are, those that are named. */
export function observedAttributes(
  named: RoleAttributes,
  role: ObservedRole,
  { details, server }: Pick<Observation, 'details' | 'server'>,
): RoleAttributes {
  const known = details?.roles.get(role.name);
  const inherit = known?.inherits ?? true;
  const found = {
    ...(!role.canLogin && { login: false as const }),
    connectionLimit: Math.max(role.connectionLimit, -1),
    validUntil: normalInstant(known?.validUntil ?? 'infinity'),
    inherit,
    ...(named.inheritBefore16 !== undefined && {
      inheritBefore16: server.versionNum < 160000 ? inherit : named.inheritBefore16,
    }),
    createdb: role.createsDatabases,
    bypassrls: role.bypassesRowSecurity,
    replication: role.replicates,
  };
  return only(named, found);
}

function only(named: RoleAttributes, of: RoleAttributes): RoleAttributes {
  return Object.fromEntries(Object.entries(of).filter(([key]) => Object.hasOwn(named, key)));
}

/** Those that a role is made with; power comes by a step of its own. */
export function contentMadeWith(attributes: RoleAttributes, versionNum: number): AttributeContent {
  const { connectionLimit, validUntil, inheritBefore16 } = attributes;
  const inherit = attributes.inherit ?? (versionNum < 160000 ? inheritBefore16 : undefined);
  return contentOf({
    ...(connectionLimit !== undefined && connectionLimit !== -1 && { connectionLimit }),
    ...(validUntil !== undefined && validUntil !== 'infinity' && { validUntil }),
    ...(inherit === false && { inherit }),
  });
}

export interface AttributeChange {
  readonly risk: Risk;
  readonly before: AttributeContent;
  readonly after: AttributeContent;
}

/** What differs, one change for each risk, and nothing that stays as it is: platforms refuse to be told what is so. */
export function attributeChanges(before: RoleAttributes, after: RoleAttributes, versionNum: number): AttributeChange[] {
  const changes = new Map<Risk, AttributeChange>();
  for (const key of Object.keys(keys) as (keyof RoleAttributes)[]) {
    if (!Object.hasOwn(after, key) || before[key] === after[key]) continue;
    const risk = riskOf(key, after[key], versionNum);
    const { before: was, after: is } = changes.get(risk) ?? { before: {}, after: {} };
    changes.set(risk, {
      risk,
      before: { ...was, ...(key === 'login' ? { can_login: true } : contentOf({ [key]: before[key] })) },
      after: { ...is, ...contentOf({ [key]: after[key] }) },
    });
  }
  return [...changes.values()];
}

/** Until 16 INHERIT is in effect for every membership at once; since then it is only what new ones begin with. */
function riskOf(key: keyof RoleAttributes, value: unknown, versionNum: number): Risk {
  if (key === 'login') return 'revoke';
  if (isElevating(key)) return value === true ? 'elevate' : 'revoke';
  if (!key.startsWith('inherit') || versionNum >= 160000) return 'update';
  return value === true ? 'grant' : 'revoke';
}

function isElevating(key: string): key is Elevating {
  return (elevating as readonly string[]).includes(key);
}

function contentOf(attributes: RoleAttributes): AttributeContent {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [keys[key as keyof RoleAttributes], value]),
  );
}

/** The clauses of CREATE ROLE and ALTER ROLE; never SUPERUSER or CREATEROLE. */
export function attributeClauses(content: AttributeContent): string[] {
  const { can_login, connection_limit, valid_until, ...flags } = content;
  const word = {
    inherit: 'INHERIT',
    createdb: 'CREATEDB',
    bypassrls: 'BYPASSRLS',
    replication: 'REPLICATION',
  } as const;
  return [
    ...(can_login === undefined ? [] : [can_login ? 'LOGIN' : 'NOLOGIN']),
    ...(connection_limit === undefined ? [] : [`CONNECTION LIMIT ${connection_limit}`]),
    ...(valid_until === undefined ? [] : [`VALID UNTIL ${literal(valid_until)}`]),
    ...(Object.keys(word) as (keyof typeof word)[]).flatMap((key) =>
      flags[key] === undefined ? [] : [flags[key] ? word[key] : `NO${word[key]}`],
    ),
  ];
}

/** In words, what was beside what is to be: `at most 40 connections (was no limit)`. */
export function attributesSummary(before: AttributeContent, after: AttributeContent): string[] {
  const told = (key: keyof AttributeContent) => {
    const was = before[key] === undefined ? '' : ` (was ${inWords(key, before[key])})`;
    return after[key] === undefined ? [] : [`${inWords(key, after[key])}${was}`];
  };
  return [
    ...told('connection_limit'),
    ...told('valid_until'),
    ...(['inherit', ...elevating] as const).flatMap((key) =>
      after[key] === undefined ? [] : [inWords(key, after[key])],
    ),
  ];
}

function inWords(key: keyof AttributeContent, value: unknown): string {
  switch (key) {
    case 'connection_limit':
      return value === -1 ? 'no limit of connections' : `at most ${value} connection${value === 1 ? '' : 's'}`;
    case 'valid_until':
      return value === 'infinity' ? 'password good for ever' : `password good until ${value}`;
    case 'can_login':
      return value === true ? 'may log in' : 'may not log in';
    default:
      return value === true ? key.toUpperCase() : `NO${key.toUpperCase()}`;
  }
}

/**
 * What the admin may not change of a role: from 16 on it gives only what it has itself, before that only CREATEDB.
 * https://www.postgresql.org/docs/16/sql-createrole.html
 */
export function lacksForAttributes(name: string, content: AttributeContent, seen: Observation): Diagnostic[] {
  const { admin, details, server } = seen;
  if (admin.isSuperuser) return [];
  const isNew = server.versionNum >= 160000;
  const has: Record<Elevating, boolean> = {
    createdb: isNew ? admin.createsDatabases : true,
    bypassrls: isNew && details?.admin.bypassesRowSecurity === true,
    replication: isNew && details?.admin.replicates === true,
  };
  const lacked = elevating.filter((key) => content[key] !== undefined && !has[key]);
  if (lacked.length === 0) return [];
  const words = lacked.map((key) => key.toUpperCase());
  const clauses = attributeClauses(Object.fromEntries(lacked.map((key) => [key, content[key]])));
  const role = seen.roles.has(name) ? identifier(name) : undefined;
  const own = `ALTER ROLE ${identifier(admin.name)} ${words.join(' ')};`;
  const remedy =
    role !== undefined
      ? runs(superuser, anyDatabase, `ALTER ROLE ${role} ${clauses.join(' ')};`)
      : isNew
        ? runs(superuser, anyDatabase, own)
        : 'only a superuser gives it: name one in the admin DSN';
  return [
    lacking(
      'lacks-attribute',
      `role ${shown(admin.name)} may not give or take ${words.join(' and ')}, as ${shown(name)} needs`,
      { remedy },
    ),
  ];
}
