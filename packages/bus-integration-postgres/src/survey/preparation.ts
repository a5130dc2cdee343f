// Everything a verb needs before it touches a server: the admin DSN read and resolved, the DSN files' directory and owner
// known. All of it is the provider's configuration, never a request's; only what is desired may be.
import { resolve } from 'node:path';
import {
  type Allowed,
  advise,
  type Configuration,
  type DesiredNames,
  type DesiredState,
  type Diagnostic,
  inMessage,
  joined,
  OperationError,
  type OutputDirectory,
  ownCommand,
  type ProviderContext,
  type Remedy,
  readSecretFile,
  remedyOf,
  reworded,
  type Secret,
  say,
  type Wording,
  wordingOf,
  wordingOfError,
} from 'bus-integration-database';
import { cleartextRemedy } from '../connection/authentication/cleartext.ts';
import { resolveDsn } from '../conninfo/conninfo.ts';
import { isSocket } from '../conninfo/dsn-endpoint.ts';
import { passwordSendOf } from '../conninfo/password-send.ts';
import { usesSocket } from '../conninfo/server-addresses.ts';
import { serviceAddressOf } from '../conninfo/service-address.ts';
import { requireUsableParameters } from '../conninfo/service-parameters.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import { readDsn } from '../dsn/slip.ts';
import type { Resource } from '../kinds/index.ts';
import type { Intent } from '../plan/intent.ts';
import { someNames } from '../text/bounded.ts';
import { aboveFiles, directoryOf } from './output-directory.ts';

export interface Preparation {
  readonly target: ConnectionTarget;
  readonly intent: Intent;
  /** To be disposed of when the run has ended. */
  readonly directory?: OutputDirectory;
  readonly warnings: readonly Diagnostic[];
}

export async function prepare(
  configuration: Configuration,
  processContext: ProviderContext,
  desired: DesiredState<Resource>,
  allowed: Allowed,
): Promise<Preparation> {
  const { secret, warnings } = readAdminDsn(configuration, processContext);
  const target = await readTarget(secret, configuration, processContext);
  const inClear = passwordSendOf(configuration) === 'plaintext' ? [plaintextWarning(target)] : [];
  const address = serviceAddressOf(configuration);
  const service = {
    target,
    service: address,
    absolute: (path: string) => resolve(processContext.cwd, path),
  };
  const dialled = address.host ?? target.addresses[0]?.host ?? '';
  await requireUsableParameters(address.parameters);
  const directory = directoryOf(configuration, processContext, desired);
  if (directory === undefined && desired.outputs.size > 0) {
    throw new OperationError(
      'not-configured',
      'BUS_DATABASE_DSN_OUTPUT_DIR is not set, so no file could hold a password',
      {
        target: 'BUS_DATABASE_DSN_OUTPUT_DIR',
        remedy: 'set BUS_DATABASE_DSN_OUTPUT_DIR=./local/dsn',
      },
    );
  }
  const socket: Diagnostic[] = isSocket({ host: dialled })
    ? [
        {
          severity: 'warn',
          code: 'service-socket',
          message: `services would use the Unix-domain socket in ${dialled}, which only processes of this host can use`,
          remedy: 'if services run elsewhere: set BUS_DATABASE_SERVICE_HOST',
        },
      ]
    : [];
  const { overruled, desired: configured } = configuration;
  const told = target.warnings.map(
    ({ text, remedy }): Diagnostic => ({ severity: 'warn', code: 'admin-dsn', ...inMessage(text), ...advise(remedy) }),
  );
  return {
    target,
    intent: {
      desired,
      declared: joined(desired, configured),
      ...(overruled !== undefined && { overruled }),
      allowed,
      service,
      ...(directory !== undefined && !directory.isAbsent && { dsnDirectory: directory.shown }),
    },
    ...(directory !== undefined && { directory }),
    warnings: [
      ...warnings,
      ...told,
      ...socket,
      ...inClear,
      ...aboveFiles(directory, processContext),
      ...notConfigured(desired, configured),
    ],
  };
}

/** Where the admin DSN leads, for who needs nothing else of the configuration. */
export async function adminTarget(
  configuration: Configuration,
  processContext: ProviderContext,
): Promise<Pick<Preparation, 'target' | 'warnings'>> {
  const { secret, warnings } = readAdminDsn(configuration, processContext);
  return { target: await readTarget(secret, configuration, processContext), warnings };
}

async function readTarget(secret: Secret, configuration: Configuration, processContext: ProviderContext) {
  try {
    return await resolveDsn(readDsn(secret.reveal()), processContext);
  } catch (error) {
    throw error instanceof OperationError ? withSource(error, configuration, ofSetting(error, configuration)) : error;
  }
}

