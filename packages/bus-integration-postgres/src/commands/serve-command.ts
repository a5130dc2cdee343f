// `bus-integration-postgres serve`: the worker with the PostgreSQL provider.
import { type Environment, serve as serveProvider } from 'bus-integration-database';
import type { FlagReading } from 'bus-integration-database/help';
import { postgresKeys } from '../keys.ts';
import { createPostgresProvider, loadManifestLanguage } from '../provider.ts';
import { createKeptSessions } from '../run/kept-sessions.ts';

/**
 * Serves, and returns the exit status.
 *
 * @param directory that of a -C, where the command line was typed outside it
 */
export async function serveCommand(
  flags: FlagReading,
  processEnv: Environment,
  directory: string | undefined,
): Promise<number> {
  const kept = createKeptSessions();
  const provider = {
    keys: postgresKeys,
    manifest: loadManifestLanguage,
    create: (options: Parameters<typeof createPostgresProvider>[0]) => createPostgresProvider({ ...options, kept }),
    close: () => kept.close(),
  };
  const options = {
    through: 'bus integration-postgres serve',
    readyFile: flags.last('ready-file'),
    envFile: flags.last('env-file'),
    eventsUrl: flags.last('events-url'),
    nats: flags.last('nats'),
    provider,
    directory,
  };
  return await serveProvider(options, processEnv);
}
