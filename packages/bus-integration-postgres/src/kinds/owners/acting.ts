// What a plain admin lacks to get another role's rights for one transaction, and who can give it. Pure.
import type { Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { adminOrSuperuser, anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { Scope } from '../kind/kind.ts';
import { lacking } from '../kind/kind-words.ts';

/**
 * Groups by which platforms choose how a role logs in: whoever is a member of one logs in with a token, and no more with
 * its password. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
 */
const loginGroups = [
  ...['rds_iam', 'rds_ad'],
  ...['cloudsqliamuser', 'cloudsqliamserviceaccount', 'cloudsqliamgroup', 'cloudsqliamgroupuser'],
  ...['alloydbiamuser', 'alloydbiamgroup', 'alloydbiamgroupuser'],
  'azure_ad_user',
];
/** Those whose members a platform trusts with more than a deployment's admin is meant to have. */
const platformGroups = ['rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin'];

/** Why the admin can't have a role's rights, where it has not got them already. */
export function lacksToActAs(role: string, seen: Observation): Diagnostic[] {
  const { admin, details, server } = seen;
  if (admin.isSuperuser || role === admin.name || details === undefined) return [];
  const known = details.roles.get(role);
  const isNew = server.versionNum >= 160000;
  if (known?.adminHasRights && (known.adminMaySet || !isNew)) return [];
  const barred = known?.groups.find((group) => [...loginGroups, ...platformGroups].includes(group));
  if (barred !== undefined) return [throughPlatformGroup(role, barred, seen)];
  if (known !== undefined && known.grantor === null) return lacksMembersAdmin(role, seen);
  if (isNew || details.admin.inherits) return [];
  return [
    lacking(
      'lacks-inherit',
      `role ${shown(admin.name)} is NOINHERIT, so that being a member of ${shown(role)} gives it no rights`,
      { remedy: runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(admin.name)} INHERIT;`) },
    ),
  ];
}

/** Whether this admin may act as the owner of something in a database, or as who is to own it. */
export function mayActAs(
  owner: string,
  { seen, declared }: Pick<Scope, 'seen' | 'declared'>,
  database: string,
): boolean {
  if (owner === seen.admin.name || seen.admin.isSuperuser) return true;
  const patterns = seen.inside.get(database)?.objects?.patterns;
  if (patterns?.some((one) => one.owner === owner && one.adminActsAsOwner)) return true;
  // The server's first superuser is in no list of owners.
  const isKnown = seen.details?.roles.has(owner) || declared.roles.has(owner);
  return isKnown === true && lacksToActAs(owner, seen).length === 0;
}

/** What the admin lacks to give memberships in a role that exists. */
export function lacksMembersAdmin(group: string, { admin, details, server }: Observation): Diagnostic[] {
  const known = details?.roles.get(group);
  if (admin.isSuperuser || known === undefined || known.grantor !== null) return [];
  const sql =
    server.versionNum >= 160000
      ? `GRANT ${identifier(group)} TO ${identifier(admin.name)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`
      : `ALTER ROLE ${identifier(admin.name)} CREATEROLE;`;
  return [
    lacking('lacks-membership-admin', `role ${shown(admin.name)} may give no membership in role ${shown(group)}`, {
      remedy: runs(superuser, anyDatabase, sql),
    }),
  ];
}

function throughPlatformGroup(role: string, group: string, { admin }: Observation): Diagnostic {
  const name = shown(admin.name);
  const why = loginGroups.includes(group)
    ? `${name} could log in with its password no more`
    : `${name} would get its powers`;
  const sql = role === group ? undefined : `REVOKE ${identifier(group)} FROM ${identifier(role)};`;
  return lacking(
    'platform-group',
    `role ${shown(role)} is ${role === group ? 'a group of the platform' : `a member of ${shown(group)}`}; were ${name} joined to it, ${why}`,
    { remedy: sql === undefined ? 'name another role' : runs(superuser, anyDatabase, sql) },
  );
}
