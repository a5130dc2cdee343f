// Memberships of declared roles in declared roles. Those that the file does not name are other people's business.
// https://www.postgresql.org/docs/current/role-membership.html
import type { ContentOf, Diagnostic, ShapeWords } from 'bus-integration-database';
import type { ObservedEdge } from '../observe/observed-details.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { type Kind, type Meaning, meanings, type Registered, type Scope, type StepsOfKind } from './kind/kind.ts';
import { lacksMembersAdmin } from './owners/acting.ts';
import { type EdgeOption, edgeOptions, edgesOf, isOwnEdge, standingOptions } from './roles/membership-edges.ts';
import { circle, dependents, foreignEdge, optionsRefused, withoutRights } from './roles/membership-findings.ts';

export interface Membership {
  readonly kind: 'membership';
  readonly group: string;
  readonly member: string;
  /** Only those that are named: the others are left as they are, and new memberships get the server's defaults. */
  readonly inherit?: boolean;
  readonly set?: boolean;
  readonly admin?: boolean;
}

const optionShapes = ({ flag, may }: ShapeWords) => ({ inherit: may(flag), set: may(flag), admin: may(flag) });
const wholeShape = (words: ShapeWords) =>
  words.shape({ group: words.text, member: words.text, ...optionShapes(words) });
const edgeShape = (words: ShapeWords) =>
  words.shape({ group: words.text, member: words.text, granted_by: words.may(words.text), ...optionShapes(words) });
type Whole = ContentOf<typeof wholeShape>;
type Edge = ContentOf<typeof edgeShape>;

const registered = {
  'grant-membership': { before: wholeShape, after: wholeShape },
  'lower-membership': { before: edgeShape, after: edgeShape },
} satisfies Registered;

export const membership: Kind<Membership, typeof registered> = {
  registered,
  identity: ({ group, member }) => [group, member],
  database: () => undefined,
  asksDetails: () => [],

  isManaged: ({ group, member }, { roles }) =>
    [group, member].every((name) => roles.has(name) && roles.get(name) !== 'refused'),

  observed: ({ seen }, desired) =>
    desired.flatMap((wanted) => {
      const edges = edgesOf(wanted, seen);
      if (edges.length === 0) return [];
      const { kind, group, member } = wanted;
      return [{ kind, group, member, ...named(wanted, standingOptions(edges, wanted, seen)) }];
    }),

  made: (after, scope) => {
    const refusal = optionsRefused(after, scope.seen);
    return refusal === undefined ? [granting(undefined, after)] : [{ refusal }];
  },

  changed: (before, after, scope) => {
    const refusal = optionsRefused(after, scope.seen);
    if (refusal !== undefined) return [{ refusal }];
    const raised = edgeOptions.filter((option) => after[option] === true && before[option] === false);
    const lowered = edgeOptions.filter((option) => after[option] === false && before[option] === true);
    return meanings([
      ...(raised.length === 0 ? [] : [granting(before, after, scope)]),
      ...(lowered.length === 0 ? [] : lowering(after, lowered, scope)),
    ]);
  },

  gone: () => {
    throw new Error('internal error: a membership that nobody names was compared');
  },

  findings: (desired, { seen }) => withoutRights(desired, seen),

  actions: {
    'grant-membership': {
      place: 'membership',
      summary: ({ after }) => (after === undefined ? '' : `member of ${shown(after.group)}${optionWords(after)}`),
      statements: ({ after }, { versionNum }) =>
        after === undefined ? [] : [{ phase: 'memberships', role: after.member, sql: grantSql(after, versionNum) }],
      lacks: ({ after }, seen) =>
        after === undefined ? [] : [...lacksMembersAdmin(after.group, seen), ...circle(after, seen)],
      changes: ({ after }) => ({ role: after?.member ?? '' }),
    },
    'lower-membership': {
      place: 'membership',
      summary: ({ after }) => (after === undefined ? '' : `in ${shown(after.group)}${optionWords(after)}`),
      statements: ({ after }, { versionNum }) =>
        after === undefined
          ? []
          : edgeOptions
              .filter((option) => after[option] === false)
              .map((option) => ({
                phase: 'leave' as const,
                role: after.member,
                sql: revokeSql(after, versionNum, option),
              })),
      lacks: ({ after }, seen) => (after === undefined ? [] : lacksMembersAdmin(after.group, seen)),
      changes: ({ after }) => ({ role: after?.member ?? '' }),
    },
  },

  status: () => ({}),
};

