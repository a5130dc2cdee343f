// The providers that this binary knows: the one list that a new provider is added to.
import type { Configuration, Provider, ProviderKeys } from 'bus-integration-database';
import {
  createKeptSessions,
  createPostgresProvider,
  type ProviderSurroundings,
  postgresKeys,
} from 'bus-integration-postgres';

export type { ProviderSurroundings } from 'bus-integration-postgres';

/** A provider as this process has it, for all deployments that it serves. */
export interface ProviderRoot {
  readonly keys: ProviderKeys;
  readonly create: (options: {
    readonly configuration: Configuration;
    readonly surroundings: ProviderSurroundings;
  }) => Provider;
  /** Ends the connections that are kept between readings. */
  readonly close: () => Promise<void>;
}

/** Made once for a process: deployments on one server share the bounds of its connections. */
export function createProviders(): readonly ProviderRoot[] {
  const kept = createKeptSessions();
  return [
    {
      keys: postgresKeys,
      create: (options) => createPostgresProvider({ ...options, kept }),
      close: () => kept.close(),
    },
  ];
}
