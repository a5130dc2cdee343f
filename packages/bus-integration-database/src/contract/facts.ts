// What a provider's answers say beyond the contract's own keys: registered by the provider, so that answers are checked,
// shown and documented by it, while nothing else needs to know of it. Types only.
import type { ShapeOf } from './shape-words.ts';

export interface Fact {
  readonly type: 'text' | 'list of texts';
  readonly isOptional?: true;
  readonly meaning: string;
}

export type Facts = Readonly<Record<string, Fact>>;

type Content = Readonly<Record<string, unknown>>;

/** An action that only this provider has. */
export interface ActionFacts {
  /** What its steps say of what stands now; where it is left out, they say nothing of it. */
  readonly before?: ShapeOf<Content>;
  /** What its steps say of what will stand. */
  readonly after?: ShapeOf<Content>;
  /**
   * What `name` in them names, of what can be declared. With risk `create` the step makes it. A role's step may say in
   * `after` which `password` it is given (`none`: none), and in `before` which one that `replaces`.
   */
  readonly about?: 'role' | 'database' | 'schema';
}

/** By the shape that they stand in. */
export interface ProviderFacts {
  /** Of `target`: what tells this server from all others. */
  readonly target: Facts;
  /** Of the step `discover-provider`: what else was found. */
  readonly found: Facts;
  /** The provider's own actions, by name. */
  readonly actions: Readonly<Record<string, ActionFacts>>;
  /** Kinds of what is left over, beside roles, databases, schemas and files. */
  readonly leftovers?: readonly string[];
}