type MembershipMeaning = Meaning<StepsOfKind<typeof registered>>;

/** Of what was there, the options that the declaration names. */
function named(wanted: Membership, found: Pick<Membership, EdgeOption>): Pick<Membership, EdgeOption> {
  const options = edgeOptions.filter((option) => wanted[option] !== undefined && found[option] !== undefined);
  return Object.fromEntries(options.map((option) => [option, found[option]]));
}

/**
 * A GRANT changes or makes the admin's own edge. Where others' stand beside it, what the file does not name is to be in
 * sum as it was.
 */
function granting(before: Membership | undefined, after: Membership, scope?: Scope): MembershipMeaning {
  const { group, member } = after;
  const edges = scope === undefined ? [] : edgesOf(after, scope.seen);
  const isNewBesideOthers =
    edges.length > 0 && scope !== undefined && !edges.some((edge) => isOwnEdge(edge, scope.seen));
  const standing = isNewBesideOthers ? standingOptions(edges, after, scope.seen) : {};
  const afterwards = { ...standing, ...named(after, after) };
  const { admin, ...others } = afterwards;
  return {
    step: {
      action: 'grant-membership',
      target: printable(member),
      risk: 'grant',
      ...(before !== undefined && { before: { group, member, ...named(after, before) } }),
      // GRANT … WITH ADMIN FALSE would lower it without a look at those who depend on it.
      after: { group, member, ...others, ...(admin && after.admin && { admin }) },
    },
  };
}

/** Each edge that has what is not desired, by who gave it. */
function lowering(after: Membership, options: readonly EdgeOption[], { seen }: Scope): MembershipMeaning[] {
  const { group, member } = after;
  return edgesOf(after, seen).flatMap((edge): MembershipMeaning[] => {
    const excess = options.filter((option) => edge[option]);
    if (excess.length === 0) return [];
    const told = whyNotDone(edge, excess, seen);
    if (told !== undefined) return [{ finding: told }];
    const of = { group, member, ...(edge.grantor !== null && { granted_by: edge.grantor }) };
    const flags = (value: boolean) => Object.fromEntries(excess.map((option) => [option, value]));
    return [
      {
        step: {
          action: 'lower-membership',
          target: printable(member),
          risk: 'revoke',
          before: { ...of, ...flags(true) },
          after: { ...of, ...flags(false) },
        },
      },
    ];
  });
}

function whyNotDone(edge: ObservedEdge, options: readonly EdgeOption[], seen: Scope['seen']): Diagnostic | undefined {
  if (!isOwnEdge(edge, seen)) return foreignEdge(edge, options, seen);
  return options.includes('admin') ? dependents(edge, seen) : undefined;
}

function optionWords({ inherit, set, admin }: Pick<Whole, EdgeOption>): string {
  const words = Object.entries({ INHERIT: inherit, SET: set, ADMIN: admin });
  const told = words.flatMap(([word, value]) => (value === undefined ? [] : `${word} ${value ? 'on' : 'off'}`));
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

/** https://www.postgresql.org/docs/current/sql-grant.html#SQL-GRANT-DESCRIPTION-ROLES */
function grantSql({ group, member, ...options }: Whole, versionNum: number): string {
  const grant = `GRANT ${identifier(group)} TO ${identifier(member)}`;
  if (versionNum < 160000) return options.admin ? `${grant} WITH ADMIN OPTION` : grant;
  const words = edgeOptions.flatMap((option) =>
    options[option] === undefined ? [] : `${option.toUpperCase()} ${options[option] ? 'TRUE' : 'FALSE'}`,
  );
  return words.length === 0 ? grant : `${grant} WITH ${words.join(', ')}`;
}

/** Never CASCADE: that would take what others rest on. From 16 on it takes only what the named grantor gave. */
export function revokeSql({ group, member, granted_by }: Edge, versionNum: number, option?: EdgeOption): string {
  const what = option === undefined ? '' : `${option.toUpperCase()} OPTION FOR `;
  const by = versionNum >= 160000 && granted_by !== undefined ? ` GRANTED BY ${identifier(granted_by)}` : '';
  return `REVOKE ${what}${identifier(group)} FROM ${identifier(member)}${by}`;
}
