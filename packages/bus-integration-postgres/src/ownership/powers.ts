// What a role can do that no service may, and the statements that take it away. Pure.
// https://www.postgresql.org/docs/current/role-attributes.html
import type { Remedy } from 'bus-integration-database';
import { ownership } from '../observe/mark.ts';
import type { Observation, ObservedRole } from '../observe/observation.ts';
import type { PowerfulAttributes } from '../sql/verify/verify-query.ts';
import { adminOrSuperuser, anyDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

export interface ToldPowers {
  /** `has CREATEDB, is a member of pg_monitor` */
  readonly text: string;
  readonly remedy: Remedy;
}

/** Powers that are declared of a role. */
export interface DeclaredPowers {
  readonly attributes: ReadonlySet<'createdb' | 'bypassrls' | 'replication'>;
  /** Declared roles that it is declared to be a member of, directly or not: their powers are judged of themselves. */
  readonly groups: ReadonlySet<string>;
}

const nothingDeclared: DeclaredPowers = { attributes: new Set(), groups: new Set() };

/** Undefined where there is none but what is declared. */
export function powersOf(
  found: ObservedRole,
  seen: Observation,
  deploymentId: string,
  declared: DeclaredPowers = nothingDeclared,
  /** Of those it is judged by itself whether they may be touched. */
  databases: ReadonlySet<string> = new Set(),
): ToldPowers | undefined {
  const role = undeclared(found, declared);
  const attributes = powerfulAttributes(role);
  const memberships = membershipsOf(role);
  // Who may make databases owns those that it made.
  const ownedByRight = declared.attributes.has('createdb') ? [] : role.ownsDatabases;
  const owned = ownedByRight.filter((name) => {
    const database = seen.databases.get(name);
    return !databases.has(name) && (database === undefined || ownership(database.comment, deploymentId) !== 'ours');
  });
  const texts = [
    ...attributes.map(({ text }) => text),
    ...memberships,
    ...owned.map((name) => `owns database ${shown(name)}, which isn't this deployment's`),
  ];
  if (texts.length === 0) return undefined;
  const name = identifier(role.name);
  const grants = memberships.length === 0 ? [] : role.powerfulGrants;
  const sql = [
    ...(attributes.length === 0 ? [] : [`ALTER ROLE ${name} ${attributes.map(({ without }) => without).join(' ')};`]),
    ...grants.map(({ group, grantor }) => {
      // From 16 on REVOKE takes away only what the named grantor gave.
      const by = seen.server.versionNum >= 160000 ? ` GRANTED BY ${identifier(grantor)}` : '';
      return `REVOKE ${identifier(group)} FROM ${name}${by};`;
    }),
    ...owned.map((database) => `ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(seen.admin.name)};`),
  ];
  const isForAdmin =
    memberships.length + owned.length === 0 &&
    attributes.every(({ isForAdmin: may }) => may) &&
    role.adminMayAlter &&
    seen.admin.createsDatabases;
  return {
    text: texts.join(', '),
    remedy: runs(isForAdmin ? adminOrSuperuser : superuser, anyDatabase, sql.join(' ')),
  };
}

/** The role without what is declared of it. */
function undeclared(role: ObservedRole, { attributes, groups }: DeclaredPowers): ObservedRole {
  if (attributes.size + groups.size === 0) return role;
  const grants = role.powerfulGrants.filter(({ group }) => !groups.has(group));
  return {
    ...role,
    createsDatabases: role.createsDatabases && !attributes.has('createdb'),
    replicates: role.replicates && !attributes.has('replication'),
    bypassesRowSecurity: role.bypassesRowSecurity && !attributes.has('bypassrls'),
    powerfulGroups: role.powerfulGroups.filter(({ name }) => !groups.has(name)),
    powerfulGrants: grants.length === 0 ? role.powerfulGrants : grants,
  };
}

/** The attributes that no service may have, and what takes each away; `isForAdmin`: an admin without them all can. */
export function powerfulAttributes(role: PowerfulAttributes) {
  return [
    { has: role.isSuperuser, text: 'is a superuser', without: 'NOSUPERUSER', isForAdmin: false },
    { has: role.createsRoles, text: 'has CREATEROLE', without: 'NOCREATEROLE', isForAdmin: true },
    { has: role.createsDatabases, text: 'has CREATEDB', without: 'NOCREATEDB', isForAdmin: true },
    { has: role.replicates, text: 'has REPLICATION', without: 'NOREPLICATION', isForAdmin: false },
    { has: role.bypassesRowSecurity, text: 'has BYPASSRLS', without: 'NOBYPASSRLS', isForAdmin: false },
  ].filter(({ has }) => has);
}

function membershipsOf({ powerfulGroups, memberOf }: ObservedRole): string[] {
  // The owner of a database is pg_database_owner in it without being a member of anything.
  const predefined = memberOf.filter((group) => group.startsWith('pg_') && group !== 'pg_database_owner');
  return [
    ...powerfulGroups.map(({ name, power }) => `is a member of role ${shown(name)}, which ${power}`),
    ...predefined.map((group) => `is a member of ${group}`),
  ];
}
