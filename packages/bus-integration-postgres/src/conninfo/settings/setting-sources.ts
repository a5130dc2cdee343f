// Puts together what was given for each keyword: the connection string first, then its service, then the environment.
// Judges no value and adds no default.
import { OperationError } from 'bus-integration-database';
import { type ConnectionKeyword, connectionKeywords, isConnectionKeyword } from '../../dsn/keywords.ts';
import type { LibpqEnvironment } from './libpq-environment.ts';
import { readServiceSection } from './service-file.ts';
import type { ConnectionSettings, Setting } from './setting.ts';

/** A variable counts when it is set, even to nothing, as it does for libpq; PGREQUIRESSL counts when it begins with 1. */
export async function gatherSettings(
  parameters: Readonly<Record<string, string>>,
  environment: LibpqEnvironment,
): Promise<ConnectionSettings> {
  const settings = new Map<ConnectionKeyword, Setting>();
  for (const [keyword, value] of Object.entries(parameters)) {
    if (!isConnectionKeyword(keyword)) {
      throw new OperationError('invalid-request', 'the connection parameters hold a keyword that libpq does not know');
    }
    settings.set(keyword, { value, origin: 'the connection string' });
  }
  const service = parameters.service ?? environment.env.PGSERVICE;
  if (service !== undefined) {
    for (const [keyword, setting] of await readServiceSection(service, environment)) {
      if (!settings.has(keyword)) settings.set(keyword, setting);
    }
  }
  for (const [keyword, variable] of Object.entries(connectionKeywords) as [ConnectionKeyword, string | null][]) {
    const value = variable === null ? undefined : environment.env[variable];
    if (variable !== null && value !== undefined && !settings.has(keyword)) {
      settings.set(keyword, { value, origin: variable });
    }
  }
  if (environment.env.PGREQUIRESSL?.startsWith('1') === true && !settings.has('sslmode')) {
    settings.set('sslmode', { value: 'require', origin: 'PGREQUIRESSL' });
  }
  return settings;
}
