// What the catalogs show of declared roles and databases beside whether a login works: who else may act as a service or
// enter its database, what will expire. Pure.
import { advise, type Check, printable } from 'bus-integration-database';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { anyDatabase, ownerOrSuperuser, runs } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';
import type { DeclaredDatabase, DeclaredObjects, DeclaredRole, Member } from './declared-objects.ts';
import { leave } from './leave.ts';
import { powerChecks } from './powers-of-others.ts';
import { validForEver } from './refused.ts';

/** @param services all roles that are declared, whether or not they are asked about */
export function exposedChecks({ roles, databases, powers }: DeclaredObjects, services: ReadonlySet<string>): Check[] {
  return [
    ...powerChecks(powers),
    ...roles.flatMap((role) => roleChecks(role, services)),
    ...databases.flatMap((database) => databaseChecks(database, services)),
  ];
}

function roleChecks(
  { name, members, admins, passesOn, validUntil, expiresSoon, hasExpired, isDated, canLogin }: DeclaredRole,
  services: ReadonlySet<string>,
): Check[] {
  const base = { kind: 'connectivity' as const, target: printable(name), result: 'warn' as const };
  const acting = (others: readonly Member[], what: string): Check[] =>
    others.length === 0
      ? []
      : [
          {
            ...base,
            id: 'acts-as-service',
            seen: `${someNames([...new Set(others.map((other) => other.name))], mostTold)} ${what}`,
            ...advise(
              runs(
                'if it is not meant, a superuser',
                anyDatabase,
                others
                  .slice(0, mostTold)
                  .map((other) => leave({ group: name, holder: other.name, grantor: other.grantor }))
                  .join(' '),
              ),
            ),
          },
        ];
  return [
    ...acting(members, `may act as ${shown(name)}`),
    ...acting(admins, `may make itself a member of ${shown(name)} (ADMIN), and then act as it`),
    ...passesOn.slice(0, mostTold).map(
      ({ group, holder, grantor, isMember }): Check => ({
        ...base,
        id: 'service-limits',
        // With what the membership gives it is told by other findings; of a role that is not declared little is known.
        result: services.has(group) && !isMember ? 'fail' : 'warn',
        seen: `${shown(name)} may make itself and others members of ${shown(group)} (ADMIN${holder === name ? '' : `, by ${shown(holder)}`}), which no service needs`,
        ...advise(
          runs(
            'if it is not meant, a superuser',
            anyDatabase,
            leave({ group, holder, grantor }, isMember ? 'ADMIN OPTION FOR ' : ''),
          ),
        ),
      }),
    ),
    ...(expiresSoon && !hasExpired && canLogin
      ? [
          {
            ...base,
            id: 'expiring-password',
            seen: `the password of ${shown(name)} expires at ${validUntil ?? 'once'} UTC: then the service can't log in`,
            ...advise(validForEver({ name, isDated })),
          },
        ]
      : []),
  ];
}

function databaseChecks(
  { name, others, creators, strangeOwner, isTemplate }: DeclaredDatabase,
  services: ReadonlySet<string>,
): Check[] {
  const base = { kind: 'connectivity' as const, target: printable(name), result: 'warn' as const };
  const database = identifier(name);
  return [
    ...(others.length === 0
      ? []
      : [
          {
            ...base,
            id: 'connect-of-others',
            seen: `${someNames(others, mostTold)} may connect to ${shown(name)}, though not declared for it`,
            ...advise(
              runs(
                'if it is not meant, its owner or a superuser',
                anyDatabase,
                `REVOKE CONNECT ON DATABASE ${database} FROM ${others.slice(0, mostTold).map(identifier).join(', ')};`,
              ),
            ),
          },
        ]),
    ...(creators.length === 0
      ? []
      : [
          {
            ...base,
            id: 'create-of-others',
            seen: `${someNames(creators, mostTold)} may create schemas in ${shown(name)}, though not declared for it`,
            ...advise(
              runs(
                'if it is not meant, its owner or a superuser',
                anyDatabase,
                `REVOKE CREATE ON DATABASE ${database} FROM ${creators.slice(0, mostTold).map(identifier).join(', ')};`,
              ),
            ),
          },
        ]),
    ...(strangeOwner === null
      ? []
      : [
          {
            ...base,
            id: 'other-owner',
            result: services.has(strangeOwner.name) ? ('info' as const) : ('warn' as const),
            seen: `${shown(name)} belongs to ${shown(strangeOwner.name)}, which can drop it, and grant rights on it`,
            ...advise(
              runs(
                'if it is not meant, a superuser',
                anyDatabase,
                `ALTER DATABASE ${database} OWNER TO ${identifier(strangeOwner.admin)};`,
              ),
            ),
          },
        ]),
    ...(isTemplate
      ? [
          {
            ...base,
            id: 'template-database',
            seen: `${shown(name)} is a template: every role with CREATEDB can copy it with all its content`,
            ...advise(runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${database} IS_TEMPLATE false;`)),
          },
        ]
      : []),
  ];
}
