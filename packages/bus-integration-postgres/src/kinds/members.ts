// A group that has no members but those of the file.
import type { ShapeWords } from 'bus-integration-database';
import { printable, shown } from '../text/shown.ts';
import { type Kind, meanings, type Registered } from './kind/kind.ts';
import { revokeSql } from './membership.ts';
import { lacksMembersAdmin } from './owners/acting.ts';
import { edgesGivenBy, isAdminAlone, isOwnEdge } from './roles/membership-edges.ts';
import { dependents, foreignEdge } from './roles/membership-findings.ts';

export interface Members {
  readonly kind: 'members';
  readonly group: string;
  /** Sorted. */
  readonly members: readonly string[];
}

const memberShape = ({ shape, text, may }: ShapeWords) => shape({ group: text, member: text, granted_by: may(text) });

const registered = { 'revoke-membership': { before: memberShape } } satisfies Registered;

export const members: Kind<Members, typeof registered> = {
  registered,
  identity: ({ group }) => [group],
  database: () => undefined,
  asksDetails: () => [],
  isManaged: ({ group }, { roles }) => roles.has(group) && roles.get(group) !== 'refused',

  // Members that are still missing are told of their memberships.
  observed: ({ seen }, desired) =>
    desired.map((wanted) => {
      const found = undeclaredEdges(wanted, seen).map(({ member }) => member);
      return { ...wanted, members: [...new Set([...wanted.members, ...found])].sort() };
    }),

  made: () => {
    throw new Error('internal error: a group was compared without its members');
  },

  changed: (_, after, { seen }) =>
    meanings(
      undeclaredEdges(after, seen).map((edge) => {
        const { group, member, grantor } = edge;
        if (!isOwnEdge(edge, seen)) return { finding: foreignEdge(edge, [], seen) };
        const resting = edge.admin && edgesGivenBy(edge, seen).length > 0 ? dependents(edge, seen) : undefined;
        if (resting !== undefined) return { finding: resting };
        const before = { group, member, ...(grantor !== null && { granted_by: grantor }) };
        return { step: { action: 'revoke-membership', target: printable(group), risk: 'revoke', before } };
      }),
    ),

  gone: () => {
    throw new Error('internal error: members that nobody names were compared');
  },
  findings: () => [],

  actions: {
    'revoke-membership': {
      place: 'membership',
      summary: ({ before }) =>
        `${shown(before?.member ?? '')} leaves it; sessions that act as it by SET ROLE keep its rights until they end`,
      statements: ({ before }, { versionNum }) =>
        before === undefined ? [] : [{ phase: 'leave', role: before.member, sql: revokeSql(before, versionNum) }],
      lacks: ({ before }, seen) => (before === undefined ? [] : lacksMembersAdmin(before.group, seen)),
      changes: ({ before }) => ({ role: before?.group ?? '' }),
    },
  },

  status: () => ({}),
};

/** Of roles that are no members by the file; the admin itself, and who may only give memberships, are not meant. */
function undeclaredEdges({ group, members: declared }: Members, { admin, details }: Parameters<typeof isOwnEdge>[1]) {
  return (details?.edges ?? []).filter(
    (edge) =>
      edge.group === group && edge.member !== admin.name && !declared.includes(edge.member) && !isAdminAlone(edge),
  );
}
