// The providers that this binary knows: the one list that a new provider is added to.
import type { ServedProvider } from 'bus-integration-database';
import {
  createKeptSessions,
  createPostgresProvider,
  loadManifestLanguage,
  postgresFacts,
  postgresKeys,
} from 'bus-integration-postgres';

/** Made once for a process: deployments on one server share the bounds of its connections. */
export function createProviders(): readonly ServedProvider[] {
  const kept = createKeptSessions();
  return [
    {
      keys: postgresKeys,
      facts: postgresFacts,
      manifest: loadManifestLanguage,
      create: (options) => createPostgresProvider({ ...options, kept }),
      close: () => kept.close(),
    },
  ];
}
