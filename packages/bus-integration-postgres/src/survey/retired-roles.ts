// How roles that are declared no longer would be retired: what they own goes to who comes after them, their rights are
// revoked, and then nothing keeps them from being dropped. Pure.
// https://www.postgresql.org/docs/current/role-removal.html
import type { Leftover } from 'bus-integration-database';
import type { ObservedAdmin, ObservedServer } from '../observe/observation.ts';
import type { RemainingRole, Remains } from '../observe/remains.ts';
import type { Intent } from '../plan/intent.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

export interface RetiredRolesInput {
  readonly intent: Pick<Intent, 'declared' | 'overruled'>;
  readonly remains: Pick<Remains, 'roles' | 'heirs'>;
  readonly server: Pick<ObservedServer, 'versionNum'>;
  readonly admin: Pick<ObservedAdmin, 'name' | 'isSuperuser'>;
  /** Databases that are gone by then. */
  readonly dropped: readonly string[];
  /** A database that stays. */
  readonly home: string;
}

/** The service roles that may come after one that is declared no longer. */
export function heirsOf(intent: RetiredRolesInput['intent']): string[] {
  const databases = [intent.declared, intent.overruled].flatMap((names) => [...(names?.databases.keys() ?? [])]);
  return [...new Set(databases.flatMap((database) => heirIn(database, intent) ?? []))];
}

/** The one service role that is declared for the database; undefined where another declaration has another. */
export function heirIn(database: string, { declared, overruled }: RetiredRolesInput['intent']): string | undefined {
  const roles = [declared, overruled].flatMap((names) => names?.databases.get(database)?.serviceRoles ?? []);
  const [heir, ...others] = new Set(roles);
  return others.length === 0 ? heir : undefined;
}

export function retiredRoles(input: RetiredRolesInput): Leftover[] {
  return input.remains.roles.map((role, index) => retiredRole(role, input.remains.roles.slice(0, index), input));
}

/** @param gone roles that are retired before it, with what they had */
function retiredRole(found: RemainingRole, gone: readonly RemainingRole[], input: RetiredRolesInput): Leftover {
  const { intent, remains, server, admin, dropped, home } = input;
  const role = identifier(found.name);
  const places = placesOf(found, input);
  const closed = found.databases.filter(
    ({ name, allowsConnections, adminMayConnect }) => places.includes(name) && !(allowsConnections && adminMayConnect),
  );
  const heirs = [...new Set(places.flatMap((database) => heirIn(database, intent) ?? []))];
  const others = [
    ...found.grantors.filter(
      ({ name, databases }) =>
        !gone.some((other) => other.name === name) && databases.some((database) => !dropped.includes(database)),
    ),
    // One that is still to be made will be the admin's to grant.
    ...heirs.flatMap((name) => remains.heirs.find((heir) => heir.name === name) ?? []),
  ].filter(({ adminActsAs }) => !adminActsAs);
  const isAdminEnough =
    admin.isSuperuser ||
    (found.adminMayGrant && closed.length === 0 && others.every(({ adminMayGrant }) => adminMayGrant));
  // Who is no superuser must be a member of a role to act on its things; the membership in this one goes with it.
  const joins = isAdminEnough && !admin.isSuperuser && places.length > 0;
  const missing = heirs.filter((name) => !remains.heirs.some((heir) => heir.name === name));
  const borrowed = joins ? [...new Set([...others.map(({ name }) => name), ...missing])].map(identifier) : [];
  const inherits = server.versionNum >= 160000 ? ' WITH INHERIT TRUE' : '';
  const to = identifier(admin.name);
  const joining = joins ? [role, ...borrowed].map((each) => `GRANT ${each} TO ${to}${inherits};`) : [];
  const shut = closed.filter(({ allowsConnections }) => !allowsConnections).map(({ name }) => identifier(name));
  const opening = shut.map((name) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS true;`);
  return {
    kind: 'role',
    name: found.name,
    before: conditionOf(
      found,
      { heirs, missing, givesToAdmin: places.some((name) => heirIn(name, intent) === undefined) },
      admin,
    ),
    retire: [
      ...(joining.length + opening.length > 0 ? [{ database: home, sql: [...joining, ...opening] }] : []),
      ...places.map((database) => ({
        database,
        sql: [reassignment(role, heirIn(database, intent), input), `DROP OWNED BY ${role};`],
      })),
      {
        database: home,
        sql: [
          `DROP ROLE ${role};`,
          ...borrowed.map((each) => `REVOKE ${each} FROM ${to};`),
          ...shut.map((name) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS false;`),
        ],
      },
    ],
    ...(isAdminEnough ? {} : { needs: 'a superuser' }),
  };
}

/** Where it has to be looked for. What all databases share goes with the first one, so that must not be a service's. */
function placesOf(
  { databases, isInShared, ownsShared }: RemainingRole,
  { dropped, home, intent }: RetiredRolesInput,
): string[] {
  const staying = databases.map(({ name }) => name).filter((name) => !dropped.includes(name));
  const neutral = staying.filter((name) => heirIn(name, intent) === undefined);
  const elsewhere = [home, 'postgres', 'template1'].find((name) => heirIn(name, intent) === undefined) ?? home;
  const first = ownsShared && neutral.length === 0 ? [elsewhere] : neutral;
  const places = [...new Set([...first, ...staying])];
  return places.length === 0 && isInShared ? [home] : places;
}

function reassignment(role: string, heir: string | undefined, { admin }: RetiredRolesInput): string {
  if (heir === undefined) return `REASSIGN OWNED BY ${role} TO ${identifier(admin.name)};`;
  return `REASSIGN OWNED BY ${role} TO ${identifier(heir)};  -- ${shown(heir)} is the service role here`;
}

/** What must hold before the statements are run. */
function conditionOf(
  { name, sessions, databases, grantors }: RemainingRole,
  { heirs, missing, givesToAdmin }: { heirs: readonly string[]; missing: readonly string[]; givesToAdmin: boolean },
  { name: admin }: RetiredRolesInput['admin'],
): string {
  const role = shown(name);
  const givers = grantors.map((grantor) => grantor.name).filter((other) => other !== admin && !heirs.includes(other));
  const [apply, rights, definers] = [
    missing.length > 0 && `bus operator database apply has made ${namesOf(missing)}`,
    heirs.length > 0 &&
      givers.length > 0 &&
      `${namesOf(heirs)} may use what ${namesOf(givers)} let ${role} use, as far as it is needed`,
    // A service may have made them, and waits for who runs them with more rights than its own.
    givesToAdmin &&
      databases.length > 0 &&
      `${role} made no function (SECURITY DEFINER) or view that must not act as ${shown(admin)}`,
  ];
  const used = `no service logs in as ${role} any more, and no session of it is open (now: ${sessions})`;
  return [used, apply, rights, definers].filter(Boolean).join('; ');
}

function namesOf(names: readonly string[]): string {
  return names.map(shown).join(', ');
}
