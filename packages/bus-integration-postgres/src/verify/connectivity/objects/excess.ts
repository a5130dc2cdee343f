// What a service's role may beyond its databases, each with the statement that takes it away. Pure.
import { advise, type Check, printable, type Remedy } from 'bus-integration-database';
import { powerfulAttributes } from '../../../ownership/powers.ts';
import type { Powers } from '../../../sql/verify/verify-query.ts';
import type { Attempted } from '../../../sql/verify/verify-script.ts';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';

/** The role that logged in, and the one that its session works as. */
export interface Acting {
  readonly role: string;
  readonly works: string;
}

/** Of the whole cluster in one check for each role that has it, and one for the databases in which it reads verifiers. */
export function judgeExcess(
  { role, works }: Acting,
  powers: Powers,
  reading: readonly string[],
  attempted: Attempted | undefined,
): Check[] {
  const fail = (told: readonly string[], remedy: Remedy): Check => ({
    id: 'service-limits',
    kind: 'connectivity',
    target: printable(role),
    result: 'fail',
    seen: `${shown(role)} ${told.join(', ')}, which no service needs`,
    ...advise(remedy),
  });
  // What a session managed, it managed as the role that it works as.
  const hasMadeRoles = attempted?.managed.includes('create roles') === true;
  const isItself = works === role;
  const attributes = powerfulAttributes({ ...powers, createsRoles: powers.createsRoles || (hasMadeRoles && isItself) });
  const groups = powers.powerfulGroups;
  const told = [
    ...attributes.map(({ text }) => text),
    ...(groups.length > 0 ? [`may act as ${someNames(groups, mostTold)}`] : []),
  ];
  const statements = [
    ...(attributes.length > 0 ? [without(role, attributes)] : []),
    ...powers.memberships.map(
      ({ group, member, grantor }) =>
        `REVOKE ${identifier(group)} FROM ${identifier(member)}${grantor === null ? '' : ` GRANTED BY ${identifier(grantor)}`};`,
    ),
  ];
  const reads = reading.length > 0 ? [`may read password verifiers in ${someNames(reading, mostTold)}`] : [];
  // By what the statements take away.
  const isFollowing = powers.isSuperuser || groups.length > 0;
  const place = reading.length === 1 ? inDatabase(reading[0] ?? '') : { where: 'in each of its databases' };
  const isOfGroup = powers.groups.some(({ isSuperuser }) => isSuperuser);
  return [
    ...(told.length > 0
      ? [fail([...told, ...(isFollowing ? reads : [])], runs(superuser, anyDatabase, statements.join(' ')))]
      : []),
    ...ofGroups(powers, hasMadeRoles && !isItself ? works : undefined),
    ...(isFollowing || isOfGroup || reads.length === 0
      ? []
      : [
          fail(
            reads,
            runs(superuser, place, `REVOKE SELECT ON pg_catalog.pg_authid FROM PUBLIC, ${identifier(works)};`),
          ),
        ]),
  ];
}

/** Of a role that it is declared to act as: that one has it, and from that one it is taken. */
function ofGroups({ groups }: Powers, madeRolesAs: string | undefined): Check[] {
  const isKnown = groups.some(({ name }) => name === madeRolesAs);
  const made = madeRolesAs === undefined || isKnown ? [] : [{ ...nothing, name: madeRolesAs }];
  return [...groups, ...made].flatMap((group): Check[] => {
    const attributes = powerfulAttributes({
      ...group,
      createsRoles: group.createsRoles || (group.name === madeRolesAs && !group.isSuperuser),
    });
    if (attributes.length === 0) return [];
    return [
      {
        id: 'service-limits',
        kind: 'connectivity',
        target: printable(group.name),
        result: 'fail',
        seen: `${shown(group.name)} ${attributes.map(({ text }) => text).join(', ')}, which no service needs: whoever may act as it has it too`,
        ...advise(runs(superuser, anyDatabase, without(group.name, attributes))),
      },
    ];
  });
}

const nothing = {
  isSuperuser: false,
  createsRoles: false,
  createsDatabases: false,
  replicates: false,
  bypassesRowSecurity: false,
};

function without(role: string, attributes: ReturnType<typeof powerfulAttributes>): string {
  return `ALTER ROLE ${identifier(role)} ${attributes.map(({ without }) => without).join(' ')};`;
}
