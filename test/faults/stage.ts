// A healthy deployment on a real server, in which one fault after the other is made and undone; and what verify, plan
// and status say of each.
import type { Check, Response } from 'bus-integration-database';
import { createPlainAdmin, type Server, type ServerOptions, startServer } from 'embedded';
import { createDeployment, type Deployment, exampleId, stepLines, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';

export interface Stage extends AsyncDisposable {
  readonly server: Server;
  readonly deployment: Deployment;
  /** What is said while nothing is wrong; a fault must add to it. */
  readonly usual: ReadonlySet<string>;
}

export const hba = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`;

/** Databases app and logs, role svc; beside them a role and a database that are nobody's. */
export async function makeStage(
  admin: 'superuser' | 'plain',
  major: NonNullable<ServerOptions['major']>,
): Promise<Stage> {
  const server = await startServer({ major, hba, settings: { max_connections: '40' } });
  const folder = temporaryFolder();
  const adminDsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
  await server.query('CREATE ROLE stranger LOGIN; CREATE ROLE grp; CREATE ROLE maker CREATEDB');
  await server.query('CREATE DATABASE other');
  await server.query('REVOKE CONNECT ON DATABASE other FROM PUBLIC');
  const desired = { databases: ['app', 'logs'], serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path, deploymentId: exampleId });
  const applied = await deployment.apply();
  if (!applied.ok) throw new Error(explain(applied));
  await server.query('ALTER ROLE svc CONNECTION LIMIT 15');
  const first = await deployment.verify(everything);
  if (!first.ok) throw new Error(told(first).join('\n'));
  return {
    server,
    deployment,
    usual: new Set([...told(first), ...planned(await deployment.plan()), ...planned(await deployment.status())]),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

export const everything = { checks: ['connectivity', 'listener-policy'] };

/** What a verify says that is not ok: `fail service-login svc@app: …`. */
export function told({ connectivity = [], listener_policy = [], diagnostics }: Response): string[] {
  const text = ({ result, id, target = '', seen = '', why = '', remedy = '' }: Check & { readonly why?: string }) =>
    `${result} ${id} ${target}: ${seen} ${why} next: ${remedy}`;
  const refusals = diagnostics.filter(({ severity }) => severity === 'fail');
  return [
    ...[...connectivity, ...listener_policy].filter(({ result }) => result !== 'ok').map(text),
    ...refusals.map(({ code, message, remedy = '' }) => `fail ${code}: ${message} next: ${remedy}`),
  ];
}

/** The steps and findings of a plan or a status. */
export function planned(response: Response): string[] {
  return [
    ...stepLines(response.steps).map((line) => `step ${line}`),
    ...response.diagnostics.map(
      ({ severity, code, message, remedy = '' }) => `${severity} ${code}: ${message} next: ${remedy}`,
    ),
    ...(response.leftovers ?? []).map(({ kind, name }) => `leftover ${kind} ${name}`),
  ];
}
