// The membership that a plain admin gives itself for one transaction, to have another role's rights in it, and how it is
// taken back so that pg_auth_members is as it was, row for row. Pure.
// https://www.postgresql.org/docs/current/sql-grant.html#SQL-GRANT-DESCRIPTION-ROLES
import type { Observation } from '../observe/observation.ts';
import { identifier } from '../text/sql-text.ts';

export interface SelfGrant {
  readonly grant: string;
  /** Leaves what stood before: a fixed REVOKE would take a standing membership away. */
  readonly undo: string;
}

/** A statement, and the roles whose rights it needs beside the admin's own. */
export interface ActingStatement {
  readonly sql: string;
  readonly as?: string | readonly string[] | undefined;
}

/** Undefined where the admin has the role's rights already. */
export function selfGrantOf(role: string, seen: Observation): SelfGrant | undefined {
  const { admin, details, server } = seen;
  if (admin.isSuperuser || role === admin.name) return undefined;
  const known = details?.roles.get(role);
  if (details === undefined || (known === undefined && seen.roles.has(role)))
    throw new Error(`internal error: it was not read who may act as role ${role}`);
  const name = identifier(role);
  if (server.versionNum < 160000) {
    if (known?.adminHasRights) return undefined;
    const stands = details.edges.some(({ group, member }) => group === role && member === admin.name);
    // A standing membership without rights is a NOINHERIT admin's: nothing is to be given, or taken back.
    return stands ? undefined : { grant: `GRANT ${name} TO CURRENT_USER`, undo: `REVOKE ${name} FROM CURRENT_USER` };
  }
  if (known?.adminHasRights && known.adminMaySet) return undefined;
  // Who makes a role has ADMIN on it, and grants it as itself.
  const grantor = known === undefined ? admin.name : known.grantor;
  const by = grantor === null || grantor === admin.name ? '' : ` GRANTED BY ${identifier(grantor)}`;
  const standing = details.edges.find(
    (edge) => edge.group === role && edge.member === admin.name && edge.grantor === grantor,
  );
  const give = (inherit: boolean, set: boolean) =>
    `GRANT ${name} TO CURRENT_USER WITH INHERIT ${word(inherit)}, SET ${word(set)}${by}`;
  return {
    grant: give(true, true),
    undo: standing === undefined ? `REVOKE ${name} FROM CURRENT_USER${by}` : give(standing.inherit, standing.set),
  };
}

/**
 * The statements of one transaction with the memberships that they need around them. Each role is joined once, in the
 * order of names: until the end of a transaction nobody else can join the same, and two orders would be a deadlock.
 *
 * @example
 * withSelfGrants([{ sql: 'CREATE SCHEMA "app" AUTHORIZATION "o"', as: 'o' }], (role) => selfGrantOf(role, seen));
 */
export function withSelfGrants<T extends ActingStatement>(
  statements: readonly T[],
  grantOf: (role: string) => SelfGrant | undefined,
): readonly ActingStatement[] {
  const roles = [...actedAs(statements)].sort();
  if (roles.length === 0) return statements;
  const grants = roles.flatMap((role) => grantOf(role) ?? []);
  return [
    ...grants.map(({ grant }) => ({ sql: grant })),
    ...statements,
    ...grants.map(({ undo }) => ({ sql: undo })).reverse(),
  ];
}

/** The roles whose rights statements need, each once. */
export function actedAs(statements: readonly ActingStatement[]): ReadonlySet<string> {
  return new Set(statements.flatMap(({ as = [] }) => as));
}

function word(isGiven: boolean): string {
  return isGiven ? 'TRUE' : 'FALSE';
}
