// The providers that this binary knows: the one list that a new provider is added to.
import type { Configuration, Provider, ProviderKeys } from 'bus-integration-database';
import {
  createKeptSessions,
  createPostgresProvider,
  type ProviderSurroundings,
  postgresKeys,
} from 'bus-integration-postgres';

export type { ProviderSurroundings } from 'bus-integration-postgres';

export interface ProviderRoot {
  readonly keys: ProviderKeys;
  readonly create: (options: {
    readonly configuration: Configuration;
    readonly surroundings: ProviderSurroundings;
  }) => ServedProvider;
}

/** A provider that keeps connections between readings, until it is closed. */
interface ServedProvider {
  readonly provider: Provider;
  readonly close: () => Promise<void>;
}

export const providers: readonly ProviderRoot[] = [
  {
    keys: postgresKeys,
    create: (options) => {
      const kept = createKeptSessions();
      return { provider: createPostgresProvider({ ...options, kept }), close: () => kept.close() };
    },
  },
];
