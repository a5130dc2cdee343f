// Memberships as the server records them: one edge for each grantor, whose sum is in effect. Pure.
// https://www.postgresql.org/docs/current/catalog-pg-auth-members.html
import type { Observation } from '../../observe/observation.ts';
import type { ObservedEdge } from '../../observe/observed-details.ts';

export const edgeOptions = ['inherit', 'set', 'admin'] as const;
export type EdgeOption = (typeof edgeOptions)[number];

interface Pair {
  readonly group: string;
  readonly member: string;
}

export function edgesOf({ group, member }: Pair, { details }: Pick<Observation, 'details'>): readonly ObservedEdge[] {
  return details === undefined ? [] : (edgesByPair(details).get(JSON.stringify([group, member])) ?? []);
}

type Details = NonNullable<Observation['details']>;

/** Each of many memberships is asked about several times. */
const known = new WeakMap<Details, ReadonlyMap<string, readonly ObservedEdge[]>>();

function edgesByPair(details: Details): ReadonlyMap<string, readonly ObservedEdge[]> {
  const found = known.get(details);
  if (found !== undefined) return found;
  const edges = new Map<string, ObservedEdge[]>();
  for (const edge of details.edges) {
    const pair = JSON.stringify([edge.group, edge.member]);
    const same = edges.get(pair);
    if (same === undefined) edges.set(pair, [edge]);
    else same.push(edge);
  }
  known.set(details, edges);
  return edges;
}

/**
 * What edges give together. Before 16 INHERIT is the member's own attribute, and SET always given: what is desired of
 * them is the member's to have, or refused.
 */
export function standingOptions(
  edges: readonly ObservedEdge[],
  desired: { readonly inherit?: boolean | undefined },
  { server }: Pick<Observation, 'server'>,
): Readonly<Record<EdgeOption, boolean>> {
  const any = (option: EdgeOption) => edges.some((edge) => edge[option]);
  const isNew = server.versionNum >= 160000;
  return {
    inherit: isNew || desired.inherit === undefined ? any('inherit') : desired.inherit,
    set: any('set'),
    admin: any('admin'),
  };
}

/** The admin can change it: it gave it, or is a superuser. Before 16 a membership is nobody's. */
export function isOwnEdge({ group, grantor }: ObservedEdge, { admin, details, server }: Observation): boolean {
  return server.versionNum < 160000 || admin.isSuperuser || grantor === details?.roles.get(group)?.grantor;
}

/** Who made a role, and who was let adopt it: may give memberships and has no rights by it. Nobody takes that away. */
export function isAdminAlone({ admin, inherit, set }: ObservedEdge): boolean {
  return admin && !inherit && !set;
}

/** Given by the member, and resting on its ADMIN. */
export function edgesGivenBy({ group, member }: Pair, { details, server }: Observation): readonly ObservedEdge[] {
  if (server.versionNum < 160000) return [];
  return details?.edges.filter((edge) => edge.group === group && edge.grantor === member) ?? [];
}
