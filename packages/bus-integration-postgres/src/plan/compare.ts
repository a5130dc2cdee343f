// Desired beside observed, kind by kind made comparable: only what we manage, judged by effective privilege. Pure.
import {
  type Delta,
  type Diagnostic,
  diff,
  type Grantee,
  type PrivilegeObject,
  type Privileges,
  privilegesOf,
  type Refusal,
  type Resource,
  type Standing,
} from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { beyondReach, effectivePrivileges, type Grantable, type Guarded, revocable } from '../ownership/effective.ts';
import { type Adoption, type Judgement, judgeDatabase, judgeRole } from '../ownership/ours.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { strangerFindings } from './strangers.ts';

export interface Comparison {
  readonly deltas: readonly Delta[];
  /** How each declared role and database stands, by name. */
  readonly roles: ReadonlyMap<string, Standing>;
  readonly databases: ReadonlyMap<string, Standing>;
  readonly refusals: readonly Refusal[];
  readonly findings: readonly Diagnostic[];
}

/** PUBLIC loses everything on a database, but on a schema only the right to create in it. */
const managedOfPublicOnSchema = ['CREATE', 'GRANT OPTION FOR CREATE'];

export function compare(desired: readonly Resource[], seen: Observation, adoption: Adoption): Comparison {
  const judgements = { role: new Map<string, Judgement>(), database: new Map<string, Judgement>() };
  for (const resource of desired) {
    if (resource.kind === 'role') judgements.role.set(resource.name, judgeRole(resource.name, seen, adoption));
    if (resource.kind === 'database') {
      judgements.database.set(resource.name, judgeDatabase(resource.name, seen, adoption));
    }
  }
  const findings: Diagnostic[] = [];
  const observed = desired.flatMap((resource) => observe(resource, seen, findings) ?? []);
  findings.push(...foundStrangers(desired, seen, judgements));
  const standings = (kind: 'role' | 'database') =>
    new Map([...judgements[kind]].map(([name, { standing }]) => [name, standing]));
  return {
    deltas: diff(desired, observed),
    roles: standings('role'),
    databases: standings('database'),
    refusals: [...judgements.role.values(), ...judgements.database.values()].flatMap(({ refusal }) => refusal ?? []),
    findings,
  };
}

function foundStrangers(
  desired: readonly Resource[],
  seen: Observation,
  { database: judged }: { readonly database: ReadonlyMap<string, Judgement> },
): Diagnostic[] {
  const services = new Set(desired.flatMap((resource) => (resource.kind === 'role' ? resource.name : [])));
  const isOpen = (name: string) => ['ours', 'adopted'].includes(judged.get(name)?.standing ?? '');
  return desired.flatMap((resource) => {
    if (resource.kind === 'database' && isOpen(resource.name)) {
      const object = seen.databases.get(resource.name);
      return object === undefined ? [] : strangerFindings({ database: resource.name }, object, { seen, services });
    }
    if (resource.kind !== 'schema' || !isOpen(resource.database)) return [];
    const object = findSchema(seen, resource.database, resource.name);
    const on = { database: resource.database, schema: resource.name };
    return object === undefined ? [] : strangerFindings(on, object, { seen, services });
  });
}

/** The observed twin of a desired resource, or nothing where it does not exist. */
function observe(resource: Resource, seen: Observation, findings: Diagnostic[]): Resource | undefined {
  switch (resource.kind) {
    case 'role': {
      const role = seen.roles.get(resource.name);
      return role && { kind: 'role', name: role.name, canLogin: role.canLogin };
    }
    case 'database':
      return seen.databases.has(resource.name) ? resource : undefined;
    case 'schema':
      if (isUnseen(seen, resource.database)) return resource;
      return findSchema(seen, resource.database, resource.name) && resource;
    case 'privileges':
      return observePrivileges(resource, seen, findings);
  }
}

function observePrivileges(wish: Privileges, seen: Observation, findings: Diagnostic[]): Privileges | undefined {
  if (wish.on.schema !== undefined && isUnseen(seen, wish.on.database)) return wish;
  const object = findObject(seen, wish.on);
  // What is still to be made or opened loses PUBLIC's rights by the step that does it.
  const isOpen = seen.databases.get(wish.on.database)?.allowsConnections === true;
  if ('everyone' in wish.grantee && (object === undefined || !isOpen)) return wish;
  if (object === undefined) return undefined;
  const publicLoses = publicLosesOn(wish.on, object, seen.admin.name);
  if ('everyone' in wish.grantee) {
    findings.push(...publicFindings(wish.on, object, seen));
    return privilegesOf(wish.on, wish.grantee, publicLoses);
  }
  // A role that is still to be made will have what PUBLIC has.
  const role = seen.roles.get(wish.grantee.role) ?? { name: wish.grantee.role, inherits: [] };
  const effective = effectivePrivileges(object, role, publicLoses, seen.databases.get(wish.on.database)?.owner);
  findings.push(...grantFindings(wish, object, role, seen), ...ownFindings(wish, object, role, seen));
  const satisfied = wish.privileges.filter((privilege) => effective.has(privilege));
  const extras = role.name === object.owner ? [] : extraPrivileges(wish, object, role, seen.admin.name);
  if (satisfied.length === 0 && extras.length === 0) return undefined;
  return privilegesOf(wish.on, wish.grantee, [...satisfied, ...extras]);
}

