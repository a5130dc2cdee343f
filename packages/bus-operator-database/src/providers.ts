// The providers that this binary knows: the one list that a new provider is added to. Each loads when a verb runs.
import type { ProviderModule } from 'bus-integration-database';

export interface ProviderRoot {
  readonly name: string;
  /** The server's own name, for people. */
  readonly title: string;
  readonly load: () => Promise<ProviderModule>;
}

export const providers: readonly ProviderRoot[] = [
  {
    name: 'postgres',
    title: 'PostgreSQL',
    load: async () => {
      const provider = await import('./postgres-provider.ts');
      const { createPostgresProvider, explainedFindings, postgresFacts, postgresKeys, psqlScript } = provider;
      return {
        keys: postgresKeys,
        create: createPostgresProvider,
        facts: postgresFacts,
        findings: explainedFindings,
        script: psqlScript,
      };
    },
  },
];
