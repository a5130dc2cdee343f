// The one desired state: what a deployment is to have, built once and judged once. Every verb works on it. Pure; which
// names a provider takes and which resources it makes of them come in as a value.

import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import { longestName, mostResourcesConfigured } from './bounds.ts';
import type { AnyResource } from './diff.ts';
import { type ListProblem, type ListSource, listProblems } from './list-problems.ts';
import type { Listener, Lists } from './lists.ts';
import { dsnFileName, expandRole, isRoleTemplate, type NameRules } from './names.ts';
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

declare const judged: unique symbol;

/** Made by {@link desiredState} and {@link manifestState} alone. */
export interface DesiredState<R extends AnyResource = AnyResource> extends DesiredNames {
  readonly [judged]: true;
  /** Made when they are first asked for. Says nothing of passwords: those are decided by what the files hold. */
  readonly resources: readonly R[];
  readonly listener: Listener;
  /** The lists that it was made of, with their service role; absent of a manifest. */
  readonly lists?: Lists;
  /** The manifest that it was made of; absent of lists. */
  readonly manifest?: DeclaredManifest;
}

/** A manifest with nothing inherited: what it holds beside the deployment, its provider knows. */
export interface Expansion {
  readonly deployment: string;
  /** How many resources it comes to at most, where its provider says so. */
  readonly size?: number;
  /** Parts that only a configured manifest may have, since they reach beyond the deployment: `file of outputs`. Default: none. */
  readonly reserved?: readonly string[];
}

/** A manifest that was read. */
export interface DeclaredManifest {
  readonly expanded: Expansion;
  /** As it was written, as plain data: what a request may carry. */
  readonly written: object;
  /** The file that it was read from, as the operator names it; absent of a request's. */
  readonly file?: string;
  /** Who else may write that file. */
  readonly warnings?: readonly Diagnostic[];
}

/** What a provider makes of a manifest. */
export interface ManifestContent<R extends AnyResource = AnyResource> {
  readonly names: DesiredNames;
  /** Called once, when they are first asked for. */
  readonly resources: () => readonly R[];
}

/** What a provider takes as names, and what it makes of them. */
export interface DesiredRules<R extends AnyResource = AnyResource> extends NameRules {
  /** Default: none. */
  readonly resources?: (names: DesiredNames) => readonly R[];
  /** What a manifest comes to. Default: there are none. */
  readonly manifest?: (expanded: Expansion) => ManifestContent<R>;
}

export interface DesiredOptions<R extends AnyResource> {
  readonly deploymentId: string;
  /** Default: nothing is said of it. */
  readonly listener?: Listener;
  readonly rules: DesiredRules<R>;
  /** Where the lists come from. */
  readonly source: ListSource;
}

/**
 * The state that lists ask for, or all that is wrong with them.
 *
 * @example
 * desiredState({ databases: ['app'], roles: ['svc'], schemas: ['public'] }, { deploymentId: 'shop', rules, source });
 */
export function desiredState<R extends AnyResource>(
  lists: Lists,
  { deploymentId, listener = {}, rules, source }: DesiredOptions<R>,
): DesiredState<R> | readonly ListProblem[] {
  const problems = listProblems(lists, rules, source);
  if (problems.length > 0) return problems;
  const names = namesOf(deploymentId, lists);
  return stateOf(
    names,
    { listener, lists: settled(lists) },
    once(() => rules.resources?.(names) ?? []),
  );
}

/**
 * The state that a manifest asks for; it was judged when it was read.
 *
 * @throws Error where the provider takes no manifests
 * @example
 * manifestState({ expanded, written, file: 'bus-database.yaml' }, { rules: postgresRules });
 */
export function manifestState<R extends AnyResource>(
  manifest: DeclaredManifest,
  { listener = {}, rules }: { readonly listener?: Listener; readonly rules: DesiredRules<R> },
): DesiredState<R> {
  const content = rules.manifest?.(manifest.expanded);
  if (content === undefined) throw new Error('internal error: a provider without manifests was given one');
  return stateOf(content.names, { listener, manifest }, once(content.resources));
}

/** The same state under another policy. */
export function withListener(state: DesiredState, listener: Listener): DesiredState {
  const { deploymentId, roles, databases, schemas, outputs, lists, manifest } = state;
  const source = { listener, ...(lists !== undefined && { lists }), ...(manifest !== undefined && { manifest }) };
  return stateOf({ deploymentId, roles, databases, schemas, outputs }, source, () => state.resources);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** A request that only waits, or is turned away, holds no resources: they are many times its names. */
function stateOf<R extends AnyResource>(
  names: DesiredNames,
  source: Pick<DesiredState, 'listener' | 'lists' | 'manifest'>,
  resources: () => readonly R[],
): DesiredState<R> {
  const state = {
    ...names,
    get resources() {
      return resources();
    },
    ...source,
  };
  return state as unknown as DesiredState<R>;
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
