// The providers that this binary knows: the one list that a new provider is added to. Each loads when a verb runs.
import type { ProviderModule } from 'bus-integration-database';
import type { ManifestLanguage } from 'bus-integration-database/manifest';

export interface ProviderRoot {
  readonly name: string;
  /** The server's own name, for people. */
  readonly title: string;
  readonly load: () => Promise<ProviderModule>;
  /** How its manifests are read; without it there are none. */
  readonly manifest?: () => Promise<ManifestLanguage>;
}

export const providers: readonly ProviderRoot[] = [
  {
    name: 'postgres',
    title: 'PostgreSQL',
    load: async () => {
      const provider = await import('./postgres-provider.ts');
      const { createPostgresProvider, explainedFindings, loadDescribeServer, postgresFacts, postgresKeys, psqlScript } =
        provider;
      return {
        keys: postgresKeys,
        create: createPostgresProvider,
        facts: postgresFacts,
        findings: explainedFindings,
        script: psqlScript,
        describe: loadDescribeServer,
      };
    },
    manifest: async () => (await import('./postgres-manifest.ts')).postgresManifest,
  },
];
