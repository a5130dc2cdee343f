// Passwords, databases and schemas: what a client that got in finds open, and how its password is kept. Pure.
import { type Check, count, nextCommand, ownCommand } from 'bus-integration-database';
import { boundedChecks, someNames } from '../../text/bounded.ts';
import {
  adminOrSuperuser,
  adminsDatabase,
  anyDatabase,
  inDatabase,
  ownerOrSuperuser,
  runs,
  superuser,
} from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { InsideFacts } from './database-sweep.ts';
import { found, inOrder } from './listener-check.ts';
import type { ListenerFacts } from './listener-facts.ts';
import type { Policy } from './policy/policy.ts';

export interface RolesOptions {
  readonly facts: ListenerFacts;
  readonly inside: InsideFacts;
  readonly policy: Policy;
  readonly admin: string;
  /** How this deployment hands passwords to the server. */
  readonly passwordSend: 'verifier' | 'plaintext';
}

/** Findings about roles and databases; an `ok` when there are none. */
export function judgeRoles(options: RolesOptions): Check[] {
  const problems = [
    ...passwordEncryption(options),
    ...weakVerifiers(options),
    ...publicConnect(options.facts),
    ...publicWritable(options),
    ...connectionLimits(options.facts),
  ];
  const services = options.facts.roles.filter(({ isService }) => isService).length;
  const declared = options.facts.databases.filter(({ isDeclared }) => isDeclared).length;
  const verifiers = options.facts.weakVerifiers === undefined ? '' : 'stored as SCRAM verifiers, ';
  const seen = `${count(services, 'service role')} and ${count(declared, 'database')}: ${verifiers}closed to PUBLIC`;
  return [...problems, ...inOrder('roles', problems, seen)];
}

function passwordEncryption({ facts, passwordSend }: RolesOptions): Check[] {
  const { password_encryption: setting } = facts.settings;
  if (setting === undefined || setting === 'scram-sha-256') return [];
  const isOurs = passwordSend === 'plaintext';
  const why = isOurs
    ? 'BUS_DATABASE_PASSWORD_SEND=plaintext lets the server hash the passwords of services: they become MD5'
    : 'passwords that others set are stored as MD5 hashes; those that apply sets are SCRAM verifiers';
  return [
    found('password-encryption', isOurs ? 'fail' : 'warn', `password_encryption = ${setting}`, {
      why,
      remedy: runs(
        superuser,
        anyDatabase,
        "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf();",
      ),
    }),
  ];
}

function weakVerifiers({ facts, policy, admin }: RolesOptions): Check[] {
  const { weakVerifiers: weak } = facts;
  const services = new Set(facts.roles.filter(({ isService }) => isService).map(({ name }) => name));
  if (weak === undefined) {
    return [
      // Under external only what a client can prove is asked for, and a client proves SCRAM by logging in.
      found('weak-verifier', policy.name === 'external' ? 'info' : 'unknown', "pg_authid can't be read", {
        why: 'how the passwords of other roles are stored is not known; services log in by SCRAM or not at all',
        remedy: runs(
          superuser,
          adminsDatabase,
          `GRANT SELECT (rolname, rolsuper, rolcanlogin, rolpassword) ON pg_authid TO ${identifier(admin)};`,
        ),
      }),
    ];
  }
  const ours = weak.filter(({ name }) => services.has(name)).map(({ name }) => name);
  const others = weak.filter(({ name }) => !services.has(name)).map(({ name }) => name);
  return [
    ...(ours.length === 0
      ? []
      : [
          found('weak-verifier', policy.isExplicit ? 'fail' : 'warn', `${someNames(ours)}: stored as MD5`, {
            why: 'who reads the hash logs in with it',
            remedy: nextCommand('apply', { allow: [], adopt: false, rotate: ours }),
          }),
        ]),
    ...(others.length === 0
      ? []
      : [
          found('weak-verifier', 'warn', `${count(others.length, 'other role')} stored as MD5: ${someNames(others)}`, {
            why: 'who reads the hash logs in with it',
            remedy: `set the password again, in psql as the role itself or a superuser: \\password ${shown(others[0] ?? '')}`,
          }),
        ]),
  ];
}

function publicConnect({ databases }: ListenerFacts): Check[] {
  const open = databases.filter(({ isOpenToPublic }) => isOpenToPublic);
  const ours = open.filter(({ isDeclared }) => isDeclared).map(({ name }) => name);
  const others = open.filter(({ isDeclared }) => !isDeclared).map(({ name }) => name);
  return [
    ...(ours.length === 0
      ? []
      : [
          found('public-connect', 'fail', `every role may CONNECT to ${someNames(ours)}`, {
            why: 'a database of this deployment is for its own roles only',
            remedy: ownCommand('plan'),
          }),
        ]),
    ...(others.length === 0 ? [] : [found('public-connect', 'info', `PUBLIC may CONNECT to ${someNames(others, 8)}`)]),
  ];
}

function publicWritable({ inside: { writableSchemas, closedDatabases }, admin }: RolesOptions): Check[] {
  const databases = [...new Set(writableSchemas.map(({ database }) => database))];
  const problems = databases.flatMap((database) => {
    const schemas = writableSchemas.filter((schema) => schema.database === database);
    return boundedChecks(schemas.map(writable), `schemas of ${shown(database)}, in which every role may create`);
  });
  const unseen = closedDatabases.map(({ name, reason }) =>
    reason === undefined
      ? found('public-writable', 'unknown', `${shown(admin)} may not look into ${shown(name)}`, {
          remedy: runs(
            ownerOrSuperuser,
            anyDatabase,
            `GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(admin)};`,
          ),
        })
      : found('public-writable', 'unknown', `${shown(name)} could not be looked into: ${reason}`),
  );
  return [...problems, ...unseen];
}

function writable({ database, name, owner }: InsideFacts['writableSchemas'][number]): Check {
  return found(
    'public-writable',
    'warn',
    `every role may create objects in ${shown(database)}, schema ${shown(name)}`,
    {
      why: 'what one plants there, another may run',
      remedy: runs(
        `${shown(owner)} or a superuser`,
        inDatabase(database),
        `REVOKE CREATE ON SCHEMA ${identifier(name)} FROM PUBLIC;`,
      ),
    },
  );
}

function connectionLimits({ roles, databases, settings }: ListenerFacts): Check[] {
  const services = roles.filter(({ isService }) => isService);
  const all = Number(settings.max_connections ?? Number.POSITIVE_INFINITY);
  // A limit that the server can't reach, or that leaves nothing, limits nobody.
  const isBound = (limit: number) => limit >= 0 && limit < all;
  const unlimited = services.filter(({ connectionLimit }) => !isBound(connectionLimit)).map(({ name }) => name);
  const declared = databases.filter(({ isDeclared }) => isDeclared).map(({ connectionLimit }) => connectionLimit);
  const isBounded = declared.every(isBound) && declared.reduce((sum, limit) => sum + limit, 0) < all;
  if (unlimited.length === 0 || isBounded) return [];
  const most = settings.max_connections === undefined ? 'all' : `all ${settings.max_connections}`;
  // Half of the server for all services together: the rest is for whoever else is there, and for the admin.
  const advised = Number.isFinite(all) ? Math.max(1, Math.floor(all / 2 / services.length)) : 50;
  return [
    found('no-connection-limit', 'info', `${someNames(unlimited)} may take ${most} connections of the server`, {
      remedy: runs(
        adminOrSuperuser,
        anyDatabase,
        `ALTER ROLE ${identifier(unlimited[0] ?? '')} CONNECTION LIMIT ${advised};  -- or what its pools need`,
      ),
    }),
  ];
}