function extraPrivileges(wish: Privileges, object: Guarded, role: Grantable, admin: string): string[] {
  return revocable(object, role.name, admin).filter((privilege) => !wish.privileges.includes(privilege));
}

function publicLosesOn(on: PrivilegeObject, object: Guarded, admin: string): string[] {
  const held = revocable(object, null, admin);
  return on.schema === undefined ? held : held.filter((privilege) => managedOfPublicOnSchema.includes(privilege));
}

function publicFindings(on: PrivilegeObject, object: Guarded, seen: Observation): Diagnostic[] {
  const { admin } = seen;
  const entries = beyondReach(object, null, admin.name).filter(
    ({ privilege }) => on.schema === undefined || managedOfPublicOnSchema.includes(privilege),
  );
  return entries.map(({ privilege, grantor }) => {
    const target = on.schema === undefined ? `DATABASE ${identifier(on.database)}` : `SCHEMA ${identifier(on.schema)}`;
    const where = on.schema === undefined ? anyDatabase : inDatabase(on.database);
    return {
      severity: 'warn',
      code: on.schema === undefined ? 'public-connect' : 'public-writable',
      message:
        on.schema === undefined
          ? `PUBLIC has ${privilege} on database ${shown(on.database)}, granted by ${shown(grantor)}; this admin can't take it away`
          : `PUBLIC may create in schema ${shown(on.schema)} of ${shown(on.database)}, which belongs to ${shown(object.owner)}`,
      target: printable(on.database),
      remedy: runs(`${shown(grantor)} or a member of it`, where, `REVOKE ${privilege} ON ${target} FROM PUBLIC;`),
    };
  });
}

/** What others granted to a service beyond what it is to have: theirs to take back. */
function grantFindings(wish: Privileges, object: Guarded, role: Grantable, { admin }: Observation): Diagnostic[] {
  if (role.name === object.owner) return [];
  const { database, schema } = wish.on;
  const extras = beyondReach(object, role.name, admin.name).filter(
    ({ privilege, isGrantable }) => isGrantable || !wish.privileges.includes(privilege),
  );
  return extras.map(({ privilege, grantor }) => {
    const isWanted = wish.privileges.includes(privilege);
    const target = schema === undefined ? `DATABASE ${identifier(database)}` : `SCHEMA ${identifier(schema)}`;
    const what = schema === undefined ? `database ${shown(database)}` : `schema ${shown(schema)} of ${shown(database)}`;
    const where = schema === undefined ? anyDatabase : inDatabase(database);
    const rest = `${privilege} ON ${target} FROM ${identifier(role.name)};`;
    return {
      severity: 'warn',
      code: 'extra-privilege',
      message: `role ${shown(role.name)} ${isWanted ? 'may pass on' : 'has'} ${privilege} on ${what}, granted by ${shown(grantor)}; this admin can't take it away`,
      target: printable(database),
      remedy: runs(
        `${shown(grantor)} or a member of it`,
        where,
        `REVOKE ${isWanted ? 'GRANT OPTION FOR ' : ''}${rest}`,
      ),
    };
  });
}

/** What a service may do in a database as its owner or through another role, beyond what it is to have. */
function ownFindings(wish: Privileges, object: Guarded, role: Grantable, { admin }: Observation): Diagnostic[] {
  const { database, schema } = wish.on;
  if (schema !== undefined) return [];
  const isOwner = role.name === object.owner;
  const holders = isOwner ? [role.name] : role.inherits;
  const extras = object.acl.filter(
    ({ grantee, privilege }) => grantee !== null && holders.includes(grantee) && !wish.privileges.includes(privilege),
  );
  return extras.map(({ grantee, privilege }) => ({
    severity: isOwner ? ('info' as const) : ('warn' as const),
    code: 'extra-privilege',
    message: `role ${shown(role.name)} has ${privilege} on database ${shown(database)}, ${isOwner ? 'which it owns' : `through role ${shown(grantee ?? '')}`}`,
    target: printable(database),
    remedy: isOwner
      ? runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(admin.name)};`)
      : runs(
          'if no service needs it, a superuser',
          anyDatabase,
          `REVOKE ${identifier(grantee ?? '')} FROM ${identifier(role.name)};`,
        ),
  }));
}

/** A database that stands open but could not be entered: what is in it is not known, which is not the same as absent. */
export function isUnseen(seen: Observation, name: string): boolean {
  return seen.databases.get(name)?.allowsConnections === true && !seen.inside.has(name);
}

/** The database or schema that privileges are held on, as observed. */
export function findObject(seen: Observation, on: PrivilegeObject): Guarded | undefined {
  if (on.schema !== undefined) return findSchema(seen, on.database, on.schema);
  return seen.databases.get(on.database);
}

function findSchema(seen: Observation, database: string, name: string) {
  return seen.inside.get(database)?.schemas.find((schema) => schema.name === name);
}

/** A grantee's name; null for everyone. */
export function granteeName(grantee: Grantee): string | null {
  return 'role' in grantee ? grantee.role : null;
}
