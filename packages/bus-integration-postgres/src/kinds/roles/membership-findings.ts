// What is told of memberships: what a version can't do, what others gave, circles, and members without rights. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { ObservedEdge } from '../../observe/observed-details.ts';
import { adminOrSuperuser, anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';
import { type EdgeOption, edgesGivenBy, edgesOf, standingOptions } from './membership-edges.ts';

interface Desired {
  readonly group: string;
  readonly member: string;
  readonly inherit?: boolean | undefined;
  readonly set?: boolean | undefined;
}

/** Before 16 whoever is a member may SET ROLE. */
export function optionsRefused({ group, member, set }: Desired, { server }: Observation): Diagnostic | undefined {
  if (server.versionNum >= 160000 || set !== false) return undefined;
  return {
    severity: 'fail',
    code: 'membership',
    message: `PostgreSQL ${server.version} knows no membership without SET, as ${shown(member)} is to have in ${shown(group)}`,
    target: printable(member),
    remedy: 'take set: false out of the manifest; it needs PostgreSQL 16 or newer',
  };
}

/** A member that does not inherit has no rights by it but with SET ROLE. */
export function withoutRights(desired: Desired, seen: Observation): Diagnostic[] {
  const { group, member, inherit } = desired;
  const edges = edgesOf(desired, seen);
  const known = seen.details?.roles.get(member);
  const isInheriting = edges.length > 0 ? standingOptions(edges, desired, seen).inherit : (known?.inherits ?? true);
  if (inherit !== undefined || isInheriting) return [];
  const isNew = seen.server.versionNum >= 160000;
  const sql = isNew
    ? `GRANT ${identifier(group)} TO ${identifier(member)} WITH INHERIT TRUE;`
    : `ALTER ROLE ${identifier(member)} INHERIT;`;
  return [
    {
      severity: 'warn',
      code: 'membership-without-rights',
      message: `role ${shown(member)} does not inherit: as a member of ${shown(group)} it has none of its rights without SET ROLE`,
      target: printable(member),
      ...advise([
        `if it is not meant, say ${isNew ? 'inherit: true of the membership' : 'inherit: true of the role'}, or `,
        runs(adminOrSuperuser, anyDatabase, sql),
      ]),
    },
  ];
}

/** https://www.postgresql.org/docs/current/sql-grant.html: no circles of memberships. */
export function circle({ group, member }: Desired, { details }: Observation): Diagnostic[] {
  if (details?.roles.get(group)?.groups.includes(member) !== true) return [];
  return [
    lacking(
      'membership-circle',
      `role ${shown(group)} is a member of ${shown(member)} already, directly or not; each a member of the other can't be`,
      {
        remedy: runs(superuser, anyDatabase, `REVOKE ${identifier(member)} FROM ${identifier(group)};`),
      },
    ),
  ];
}

/** A REVOKE by anybody but the grantor only warns. */
export function foreignEdge(edge: ObservedEdge, options: readonly EdgeOption[], _: Observation): Diagnostic {
  const { group, member, grantor } = edge;
  const by = grantor === null ? '' : ` GRANTED BY ${identifier(grantor)}`;
  const of = `${identifier(group)} FROM ${identifier(member)}${by};`;
  const sql =
    options.length === 0 ? [`REVOKE ${of}`] : options.map((one) => `REVOKE ${one.toUpperCase()} OPTION FOR ${of}`);
  const what =
    options.length === 0
      ? `is a member of ${shown(group)}`
      : `has ${options.map((one) => one.toUpperCase()).join(' and ')} of its membership in ${shown(group)}`;
  return {
    severity: 'warn',
    code: 'foreign-membership',
    message: `role ${shown(member)} ${what} by ${shown(grantor ?? 'somebody')}'s grant, which this admin can't take back`,
    target: printable(group),
    ...advise(runs(superuser, anyDatabase, sql.join(' '))),
  };
}

/** Memberships that the member gave go only before its ADMIN: CASCADE would take them from who uses them. */
export function dependents(edge: ObservedEdge, seen: Observation): Diagnostic | undefined {
  const { group, member } = edge;
  const resting = edgesGivenBy(edge, seen);
  if (resting.length === 0) return undefined;
  const sql = resting.map(
    (one) => `REVOKE ${identifier(group)} FROM ${identifier(one.member)} GRANTED BY ${identifier(member)};`,
  );
  const names = resting.map((one) => shown(one.member)).join(', ');
  return {
    severity: 'warn',
    code: 'membership-dependents',
    message: `role ${shown(member)} gave memberships in ${shown(group)} (to ${names}), which rest on its ADMIN`,
    target: printable(group),
    ...advise(runs('where they are to go, a superuser', anyDatabase, sql.join(' '))),
  };
}
