// Every statement that the product sends, as a server's own log tells it: all verbs, by both kinds of admin, with repairs.
import { readdirSync } from 'node:fs';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { createDeployment, type Flags, temporaryFolder, type Wish } from '../scenarios/deployment.ts';

const sqlFolder = new URL('../../packages/bus-integration-postgres/src/sql/', import.meta.url);

/** The texts that the modules of statements export, for all versions of servers: what no run here sends is among them. */
export async function exportedStatements(): Promise<string[]> {
  const modules = await Promise.all(readdirSync(sqlFolder).map((name) => import(new URL(name, sqlFolder).pathname)));
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
  const wish: Wish = {
    databases: ['app', 'logs'],
    serviceRole: 'svc',
    roles: ['reporter'],
    schemas: ['public', 'data'],
  };
  for (const [id, dsn] of Object.entries({ plain: await createPlainAdmin(server), superuser: server.dsn() })) {
    const renamed = {
      ...wish,
      databases: wish.databases.map((name) => `${id}_${name}`),
      serviceRole: `${id}_svc`,
      roles: [`${id}_reporter`],
    };
    await runAll(server, dsn, renamed, id);
  }
  return statementsOf(server.log());
}

async function runAll(server: Server, adminDsn: string, wish: Wish, deploymentId: string): Promise<void> {
  using folder = temporaryFolder();
  const deployment = createDeployment({ adminDsn, wish, folder: folder.path, deploymentId });
  const everything: Flags = { adopt: true, allow: ['create', 'grant', 'update', 'revoke', 'destructive'] };
  const [database = ''] = wish.databases;
  await deployment.plan();
  await deployment.apply();
  await deployment.status();
  await deployment.verify({ checks: ['connectivity', 'listener-policy'], probes: ['wrong-password'] });
  await server.query(`GRANT CREATE ON DATABASE ${database} TO PUBLIC; ALTER ROLE ${wish.serviceRole} NOLOGIN`);
  await server.query(`GRANT CREATE ON SCHEMA public TO PUBLIC; REVOKE ALL ON SCHEMA data FROM ${wish.serviceRole}`, {
    database,
  });
  await server.query(`COMMENT ON DATABASE ${database} IS NULL; COMMENT ON ROLE ${wish.serviceRole} IS NULL`);
  await deployment.doctor();
  await deployment.apply({ ...everything, rotate: [wish.serviceRole ?? ''] });
  await deployment.verify({ checks: ['connectivity', 'listener-policy'] });
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
