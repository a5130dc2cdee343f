// A deployment and what its doctor says of it, by the ids of checks. Judges nothing.
import type { Check, Response } from 'bus-integration-database';
import { Client } from 'pg';
import { createDeployment, type DeploymentOptions, type Desired, temporaryFolder } from '../scenarios/deployment.ts';

export const desired: Desired = { databases: ['app', 'logs'], serviceRole: 'svc' };

/** Doctor's checks of a deployment in a folder of its own. */
export async function examine(adminDsn: string, said: Partial<DeploymentOptions> = {}): Promise<Response> {
  using folder = temporaryFolder();
  return await createDeployment({ adminDsn, desired, folder: folder.path, ...said }).doctor();
}

/** `warn blocking-locks`: everything that is neither ok nor info. */
export function faults({ checks = [] }: Response): string[] {
  return checks.filter(({ result }) => result !== 'ok' && result !== 'info').map(({ result, id }) => `${result} ${id}`);
}

export function checksOf({ checks = [] }: Response, id: string): readonly Check[] {
  return checks.filter((check) => check.id === id);
}

/** The one check of that id. */
export function checkOf(response: Response, id: string): Check {
  const [check, ...others] = checksOf(response, id);
  if (check === undefined || others.length > 0) throw new Error(`${others.length + 1} checks ${id}`);
  return check;
}

/** A connection that stays open, whatever becomes of the server. */
export async function holdConnection(connectionString: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString, ssl: false, application_name: 'somebody' });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
