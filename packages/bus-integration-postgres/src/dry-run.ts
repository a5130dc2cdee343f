// `--dry-run plan`: the plan for a server that holds nothing yet, step by step, from the environment's names alone.
import { handle, mostResourcesConfigured, type Response } from 'bus-integration-database';
import { emptyServerProvider } from './empty-server.ts';
import { providerName } from './respond.ts';

/** What the environment's names would come to on an empty server. */
export async function dryRun(env: Readonly<Record<string, string | undefined>>): Promise<Response> {
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const names = list(env.BUS_DATABASE_NAMES);
  const schemas = list(env.BUS_DATABASE_SCHEMA_NAMES);
  const request = {
    deployment_id: env.BUS_DEPLOYMENT_ID || 'example-dev',
    provider: providerName,
    dry_run: true,
    databases: names.length > 0 ? names : ['bus_events'],
    roles: [env.BUS_DATABASE_SERVICE_ROLE || 'bus_service'],
    schemas: schemas.length > 0 ? schemas : ['public'],
  };
  return await handle('plan', request, [emptyServerProvider()], {
    signal: new AbortController().signal,
    mostResources: mostResourcesConfigured,
  });
}
