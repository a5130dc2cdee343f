// What a provider's answers say beyond the contract's own keys: registered by the provider, so that answers are checked
// and documents written by it, while nothing else needs to know of it.
import * as z from 'zod/mini';

export interface Fact {
  readonly type: 'text' | 'list of texts';
  readonly isOptional?: true;
  readonly meaning: string;
}

type Facts = Readonly<Record<string, Fact>>;

/** By the shape that they stand in. */
export interface ProviderFacts {
  /** Of `target`: what tells this server from all others. */
  readonly target: Facts;
  /** By action: of a step's `after`. */
  readonly steps: Readonly<Partial<Record<'discover-provider' | 'create-database', Facts>>>;
}

/** An object with these keys and those of the facts; with any others where no facts are given. */
export function withFacts<S extends z.core.$ZodShape>(keys: S, facts: Facts | undefined) {
  const own = Object.entries(facts ?? {}).map(([key, { type, isOptional }]) => {
    const value = type === 'text' ? z.string() : z.readonly(z.array(z.string()));
    return [key, isOptional ? z.exactOptional(value) : value];
  });
  const all: S = { ...keys, ...Object.fromEntries(own) };
  return z.readonly(z.catchall(z.object(all), facts === undefined ? z.unknown() : z.never()));
}
