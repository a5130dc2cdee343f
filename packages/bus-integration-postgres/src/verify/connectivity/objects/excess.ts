// What a service's role may beyond its databases, each with the statement that takes it away. Pure.
import { advise, type Check, printable, type Remedy } from 'bus-integration-database';
import { powerfulAttributes } from '../../../ownership/powers.ts';
import type { Attempted, Powers } from '../../../sql/verify/verify-query.ts';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';

/** Of the whole cluster in one check, and one for the databases in which it reads verifiers. */
export function judgeExcess(
  role: string,
  powers: Powers,
  reading: readonly string[],
  attempted: Attempted | undefined,
): Check[] {
  const name = identifier(role);
  const fail = (told: readonly string[], remedy: Remedy): Check => ({
    id: 'service-limits',
    kind: 'connectivity',
    target: printable(role),
    result: 'fail',
    seen: `${shown(role)} ${told.join(', ')}, which no service needs`,
    ...advise(remedy),
  });
  const hasMadeRoles = attempted?.managed.includes('create roles') === true;
  const attributes = powerfulAttributes({ ...powers, createsRoles: powers.createsRoles || hasMadeRoles });
  const groups = powers.powerfulGroups;
  const told = [
    ...attributes.map(({ text }) => text),
    ...(groups.length > 0 ? [`may act as ${someNames(groups, mostTold)}`] : []),
  ];
  const statements = [
    ...(attributes.length > 0 ? [`ALTER ROLE ${name} ${attributes.map(({ without }) => without).join(' ')};`] : []),
    ...powers.memberships.map(
      ({ group, grantor }) =>
        `REVOKE ${identifier(group)} FROM ${name}${grantor === null ? '' : ` GRANTED BY ${identifier(grantor)}`};`,
    ),
  ];
  const reads = reading.length > 0 ? [`may read password verifiers in ${someNames(reading, mostTold)}`] : [];
  // By what the statements take away.
  const isFollowing = powers.isSuperuser || groups.length > 0;
  const place = reading.length === 1 ? inDatabase(reading[0] ?? '') : { where: 'in each of its databases' };
  return [
    ...(told.length > 0
      ? [fail([...told, ...(isFollowing ? reads : [])], runs(superuser, anyDatabase, statements.join(' ')))]
      : []),
    ...(isFollowing || reads.length === 0
      ? []
      : [fail(reads, runs(superuser, place, `REVOKE SELECT ON pg_catalog.pg_authid FROM PUBLIC, ${name};`))]),
  ];
}
