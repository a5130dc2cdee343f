// What the catalogs show of declared roles and databases beside whether a login works: who else may act as a service or
// enter its database, what will expire. Pure.
import { advise, type Check, printable } from 'bus-integration-database';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { anyDatabase, ownerOrSuperuser, runs } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';
import type { DeclaredDatabase, DeclaredObjects, DeclaredRole } from './declared-objects.ts';
import { validForEver } from './refused.ts';

/** @param services all roles that are declared, whether or not they are asked about */
export function exposedChecks({ roles, databases }: DeclaredObjects, services: ReadonlySet<string>): Check[] {
  return [...roles.flatMap(roleChecks), ...databases.flatMap((database) => databaseChecks(database, services))];
}

function roleChecks({ name, members, validUntil, expiresSoon, hasExpired, isDated, canLogin }: DeclaredRole): Check[] {
  const base = { kind: 'connectivity' as const, target: printable(name), result: 'warn' as const };
  const role = identifier(name);
  return [
    ...(members.length === 0
      ? []
      : [
          {
            ...base,
            id: 'acts-as-service',
            seen: `${someNames(members, mostTold)} may act as ${shown(name)}`,
            ...advise(
              runs(
                'if it is not meant, a superuser',
                anyDatabase,
                `REVOKE ${role} FROM ${members.slice(0, mostTold).map(identifier).join(', ')};`,
              ),
            ),
          },
        ]),
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
            seen: `${shown(name)} belongs to ${shown(strangeOwner.name)}, which may drop it, and grant rights on it`,
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
            seen: `${shown(name)} is a template: every role with CREATEDB may copy it, with all that is in it`,
            ...advise(runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${database} IS_TEMPLATE false;`)),
          },
        ]
      : []),
  ];
}
