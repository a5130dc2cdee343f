// Which admin credentials a request may use: those that are configured, or a reference that the configuration lists.
// A request never chooses a file of its own.
import type { Configuration } from '../config/config.ts';
import { OperationError } from '../contract/errors.ts';
import type { Requests } from './request.ts';

/**
 * The configuration with the credentials that a request names in it.
 *
 * @throws OperationError `forbidden` for a reference that is neither the configured one nor listed in
 * BUS_DATABASE_CREDENTIAL_REFERENCES
 */
export function withRequestCredentials(
  configuration: Configuration,
  { credentials }: Requests[keyof Requests],
): Configuration {
  const { admin_dsn_file: file, admin_dsn_secret: secret } = credentials ?? {};
  if (file !== undefined && secret !== undefined) throw forbidden('only one reference may be named');
  const reference = file ?? secret;
  if (reference === undefined || (file !== undefined && file === configuration.credentials.file)) return configuration;
  if (!configuration.credentialReferences?.includes(reference)) {
    throw forbidden('only the configured reference, or one listed in BUS_DATABASE_CREDENTIAL_REFERENCES, may be named');
  }
  if (secret !== undefined || reference.startsWith('secret://')) {
    throw new OperationError('not-configured', 'credentials.admin_dsn_secret: nothing resolves secret references yet', {
      target: 'credentials.admin_dsn_secret',
      remedy: 'list a file of mode 0600 in BUS_DATABASE_CREDENTIAL_REFERENCES and name it as admin_dsn_file',
    });
  }
  return { ...configuration, credentials: { key: 'credentials.admin_dsn_file', file: reference } };
}

function forbidden(why: string): OperationError {
  return new OperationError('forbidden', `credentials: ${why}`, { target: 'credentials' });
}
