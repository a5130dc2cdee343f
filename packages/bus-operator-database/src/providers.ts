// The providers that this binary knows: the one list that a new provider is added to. Each loads when a verb runs.
import type { Configuration, Provider, ProviderKeys } from 'bus-integration-database';

/** What a provider takes from the process, handed in by the composition root. */
export interface ProviderSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without what an env file added: all that child programs get. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly osUser: string;
  readonly cwd: string;
  readonly uid: number;
}

export interface ProviderOptions {
  readonly configuration: Configuration;
  readonly surroundings: ProviderSurroundings;
  readonly jobs?: number;
  readonly lockTimeoutMs?: number;
}

/** What `verify --explain` says of a finding. */
export interface Explanation {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly page: string;
}

export interface ProviderRoot {
  readonly name: string;
  /** The server's own name, for people. */
  readonly title: string;
  readonly load: () => Promise<{
    keys: ProviderKeys;
    create: (options: ProviderOptions) => Provider;
    findings?: Readonly<Record<string, Explanation>>;
  }>;
}

export const providers: readonly ProviderRoot[] = [
  {
    name: 'postgres',
    title: 'PostgreSQL',
    load: async () => {
      const { createPostgresProvider, findings, postgresKeys } = await import('./postgres-provider.ts');
      return { keys: postgresKeys, create: createPostgresProvider, findings };
    },
  },
];
