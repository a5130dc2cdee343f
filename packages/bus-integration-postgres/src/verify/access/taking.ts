// Which statements take from a role what it has beyond its access: what was granted to it or to PUBLIC, by whoever granted
// it; the memberships that nobody declared; or, where those are declared, what the group was granted. Pure.
// https://www.postgresql.org/docs/current/sql-revoke.html
import type { Remedy } from 'bus-integration-database';
import type { SeenAccess, SeenEdge, SeenEntry } from '../../sql/verify/seen-access.ts';
import {
  adminOrSuperuser,
  anyDatabase,
  inDatabase,
  ownerOrSuperuser,
  runs,
  superuser,
} from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess } from './declared-access.ts';

export interface Excess {
  readonly expected: Pick<ExpectedAccess, 'role' | 'isDeclaredMember'>;
  readonly seen: Pick<SeenAccess, 'edges' | 'groups' | 'isSuperuser'>;
  readonly database: string;
  readonly privileges: readonly string[];
  readonly entries: readonly SeenEntry[];
  /** Of the things: whoever has its rights has them all. */
  readonly owner: string;
  /** The statement, from its privileges on, without the role that they are taken from: `REVOKE SELECT ON "app"."orders"`. */
  readonly revoke: (privileges: readonly string[]) => string;
  /** Who may run it of what the owner granted. */
  readonly as?: string;
}

/** Undefined where nothing that was seen gives it. */
export function taking(excess: Excess): Remedy | undefined {
  const { expected, seen, privileges, owner } = excess;
  const { role } = expected;
  if (seen.isSuperuser) return runs(superuser, anyDatabase, `ALTER ROLE ${identifier(role)} NOSUPERUSER;`);
  const having = excess.entries.filter(({ privilege }) => privileges.includes(privilege));
  const groups = [...new Set(having.flatMap(({ grantee }) => (grantee === null || grantee === role ? [] : [grantee])))];
  const edges = new Map(groups.map((group) => [group, waysTo(group, excess)]));
  const isTaken = ({ grantee }: SeenEntry) => grantee === null || grantee === role || edges.get(grantee)?.length === 0;
  const ofServer = [...predefined, [owner, privileges] as const].flatMap(([group, gives]) =>
    privileges.some((privilege) => gives.includes(privilege)) && hasRightsOf(group, excess)
      ? waysTo(group, excess)
      : [],
  );
  const memberships = [...new Set([...[...edges.values()].flat(), ...ofServer])];
  const parts = [...revocations(having.filter(isTaken), excess), ...leaving(memberships)];
  return parts.length === 0 ? undefined : parts.flatMap((part, index) => (index === 0 ? [part] : [' then ', part]));
}

/** What the server's own roles may on everything. https://www.postgresql.org/docs/current/predefined-roles.html */
const predefined: readonly (readonly [group: string, gives: readonly string[]])[] = [
  ['pg_read_all_data', ['SELECT', 'USAGE']],
  ['pg_write_all_data', ['INSERT', 'UPDATE', 'DELETE', 'USAGE']],
  ['pg_maintain', ['MAINTAIN']],
];

function hasRightsOf(group: string, { seen }: Excess): boolean {
  return seen.groups.some(({ name, isInherited }) => name === group && isInherited);
}

function waysTo(group: string, { expected, seen }: Excess): SeenEdge[] {
  return undeclaredEdges(
    group,
    expected,
    seen.edges.filter(({ inherits }) => inherits),
  );
}

/** On each way from the role to a group, the first membership that nobody declared. */
export function undeclaredEdges(
  group: string,
  { role, isDeclaredMember }: Pick<ExpectedAccess, 'role' | 'isDeclaredMember'>,
  edges: readonly SeenEdge[],
): SeenEdge[] {
  const found = new Set<SeenEdge>();
  const leadsThere = membersOf(group, edges);
  const known = new Set<string>();
  const visit = (member: string): void => {
    if (known.has(member)) return;
    known.add(member);
    for (const edge of edges) {
      if (edge.member !== member || !leadsThere.has(edge.group)) continue;
      if (isDeclaredMember(member, edge.group)) visit(edge.group);
      else found.add(edge);
    }
  };
  visit(role);
  return [...found];
}

/** A group, and its members, directly or not. */
function membersOf(group: string, edges: readonly SeenEdge[]): ReadonlySet<string> {
  const found = new Set([group]);
  for (const one of found) for (const edge of edges) if (edge.group === one) found.add(edge.member);
  return found;
}

/** One for each grantor: a REVOKE takes only what the role that it is run as granted. */
function revocations(entries: readonly SeenEntry[], { privileges, owner, revoke, database, as }: Excess) {
  const grantors = [...new Set(entries.map(({ grantor }) => grantor))];
  return grantors.map((grantor) => {
    const given = entries.filter((entry) => entry.grantor === grantor);
    const lists = new Map<string, string[]>();
    for (const grantee of new Set(given.map((entry) => entry.grantee))) {
      const held = privileges.filter((one) => given.some((e) => e.grantee === grantee && e.privilege === one));
      const key = revoke(held);
      lists.set(key, [...(lists.get(key) ?? []), grantee === null ? 'PUBLIC' : identifier(grantee)]);
    }
    const sql = [...lists].map(([statement, from]) => `${statement} FROM ${from.join(', ')};`).join(' ');
    if (grantor === owner) return runs(as ?? ownerOrSuperuser, inDatabase(database), sql);
    return runs(
      `${shown(grantor)}, who granted it, or a superuser`,
      inDatabase(database),
      `SET ROLE ${identifier(grantor)}; ${sql} RESET ROLE;`,
    );
  });
}

/** From 16 on a REVOKE takes only what the named grantor gave. */
export function leaving(edges: readonly SeenEdge[]) {
  if (edges.length === 0) return [];
  const statements = edges.map(
    ({ group, member, grantor }) =>
      `REVOKE ${identifier(group)} FROM ${identifier(member)}${grantor === null ? '' : ` GRANTED BY ${identifier(grantor)}`};`,
  );
  const who = edges.some(({ grantor }) => grantor !== null) ? superuser : adminOrSuperuser;
  return [runs(who, anyDatabase, [...new Set(statements)].join(' '))];
}
