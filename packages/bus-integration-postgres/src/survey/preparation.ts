// Everything a verb needs before it touches a server: the admin DSN read and resolved, names checked, the DSN files'
// directory and owner known. All of it is the provider's configuration, never a request's.
import { resolve } from 'node:path';
import {
  type Allowed,
  advise,
  type Configuration,
  createOutputDirectory,
  type Declaration,
  type Diagnostic,
  lineBreakFault,
  loginsOf,
  OperationError,
  type OutputDirectory,
  ownCommand,
  ownerOf,
  type ProviderContext,
  printable,
  type Remedy,
  readSecretFile,
  remedyOf,
  requireUsableNames,
  rolesOf,
  type Secret,
} from 'bus-integration-database';
import { cleartextRemedy } from '../connection/authentication/cleartext.ts';
import { connectionStrings } from '../conninfo/connection-strings.ts';
import { resolveDsn } from '../conninfo/conninfo.ts';
import { isSocket } from '../conninfo/dsn-endpoint.ts';
import { passwordSendOf } from '../conninfo/password-send.ts';
import { usesSocket } from '../conninfo/server-addresses.ts';
import { serviceAddressOf } from '../conninfo/service-address.ts';
import { requireUsableParameters } from '../conninfo/service-parameters.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import { readDsn } from '../dsn/slip.ts';
import type { Wish } from '../plan/compute.ts';
import { postgresNames } from '../text/names.ts';
import { unconfigured } from './unconfigured.ts';

export interface Preparation {
  readonly target: ConnectionTarget;
  readonly wish: Wish;
  /** To be disposed of when the run has ended. */
  readonly directory?: OutputDirectory;
  readonly warnings: readonly Diagnostic[];
}

export async function prepare(
  configuration: Configuration,
  processContext: ProviderContext,
  declaration: Declaration,
  allowed: Allowed,
): Promise<Preparation> {
  requireUsableNames(declaration, postgresNames);
  const { secret, warnings } = readAdminDsn(configuration, processContext);
  const target = await readTarget(secret, configuration, processContext);
  refuseUnknownRotation(declaration, allowed);
  const inClear = passwordSendOf(configuration) === 'plaintext' ? [plaintextWarning(target)] : [];
  const address = serviceAddressOf(configuration);
  const service = {
    target,
    service: address,
    absolute: (path: string) => resolve(processContext.cwd, path),
  };
  const dialled = address.host ?? target.addresses[0]?.host ?? '';
  await requireUsableParameters(address.parameters);
  const directory = directoryOf(configuration, processContext);
  if (directory === undefined && loginsOf(declaration).length > 0) {
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
          message: `services would dial the Unix-domain socket in ${dialled}, which only processes of this host can`,
          remedy: 'if services run elsewhere: set BUS_DATABASE_SERVICE_HOST',
        },
      ]
    : [];
  const { overruled } = configuration;
  const told = target.warnings.map((message): Diagnostic => ({ severity: 'warn', code: 'admin-dsn', message }));
  return {
    target,
    wish: {
      deploymentId: configuration.deploymentId,
      declaration,
      configured: configuredDeclaration(configuration),
      ...(overruled !== undefined && { overruled: configuredDeclaration({ declared: overruled }) }),
      allowed,
      service,
      ...(directory !== undefined && { dsnDirectory: directory.shown }),
    },
    ...(directory !== undefined && { directory }),
    warnings: [
      ...warnings,
      ...told,
      ...socket,
      ...inClear,
      ...unconfigured(declaration, configuredDeclaration(configuration)),
    ],
  };
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
  const source = ` (from ${adminSource(configuration)})`;
  const diagnostics = error.diagnostics.map((diagnostic, index) =>
    index === 0
      ? { ...diagnostic, ...advise(remedyOf(diagnostic) ?? remedy), message: diagnostic.message + source }
      : diagnostic,
  );
  return new OperationError(error.errorClass, error.message, { diagnostics, cause: error });
}

function readAdminDsn(
  { credentials }: Configuration,
  { cwd, uid }: ProviderContext,
): { secret: Secret; warnings: readonly Diagnostic[] } {
  if (credentials.value !== undefined) return { secret: credentials.value, warnings: [] };
  const { file } = credentials;
  if (file === undefined) throw new OperationError('not-configured', 'no admin DSN is configured');
  return readSecretFile(pathFrom(cwd, file), { uid });
}

/** Where the admin DSN came from, for messages: `BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn`. */
export function adminSource({ credentials }: Configuration): string {
  return credentials.file === undefined ? credentials.key : `${credentials.key}=${credentials.file}`;
}

/** What the environment declares, for verbs whose requests declare nothing. */
export function configuredDeclaration({ declared }: Pick<Configuration, 'declared'>): Declaration {
  // As in a plan's request, the first role is the service role where none is named: their files must have one name.
  const serviceRole = declared.serviceRole ?? declared.roles[0];
  return {
    databases: declared.databases,
    roles: [...new Set([...(serviceRole === undefined ? [] : [serviceRole]), ...declared.roles])],
    schemas: declared.schemas,
    serviceRole,
  };
}

/** Opened by whoever first looks into it, and closed by who asked for it. */
export function directoryOf(
  configuration: Configuration,
  { cwd, uid, env, processEnv = env }: ProviderContext,
): OutputDirectory | undefined {
  const { dsnOutputDirectory: written, dsnDirectoryShownAs: shown = written } = configuration;
  if (written === undefined || shown === undefined) return undefined;
  const owner = ownerOf(configuration, uid, processEnv.PATH);
  return createOutputDirectory({ shown, path: resolve(cwd, written), uid, owner }, connectionStrings);
}

/** A path as the operator wrote it where that leads there; absolute when the run stands elsewhere. */
export function pathFrom(cwd: string, path: string): string {
  return cwd === process.cwd() ? path : resolve(cwd, path);
}

function refuseUnknownRotation(declaration: Declaration, { rotate }: Allowed): void {
  const roles = new Set(rolesOf(declaration));
  const unknown = rotate.find((role) => !roles.has(role));
  if (unknown === undefined) return;
  const why = lineBreakFault(unknown) ?? 'no declared role is named so';
  throw new OperationError('invalid-request', `--rotate ${printable(unknown)}: ${why}`, {
    target: printable(unknown),
    remedy: `declared: ${[...roles].slice(0, 100).map(printable).join(', ') || 'none'}${roles.size > 100 ? ', …' : ''}`,
  });
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
