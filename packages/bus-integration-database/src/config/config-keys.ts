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

export const neutralKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_DEPLOYMENT_ID', isRequired: true, meaning: 'the deployment: letters, digits, ., _ and -' },
  { name: 'BUS_DATABASE_PROVIDER', meaning: 'the kind of server' },
  { name: 'BUS_DATABASE_NAMES', meaning: 'list of databases' },
  {
    name: 'BUS_DATABASE_SERVICE_ROLE',
    meaning: 'the role that services log in as; {database} in it makes one for each database',
  },
  { name: 'BUS_DATABASE_ROLE_NAMES', meaning: 'list of further login roles with the same rights' },
  { name: 'BUS_DATABASE_SCHEMAS', default: 'public', meaning: 'list of schemas, made in every database' },
  { name: 'BUS_DATABASE_DSN_OUTPUT_DIR', meaning: 'the directory of the DSN files; made 0700, files 0600' },
  { name: 'BUS_DATABASE_DSN_FILE_OWNER', meaning: 'user[:group] of the DSN files, when run as root' },
  { name: 'BUS_DATABASE_SERVICE_HOST', meaning: "what services dial, where it is not the admin DSN's host" },
  { name: 'BUS_DATABASE_SERVICE_PORT', meaning: "the port of it, where it is not the admin DSN's" },
  {
    name: 'BUS_DATABASE_SERVICE_SSLMODE',
    default: "as the admin's connection: require or disable",
    meaning: 'sslmode of the DSN files',
  },
  { name: 'BUS_DATABASE_SERVICE_SSLROOTCERT', meaning: 'file with the root certificates that services trust' },
  { name: 'BUS_DATABASE_SERVICE_PARAMETERS', meaning: 'list of keyword=value for every DSN file' },
  { name: 'BUS_DATABASE_LISTENER_POLICY', default: 'private', meaning: 'loopback, private, tls or external' },
  { name: 'BUS_DATABASE_LISTENER_NETWORKS', meaning: 'list of networks that the policy private lets in' },
  { name: 'BUS_DATABASE_PASSWORD_SEND', default: 'verifier', meaning: 'verifier or plaintext' },
  { name: 'BUS_DATABASE_CREDENTIAL_REFERENCES', meaning: 'list of admin DSN references that a request may name' },
  { name: 'BUS_OPERATOR_ENV_ALLOW', meaning: 'list of names that need no unknown-key warning' },
  { name: 'BUS_OPERATOR_DATABASE_ENV_ALLOW', meaning: 'the same, for this family alone' },
];
