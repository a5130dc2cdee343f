// The subcommand render-hba: from the environment's configuration to the block of pg_hba.conf. Asks no server.

import { resolve } from 'node:path';
import {
  connectionsOf,
  type Environment,
  OperationError,
  osUserOf,
  readConfiguration,
  readSecretFile,
  type Secret,
} from 'bus-integration-database';
import type { FlagReading } from 'bus-integration-database/help';
import { resolveDsn } from '../conninfo/conninfo.ts';
import { readDsn } from '../dsn/slip.ts';
import { postgresKeys } from '../keys.ts';
import { policyOf } from '../verify/listener/policy/policy.ts';
import { renderHba } from '../verify/listener/policy/render-hba.ts';
import type { CommandContext, CommandOutput } from './hba-command.ts';

/** Runs the command; what can be expected to go wrong is a complaint, never thrown. */
export async function renderHbaCommand(flags: FlagReading, processContext: CommandContext): Promise<CommandOutput> {
  try {
    const text = await blockOf(flags, processContext);
    return {
      status: 0,
      text: flags.last('format') === 'json' ? `${JSON.stringify({ pg_hba: text }, null, 2)}\n` : text,
    };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { status: 2, complaint: error.diagnostics };
  }
}

async function blockOf(flags: FlagReading, { env, cwd, uid, source = {} }: CommandContext): Promise<string> {
  const { configuration } = readConfiguration(env, source, [postgresKeys]);
  const { outputs, listener } = configuration.desired;
  const logins = connectionsOf(outputs);
  if (logins.length === 0) {
    throw new OperationError('not-configured', 'no role and database is declared: nobody would be allowed', {
      remedy: 'set BUS_DATABASE_NAMES and BUS_DATABASE_SERVICE_ROLE',
    });
  }
  const { file, value } = configuration.credentials;
  const secret = value ?? readSecretFile(resolve(cwd, file ?? ''), { uid }).secret;
  const { user, database, said, sslmode } = await adminOf(secret, env, cwd);
  const demanded = configuration.service.sslmode ?? said?.sslmode ?? sslmode;
  return renderHba({
    deploymentId: configuration.deploymentId,
    logins,
    admin: { user, databases: [...new Set([database, 'postgres'])] },
    policy: policyOf(listener, demanded),
    majorVersion: Number(flags.last('major') ?? 18),
  });
}

async function adminOf(secret: Secret, env: Environment, cwd: string) {
  const homeDirectory = env.HOME || '/nonexistent';
  return await resolveDsn(readDsn(secret.reveal()), {
    env,
    homeDirectory,
    osUser: osUserOf(process.getuid?.() ?? 0),
    cwd,
  });
}
