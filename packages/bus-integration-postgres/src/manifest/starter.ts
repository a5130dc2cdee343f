// A manifest to begin with: the same as lists of names ask for, with comments that say what each part means and show what
// else there is. An example in a comment begins with its key, so that it may be uncommented as it stands. Pure.
import { type DesiredNames, dsnFileName } from 'bus-integration-database';
import type { CommentedManifest, ManifestComment, StarterOptions } from 'bus-integration-database/manifest';

interface GivenAccess {
  readonly access?: Readonly<Record<string, 'create'>>;
}

/** @example starterManifest({ names: desired, outputDirectory: './local/dsn' }).file; // { version: 1, deployment: 'shop', … } */
export function starterManifest({ names, outputDirectory }: StarterOptions): CommentedManifest {
  const declared = names.roles.size + names.databases.size === 0 ? exampleOf(names) : names;
  const { deploymentId, roles, databases } = declared;
  const entering = [...databases.values()].map(({ logins }) => logins);
  const isSameEverywhere = entering.every((logins) => logins.join('\n') === entering[0]?.join('\n'));
  // Said in each where they differ, since what stands first goes first in a plan.
  const everywhere = entering.length === 0 ? [...roles] : isSameEverywhere ? [...(entering[0] ?? [])] : [];
  const own = (logins: readonly string[]) => logins.filter((role) => !everywhere.includes(role));
  const schemas = schemasOf(declared);
  const outputs = outputsOf(declared, outputDirectory);
  const file = {
    version: 1,
    deployment: deploymentId,
    ...(roles.size > 0 && { roles: recordOf([...roles].map((role) => [role, { login: true }])) }),
    every_database: { schemas, ...accessOf(everywhere) },
    ...(databases.size > 0 && {
      databases: recordOf([...databases].map(([name, { logins }]) => [name, accessOf(own(logins))])),
    }),
    ...(outputs.length > 0 && { outputs }),
  };
  return { file, comments: commentsOf(declared, { everywhere, hasOutputs: outputs.length > 0 }) };
}

function exampleOf({ deploymentId }: DesiredNames): DesiredNames {
  const logins = ['app_service'];
  const schemas = new Set(['public']);
  return {
    deploymentId,
    roles: new Set(logins),
    databases: new Map([['app', { schemas, logins, serviceRoles: logins }]]),
    schemas,
    outputs: new Map(),
  };
}

function schemasOf({ databases, schemas }: DesiredNames): readonly string[] {
  const [first] = databases.values();
  const names = [...(first?.schemas ?? schemas)];
  return names.length === 0 ? ['public'] : names;
}

function accessOf(roles: readonly string[]): GivenAccess {
  return roles.length === 0 ? {} : { access: recordOf(roles.map((role) => [role, 'create'])) };
}

/** By lists the service role's file has no role in its name; by a manifest only that of its only login. */
function outputsOf({ roles, databases }: DesiredNames, directory = './local/dsn'): readonly object[] {
  if (roles.size < 2) return [];
  const services = [...databases].flatMap(([name, { serviceRoles }]) => serviceRoles.map((role) => ({ name, role })));
  const folder = directory.replace(/\/+$/, '');
  const served = new Set(services.map(({ role }) => role));
  const others = [...roles].filter((role) => !served.has(role));
  const entering = others.filter((role) => [...databases.values()].some(({ logins }) => logins.includes(role)));
  const isOfAll = served.size === 1 && services.length === databases.size;
  return [
    ...(isOfAll
      ? [{ form: 'uri', roles: [...served], file: `${folder}/{database}.dsn` }]
      : services.map(({ name, role }) => ({
          form: 'uri',
          roles: [role],
          databases: [name],
          file: `${folder}/${dsnFileName(name)}`,
        }))),
    ...(entering.length > 0 && services.length > 0 ? [{ form: 'uri', roles: entering }] : []),
  ];
}

interface Written {
  readonly everywhere: readonly string[];
  readonly hasOutputs: boolean;
}

function commentsOf({ roles, databases }: DesiredNames, { everywhere, hasOutputs }: Written): ManifestComment[] {
  const [role] = roles;
  const [database] = databases.keys();
  const before = (path: ManifestComment['path'], ...lines: string[]): ManifestComment => ({
    path,
    at: 'before',
    lines,
  });
  const last = (path: ManifestComment['path'], ...lines: string[]): ManifestComment => ({ path, at: 'last', lines });
  return [
    ...(role === undefined
      ? [
          before(
            ['every_database'],
            ...rolesText,
            'roles:',
            '  app_service: {login: true}',
            '  app_owner: {}',
            '  app_readers: {members: exact}',
            '',
          ),
          last(['every_database'], 'access: {app_service: create}'),
        ]
      : [
          before(['roles'], ...rolesText),
          last(
            ['roles', role],
            'connections: 40',
            'valid_until: "2030-01-31T18:00:00Z"',
            'settings: {statement_timeout: 30s}',
            'member_of: [app_readers]',
          ),
          last(
            ['roles'],
            'app_owner: {}',
            'app_migrator: {login: true, acts_as: app_owner}',
            'app_readers: {members: exact}',
          ),
        ]),
    before(
      ['every_database'],
      'What each database has. A database can add to it: maps merge, lists add, a single value replaces.',
    ),
    before(['every_database', 'schemas'], 'The schemas. Default: public.'),
    ...(everywhere.length === 0
      ? []
      : [
          before(
            ['every_database', 'access'],
            'Who may do what in the schemas. Each word gives privileges on what exists and on what is made later:',
            'connect (log in), read (every table), write (change rows too), create (make own tables).',
            'In a database, none takes a role out again; a map gives single privileges.',
          ),
        ]),
    last(
      ['every_database'],
      'owner: app_owner',
      'extensions: [pgcrypto, {name: citext, schema: public}]',
      'settings: {work_mem: 16MB}',
      'connections: 100',
      'public: {connect: true, temporary: true}',
      'routines: closed',
    ),
    ...(database === undefined
      ? []
      : [
          before(['databases'], 'The databases, each with what it adds to every_database.'),
          last(
            ['databases'],
            'reports:',
            '  extensions: [pg_trgm]',
            '  access: {app_readers: {SELECT: [public.invoices]}}',
          ),
        ]),
    ...(hasOutputs ? [before(['outputs'], ...outputsText)] : []),
    last(
      [],
      ...(database === undefined ? ['', 'The databases.', 'databases:', '  app: {}'] : []),
      ...(hasOutputs
        ? []
        : ['', ...outputsText, 'outputs:', '  - {form: uri}', '  - {form: env, file: "env/{database}.{role}.env"}']),
      '',
      'What verify tries in addition to access.',
      'verify:',
      `  - ${JSON.stringify({ role: role ?? 'app_service', database: database ?? 'app', sql: 'SELECT 1' })}`,
      '',
      'What to drop. Nothing is dropped because it is missing in this file.',
      'retire:',
      '  roles: {old_service: {reassign_to: app_owner}}',
      '  databases: {legacy: {drop: legacy}}',
    ),
  ];
}

const rolesText = [
  'Roles belong to the whole server. A role with login gets a password, and the files that outputs names.',
  'A role without login owns things, or is a group.',
];
const outputsText = [
  'Which files services get. Default: a file with a URI for each login role and each database that it may connect to.',
  'Forms: uri, env, pgpass, service, jdbc, secret.',
];

function recordOf<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  const made: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}
