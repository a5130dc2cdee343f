// `--dry-run plan`: the plan for a server that holds nothing yet, step by step, from the environment's names alone.
import {
  createSettings,
  type Environment,
  failure,
  handle,
  mostResourcesConfigured,
  OperationError,
  type Response,
  readDeclared,
} from 'bus-integration-database';
import { providerName } from '../plan/respond.ts';
import { postgresNames } from '../text/names.ts';
import { emptyServerProvider } from './empty-server.ts';

/** What the environment's names would come to on an empty server. */
export async function dryRun(env: Environment): Promise<Response> {
  const about = { deployment_id: env.BUS_DEPLOYMENT_ID || 'example-dev', provider: providerName };
  const given = Object.fromEntries(keys.filter((key) => env[key]).map((key) => [key, env[key]]));
  const settings = createSettings({ BUS_DATABASE_NAMES: 'bus_events', ...given });
  const { databases, serviceRole = 'bus_service', schemas } = readDeclared(settings, postgresNames);
  const { problems } = settings;
  if (problems.length > 0) {
    const message = "the environment's names can't be used";
    return failure(about, new OperationError('invalid-request', message, { diagnostics: problems }));
  }
  const request = { ...about, dry_run: true, databases, roles: [serviceRole], schemas };
  return await handle('plan', request, [emptyServerProvider()], {
    signal: new AbortController().signal,
    mostResources: mostResourcesConfigured,
  });
}

const keys = [
  'BUS_DATABASE_NAMES',
  'BUS_DATABASE_SERVICE_ROLE',
  'BUS_DATABASE_SCHEMAS',
  'BUS_DATABASE_SCHEMA_NAMES',
] as const;
