// The configuration keys that every provider shares, once: what is known, and what help and OpenCLI documents say of it.

/** A key of the environment or of an env file. */
export interface ConfigurationKey {
  readonly name: string;
  readonly meaning: string;
  readonly isRequired?: true;
  /** Whether its value is a secret itself; a file's path is none. */
  readonly isSecret?: true;
  readonly default?: string;
}

/** The documented name of a key that has another one too, by that one. */
export const keyAliases: Readonly<Record<string, string>> = {
  BUS_DATABASE_SCHEMA_NAMES: 'BUS_DATABASE_SCHEMAS',
};

const neutralKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_DEPLOYMENT_ID', isRequired: true, meaning: 'the deployment: letters, digits, ., _ and -' },
  { name: 'BUS_DATABASE_PROVIDER', meaning: 'the kind of server' },
  { name: 'BUS_DATABASE_NAMES', meaning: 'list of databases' },
  {
    name: 'BUS_DATABASE_SERVICE_ROLE',
    meaning: 'the role that services log in as; {database} in it makes one for each database',
  },
  { name: 'BUS_DATABASE_ROLE_NAMES', meaning: 'list of further login roles with the same rights' },
  { name: 'BUS_DATABASE_SCHEMAS', meaning: 'list of schemas, made in every database' },
  {
    name: 'BUS_DATABASE_MANIFEST_FILE',
    meaning: 'the manifest: one file that declares everything, in place of the lists',
  },
  { name: 'BUS_DATABASE_DSN_OUTPUT_DIR', meaning: 'the directory of the DSN files; made 0700, files 0600' },
  { name: 'BUS_DATABASE_DSN_FILE_OWNER', meaning: 'user[:group] of the DSN files, when run as root' },
  { name: 'BUS_DATABASE_LISTENER_POLICY', default: 'private', meaning: 'loopback, private, tls or external' },
  { name: 'BUS_DATABASE_LISTENER_NETWORKS', meaning: 'list of networks that the policy private allows' },
  { name: 'BUS_DATABASE_CREDENTIAL_REFERENCES', meaning: 'list of admin DSN references that a request may name' },
  { name: 'BUS_OPERATOR_ENV_ALLOW', meaning: 'list of names that get no unknown-key warning' },
  { name: 'BUS_OPERATOR_DATABASE_ENV_ALLOW', meaning: 'the same, only for this family' },
];

/** The keys that every provider shares, and those of these providers: what one knows more of stands for the shared one. */
export function configurationKeys(ofProviders: readonly ConfigurationKey[]): readonly ConfigurationKey[] {
  const known = new Map(ofProviders.map((key) => [key.name, key]));
  const shared = neutralKeys.map((key) => known.get(key.name) ?? key);
  return [...shared, ...ofProviders.filter((key) => !shared.includes(key))];
}