/** The doctor reads the admin DSN the same way, and has nothing to add. */
function ofSetting({ diagnostics: [first] }: OperationError, configuration: Configuration): string {
  if (first?.code !== 'connection-setting') return `see what ${configuration.credentials.key} says`;
  return `change ${first.target} where the message says it comes from, or take it out: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS`;
}

/** The error, with where the admin DSN came from said in it. */
export function withSource(
  error: OperationError,
  configuration: Configuration,
  remedy: Remedy = ownCommand('doctor'),
): OperationError {
  const diagnostics = error.diagnostics.map((diagnostic, index) =>
    index === 0
      ? {
          ...reworded(diagnostic, say`${wordingOf(diagnostic)} (from ${adminSource(configuration)})`),
          ...advise(remedyOf(diagnostic) ?? remedy),
        }
      : diagnostic,
  );
  return new OperationError(error.errorClass, wordingOfError(error), { diagnostics, cause: error });
}

function readAdminDsn(
  { credentials }: Configuration,
  { cwd, uid }: ProviderContext,
): { secret: Secret; warnings: readonly Diagnostic[] } {
  if (credentials.value !== undefined) return { secret: credentials.value, warnings: [] };
  const path = adminFile(credentials, cwd);
  if (path === undefined) throw new OperationError('not-configured', 'no admin DSN is configured');
  return readSecretFile(path, { uid });
}

/** The admin DSN's file, as {@link pathFrom} has it; absolute where answers are not to tell it, so that it is told from others. */
export function adminFile({ file, isFileTold = true }: Configuration['credentials'], cwd: string): string | undefined {
  if (file === undefined) return undefined;
  return isFileTold ? pathFrom(cwd, file) : resolve(cwd, file);
}

/** Where the admin DSN came from, for messages: `BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn`. */
export function adminSource({ credentials: { key, file, isFileTold = true } }: Configuration): Wording {
  return file === undefined || !isFileTold ? key : say`${key}=${{ path: file }}`;
}

/** What only this request declares: whoever asks without a name is told of it as left over. */
export function notConfigured(desired: DesiredNames, configured: DesiredNames): Diagnostic[] {
  const kinds = namesBeyond(desired, configured);
  if (kinds.length === 0) return [];
  return [
    {
      severity: 'warn',
      code: 'not-configured-here',
      message: `only this request declares ${kinds.join('; ')}: a status or verify that names nothing doesn't look there`,
      remedy: 'declare them in the configuration of the worker or API too, or name them in each request',
    },
  ];
}

/** What of the configuration a request leaves out: its answer is no word on that. */
export function partOfConfigured(desired: DesiredNames, configured: DesiredNames): Diagnostic[] {
  const without = namesBeyond(configured, desired);
  if (without.length === 0) return [];
  return [
    {
      severity: 'info',
      code: 'part-of-what-is-configured',
      message: `this looked at a part of the configuration, not at ${without.join('; ')}`,
      remedy: 'send a request without names to check all of it',
    },
  ];
}

/** `databases a, b`, of each kind what the first has and the other has not. */
function namesBeyond(one: DesiredNames, other: DesiredNames): string[] {
  const { databases, roles, schemas } = one;
  return Object.entries({ databases: databases.keys(), roles, schemas } as const).flatMap(([kind, names]) => {
    const only = [...names].filter((name) => !other[kind as 'roles' | 'databases' | 'schemas'].has(name));
    return only.length === 0 ? [] : [`${kind} ${someNames(only)}`];
  });
}

/** A path as the operator wrote it where that leads there; absolute when the run stands elsewhere. */
export function pathFrom(cwd: string, path: string): string {
  return cwd === process.cwd() ? path : resolve(cwd, path);
}

/** A password in plaintext goes only where nobody but the server can read it; apply looks again at what it has dialled. */
function plaintextWarning({ sslmode, addresses }: ConnectionTarget): Diagnostic {
  if (sslmode !== 'verify-full' && !addresses.every(usesSocket)) {
    throw new OperationError(
      'invalid-request',
      `BUS_DATABASE_PASSWORD_SEND=plaintext over sslmode=${sslmode}: others could read the passwords`,
      {
        target: 'BUS_DATABASE_PASSWORD_SEND',
        remedy: cleartextRemedy,
      },
    );
  }
  return {
    severity: 'warn',
    code: 'password-in-clear',
    message:
      'passwords are sent to the server in plaintext (BUS_DATABASE_PASSWORD_SEND=plaintext); its log may show them',
  };
}
