// What a run of the deployment must leave alone, taken out of a dump: equal before and after. Pure.
import type { Dump, DumpedGrant, DumpedThing } from '../scenarios/cluster-dump.ts';

export interface Managed {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
  readonly schemas: readonly string[];
  /** Which roles log in to which databases. */
  readonly logins: readonly { readonly database: string; readonly role: string }[];
}

/** The things that were there before, without the attributes and grants that are the deployment's to change. */
export function unmanaged(dump: Dump, managed: Managed, before: Dump): Record<string, unknown> {
  const kept = [...dump].filter(([key]) => before.has(key)).map(([key, thing]) => [key, withoutOurs(thing, managed)]);
  return Object.fromEntries(kept);
}

/** Things that came into being and are not the deployment's. */
export function strays(dump: Dump, managed: Managed, before: Dump): DumpedThing[] {
  return [...dump].filter(([key, thing]) => !before.has(key) && !isOurs(thing, managed)).map(([, thing]) => thing);
}

function withoutOurs(thing: DumpedThing, managed: Managed): unknown {
  switch (thing.kind) {
    case 'role': {
      if (!managed.roles.includes(thing.name)) return thing;
      const { login, password, comment, ...rest } = thing;
      return { ...rest, comment: withoutMarks(comment) };
    }
    case 'database': {
      if (!managed.databases.includes(thing.name)) return thing;
      const { opens, limit, untouched, comment, acl = [], ...rest } = thing;
      return {
        ...rest,
        comment: withoutMarks(comment),
        acl: acl.filter((grant) => !isOurGrant(grant, thing.name, managed)),
      };
    }
    case 'schema': {
      const { database = '' } = thing;
      if (!managed.databases.includes(database) || !managed.schemas.includes(thing.name)) return thing;
      const { untouched, acl = [], ...rest } = thing;
      return { ...rest, acl: acl.filter((grant) => !isOurGrant(grant, database, managed)) };
    }
    default:
      return thing;
  }
}

function isOurGrant({ grantee }: DumpedGrant, database: string, { logins }: Managed): boolean {
  return grantee === 'PUBLIC' || logins.some((login) => login.database === database && login.role === grantee);
}

function isOurs(thing: DumpedThing, { roles, databases, schemas }: Managed): boolean {
  switch (thing.kind) {
    case 'role':
      return roles.includes(thing.name);
    case 'database':
      return databases.includes(thing.name);
    case 'schema':
      // A new database's own schemas come with it.
      return (
        databases.includes(thing.database ?? '') &&
        [...schemas, 'public', 'pg_catalog', 'information_schema'].includes(thing.name)
      );
    case 'member':
      // From 16 on whoever creates a role becomes its member, with ADMIN alone.
      return roles.some((role) => thing.name.includes(` of ${role} by `)) && thing.admin_option === true;
    case 'relation':
      return false;
  }
}

function withoutMarks(comment: unknown): string {
  const lines = typeof comment === 'string' ? comment.split('\n') : [];
  return lines.filter((line) => !line.startsWith('bus-deployment=')).join('\n');
}
