// How the dispatcher tells its commands what ./.env has for keys that the environment overrules: BUS_DOTENV_DEPLOYMENT_ID
// for BUS_DEPLOYMENT_ID, and those of what is declared.

export const declaringKeys = [
  'BUS_DATABASE_NAMES',
  'BUS_DATABASE_SERVICE_ROLE',
  'BUS_DATABASE_ROLE_NAMES',
  'BUS_DATABASE_SCHEMAS',
  'BUS_DATABASE_SCHEMA_NAMES',
];

/** By key, the names under which the file's values are told. */
export const overruledNames: ReadonlyMap<string, string> = new Map(
  ['BUS_DEPLOYMENT_ID', ...declaringKeys].map((key) => [key, key.replace(/^BUS_/, 'BUS_DOTENV_')]),
);
