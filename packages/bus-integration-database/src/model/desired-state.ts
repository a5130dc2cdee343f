// The one desired state: what a deployment is to have, built once and judged once. Every verb works on it. Pure; which
// names a provider takes and which resources it makes of them come in as a value.

import type { Diagnostic } from '../contract/response.ts';
import { type DesiredNames, namesOf, settled } from './desired-names.ts';
import type { AnyResource } from './diff.ts';
import { type ListProblem, type ListSource, listProblems } from './list-problems.ts';
import type { Listener, Lists } from './lists.ts';
import type { NameRules } from './names.ts';

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
