// Every statement that the product sends, as a server's own log tells it: all verbs, by both kinds of admin, with repairs.
import { readdirSync } from 'node:fs';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { createDeployment, type Desired, type Flags, fromManifest, temporaryFolder } from '../scenarios/deployment.ts';

const sqlFolder = new URL('../../packages/bus-integration-postgres/src/sql/', import.meta.url);

/** The texts that the modules of statements export, for all versions of servers: what no run here sends is among them. */
export async function exportedStatements(): Promise<string[]> {
  const files = readdirSync(sqlFolder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(files.map((name) => import(new URL(name, sqlFolder).pathname)));
  return modules.flatMap((exported) =>
    Object.values(exported as Record<string, unknown>).flatMap((value) => {
      if (typeof value === 'string') return [value];
      if (typeof value !== 'function' || value.length !== 1) return [];
      // The one parameter is a version, as 14 or as 140000.
      return [14, 15, 16, 17, 18].flatMap((major) => [value(major), value(major * 10_000)] as string[]);
    }),
  );
}

/** What a server was sent by runs of all verbs. */
export async function recordedStatements(major: Major): Promise<string[]> {
  const settings = { log_statement: 'all', log_line_prefix: '<%a> ' };
  await using server = await startServer({ major, settings });
  const desired: Desired = {
    databases: ['app', 'logs'],
    serviceRole: 'svc',
    roles: ['reporter'],
    schemas: ['public', 'data'],
  };
  for (const [id, dsn] of Object.entries({ plain: await createPlainAdmin(server), superuser: server.dsn() })) {
    const renamed = {
      ...desired,
      databases: desired.databases.map((name) => `${id}_${name}`),
      serviceRole: `${id}_svc`,
      roles: [`${id}_reporter`],
    };
    await runAll(server, dsn, renamed, id);
    await runManifest(server, dsn, `${id}_file`);
  }
  return statementsOf(server.log());
}

async function runAll(server: Server, adminDsn: string, desired: Desired, deploymentId: string): Promise<void> {
  using folder = temporaryFolder();
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path, deploymentId });
  const everything: Flags = { adopt: true, allow: ['create', 'grant', 'update', 'revoke', 'destructive'] };
  const [database = ''] = desired.databases;
  await deployment.plan();
  await deployment.apply();
  await deployment.status();
  await deployment.verify({ checks: ['connectivity', 'listener-policy'], probes: ['wrong-password'] });
  await server.query(`GRANT CREATE ON DATABASE ${database} TO PUBLIC; ALTER ROLE ${desired.serviceRole} NOLOGIN`);
  await server.query(`GRANT CREATE ON SCHEMA public TO PUBLIC; REVOKE ALL ON SCHEMA data FROM ${desired.serviceRole}`, {
    database,
  });
  await server.query(`COMMENT ON DATABASE ${database} IS NULL; COMMENT ON ROLE ${desired.serviceRole} IS NULL`);
  await deployment.doctor();
  await deployment.report();
  await deployment.apply({ ...everything, rotate: [desired.serviceRole ?? ''] });
  await deployment.verify({ checks: ['connectivity', 'listener-policy'] });
}

/** Things of a role that is to own none: few of one kind, many of another. */
const strays = (role: string) => `
GRANT CREATE ON SCHEMA data TO ${role};
SET SESSION AUTHORIZATION ${role};
DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE pg_catalog.format('CREATE TABLE data.t%s (id serial)', i); END LOOP; END $$;
CREATE VIEW data.v AS SELECT 1 AS one;
CREATE FUNCTION data.g(int) RETURNS int LANGUAGE sql AS 'SELECT 1'`;

/** A manifest's roles, attributes, settings, memberships and owners; changed by hand, and repaired. */
async function runManifest(server: Server, adminDsn: string, word: string): Promise<void> {
  using folder = temporaryFolder();
  const desired = fromManifest(`
roles:
  ${word}_owner: {}
  ${word}_migrator: {login: true, acts_as: ${word}_owner}
  ${word}_team: {members: exact, createdb: true}
  ${word}_svc:
    login: true
    connections: 9
    valid_until: "2099-01-01T00:00:00Z"
    settings: {search_path: [data, public], work_mem: 8MB}
    member_of: [{role: ${word}_team, inherit: true, admin: true}]
databases:
  ${word}_db:
    owner: ${word}_owner
    schemas: [data]
    routines: closed
    connections: 30
    extensions: [citext]
    access:
      ${word}_migrator: connect
      ${word}_svc: write
      ${word}_team: {SELECT: {data.parts: [id]}, UPDATE: [data.ours], EXECUTE: ['data.f(integer)']}
  ${word}_made:
    encoding: LATIN1
    locale: C
    connections: 20
    owner: ${word}_owner
    owner_of_database: true
    schemas: [data]
    access: {${word}_svc: write}
`);
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
  const flags: Flags = { allow: ['elevate', 'revoke', 'update'] };
  await deployment.apply(flags);
  await server.query(`ALTER DATABASE ${word}_db CONNECTION LIMIT -1; ALTER DATABASE ${word}_made CONNECTION LIMIT 9`);
  await server.query(strays(`${word}_svc`), { database: `${word}_made` });
  await server.query(`CREATE ROLE ${word}_guest; ALTER ROLE ${word}_svc CONNECTION LIMIT 3 VALID UNTIL '2030-01-01'`);
  await server.query(`REVOKE ADMIN OPTION FOR ${word}_team FROM ${word}_svc CASCADE; ALTER ROLE ${word}_svc RESET ALL`);
  await server.query(
    `SET ROLE ${word}_owner; CREATE TABLE data.ours (id serial); CREATE TABLE data.parts (id int, note text);
     GRANT TRIGGER ON data.ours TO ${word}_svc; GRANT SELECT (note) ON data.parts TO ${word}_team;
     REVOKE INSERT ON data.parts FROM ${word}_svc; GRANT SELECT ON data.parts TO ${word}_team WITH GRANT OPTION;
     CREATE FUNCTION data.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION data.f TO PUBLIC`,
    { database: `${word}_db` },
  );
  await deployment.apply(flags);
  await deployment.status();
  await deployment.verify();
}

/** Those of our sessions, one by one; a continued line of the log begins with a tab. */
function statementsOf(log: string): string[] {
  const entries = log.replaceAll('\n\t', '\n').split(/^(?=<[^>\n]*> )/m);
  const texts = entries.flatMap((entry) => {
    const found = /^<bus [^>]*> LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)/.exec(entry);
    return found?.[1] === undefined ? [] : [found[1]];
  });
  return [...new Set(texts.flatMap(separate).map((text) => text.trim()))].filter((text) => text !== '');
}

/** A script's statements: the product joins them by a semicolon at a line's end, which only a DO block has inside. */
function separate(script: string): string[] {
  return script
    .split(/(DO \$bus\$[\s\S]*?\$bus\$)/)
    .flatMap((part) => (part.startsWith('DO $bus$') ? [part] : part.split(/;(?:\n|$)/)));
}
