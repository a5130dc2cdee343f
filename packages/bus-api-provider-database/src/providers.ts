// The providers that this binary knows: the one list that a new provider is added to.
import type { Configuration, Provider, ProviderKeys } from 'bus-integration-database';
import { createPostgresProvider, type ProviderSurroundings, postgresKeys } from 'bus-integration-postgres';

export interface ProviderRoot {
  readonly keys: ProviderKeys;
  readonly create: (options: {
    readonly configuration: Configuration;
    readonly surroundings: ProviderSurroundings;
  }) => Provider;
}

export const providers: readonly ProviderRoot[] = [{ keys: postgresKeys, create: createPostgresProvider }];
