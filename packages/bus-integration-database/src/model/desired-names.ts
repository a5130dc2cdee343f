// The names that a state gives: what lists come to, and what either of two states names. Pure.

import { OperationError } from '../contract/errors.ts';
import { longestName, mostResourcesConfigured } from './bounds.ts';
import type { Lists } from './lists.ts';
import { dsnFileName, expandRole, isRoleTemplate } from './names.ts';
import type { Output } from './output.ts';

interface DesiredDatabase {
  /** Databases that have the same may share one set. */
  readonly schemas: ReadonlySet<string>;
  /** Roles that log in to it. */
  readonly logins: readonly string[];
  /** Those of them that its services log in as: one, or none; more where states were joined. */
  readonly serviceRoles: readonly string[];
  /** Roles that make things of their own in its schemas. Default: its logins. */
  readonly creators?: readonly string[];
}

/** Everything that a state gives a name to, as it is looked up. */
export interface DesiredNames {
  readonly deploymentId: string;
  readonly roles: ReadonlySet<string>;
  readonly databases: ReadonlyMap<string, DesiredDatabase>;
  /** Of whatever database. */
  readonly schemas: ReadonlySet<string>;
  /** By their files. */
  readonly outputs: ReadonlyMap<string, Output>;
}

/** Lists that name their service role: the first role, where none is named. */
export function settled(lists: Lists): Lists {
  const serviceRole = lists.serviceRole ?? lists.roles[0];
  return serviceRole === undefined ? lists : { ...lists, serviceRole };
}

/** What lists come to where every role and schema is one of every database. */
export function namesOf(deploymentId: string, lists: Lists): DesiredNames {
  return multiplied(deploymentId, lists, dsnFileName);
}

/**
 * The same of lists that nobody judged: without files that can't be. Where there would be too many files, none is among
 * them, and databases have no logins.
 */
export function namesOfUnjudged(deploymentId: string, lists: Lists): DesiredNames {
  const { serviceRole, databases } = settled(lists);
  const isUsable = (role: string) => role.length <= longestName && (role === serviceRole || !isRoleTemplate(role));
  const roles = lists.roles.filter(isUsable);
  // Of a template as long as one likes every database would make a name.
  const named = serviceRole === undefined ? {} : { serviceRole: serviceRole.slice(0, longestName) };
  const usable = { ...lists, roles, ...named };
  if (databases.length * roles.length <= mostResourcesConfigured)
    return multiplied(deploymentId, usable, possibleFileName);
  const { roles: _, ...names } = multiplied(deploymentId, { ...usable, roles: [] }, possibleFileName);
  const expanded = (role: string) => (isRoleTemplate(role) ? databases.map((name) => expandRole(role, name)) : [role]);
  return { ...names, roles: new Set(roles.flatMap(expanded)) };
}

function possibleFileName(database: string, role?: string): string | undefined {
  try {
    return dsnFileName(database, role);
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

function multiplied(
  deploymentId: string,
  lists: Lists,
  fileOf: (database: string, role?: string) => string | undefined,
): DesiredNames {
  const { roles, serviceRole, schemas } = settled(lists);
  const databases = new Map<string, DesiredDatabase>();
  const outputs = new Map<string, Output>();
  const all = new Set(roles.filter((role) => !isRoleTemplate(role)));
  const schemaSet = new Set(schemas);
  for (const database of lists.databases) {
    const logins = roles.map((role) => expandRole(role, database));
    for (const [index, role] of logins.entries()) {
      const file = fileOf(database, roles[index] === serviceRole ? undefined : role);
      if (file !== undefined) outputs.set(file, { form: 'uri', connections: [{ database, role }], file });
      all.add(role);
    }
    const serviceRoles = serviceRole === undefined ? [] : [expandRole(serviceRole, database)];
    databases.set(database, { schemas: schemaSet, logins, serviceRoles });
  }
  return { deploymentId, roles: all, databases, schemas: schemaSet, outputs };
}

/** What either of two names; of a database that one of them does not know it may mean any of its schemas. */
export function joined(one: DesiredNames, other: DesiredNames): DesiredNames {
  if (one === other) return one;
  const schemasOf = createUnion();
  const databases = new Map<string, DesiredDatabase>();
  for (const name of union(one.databases.keys(), other.databases.keys())) {
    const [here, there] = [one.databases.get(name), other.databases.get(name)];
    const known = here ?? there;
    if (known === undefined) continue;
    databases.set(name, {
      ...(here === undefined || there === undefined
        ? known
        : {
            logins: [...union(here.logins, there.logins)],
            serviceRoles: [...union(here.serviceRoles, there.serviceRoles)],
          }),
      schemas: schemasOf(here?.schemas ?? one.schemas, there?.schemas ?? other.schemas),
    });
  }
  return {
    deploymentId: one.deploymentId,
    roles: union(one.roles, other.roles),
    databases,
    schemas: union(one.schemas, other.schemas),
    outputs: new Map([...other.outputs, ...one.outputs]),
  };
}

function union(one: Iterable<string>, other: Iterable<string>): Set<string> {
  return new Set([...one, ...other]);
}

/** Made once of two sets, however many databases have them: thousands of databases beside thousands of schemas are millions. */
function createUnion(): (one: ReadonlySet<string>, other: ReadonlySet<string>) => ReadonlySet<string> {
  const made = new Map<ReadonlySet<string>, Map<ReadonlySet<string>, ReadonlySet<string>>>();
  return (one, other) => {
    const withOne = made.get(one) ?? new Map<ReadonlySet<string>, ReadonlySet<string>>();
    made.set(one, withOne);
    const known = withOne.get(other) ?? (one === other || other.size === 0 ? one : union(one, other));
    withOne.set(other, known);
    return known;
  };
}

/** Every name in it, for who looks for names in texts. */
export function everyName({ deploymentId, databases, schemas, roles }: DesiredNames): string[] {
  return [deploymentId, ...databases.keys(), ...schemas, ...roles];
}
