// `--dry-run plan`: the plan for a server that holds nothing yet, step by step, from the environment's names alone.
import {
  createSettings,
  type Environment,
  failure,
  handle,
  OperationError,
  type Response,
  readDesired,
} from 'bus-integration-database';
import { postgresRules } from '../desired/rules.ts';
import { providerName } from '../plan/respond.ts';
import { emptyServerProvider } from './empty-server.ts';

/** What the environment's names would come to on an empty server. */
export async function dryRun(env: Environment): Promise<Response> {
  const about = { deployment_id: env.BUS_DEPLOYMENT_ID || 'example-dev', provider: providerName };
  const given = Object.fromEntries(keys.filter((key) => env[key]).map((key) => [key, env[key]]));
  const settings = createSettings({
    BUS_DATABASE_NAMES: 'bus_events',
    BUS_DATABASE_SERVICE_ROLE: 'bus_service',
    ...given,
  });
  if (settings.isSet(manifestKey)) {
    const message = `${manifestKey}: this dry run knows lists alone`;
    settings.refuse({ key: manifestKey, code: 'not-supported', message, remedy: 'bus operator database plan' });
  }
  const desired = readDesired(settings, about.deployment_id, postgresRules);
  const { problems } = settings;
  if (desired === undefined || problems.length > 0) {
    const message = "the environment's names can't be used";
    return failure(about, new OperationError('invalid-request', message, { diagnostics: problems }));
  }
  const { databases = [], roles = [], schemas = [] } = desired.lists ?? {};
  const request = { ...about, dry_run: true, databases, roles, schemas };
  return await handle('plan', request, [emptyServerProvider(desired)], { signal: new AbortController().signal });
}

const manifestKey = 'BUS_DATABASE_MANIFEST_FILE';
const keys = [
  'BUS_DATABASE_NAMES',
  'BUS_DATABASE_SERVICE_ROLE',
  'BUS_DATABASE_SCHEMAS',
  'BUS_DATABASE_SCHEMA_NAMES',
  manifestKey,
] as const;
