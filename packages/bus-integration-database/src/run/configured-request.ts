// The parts of a request that follow from a deployment's configuration alone, the same for every surface. Pure.
import type { Configuration } from '../config/config.ts';
import { OperationError } from '../contract/errors.ts';

/**
 * Deployment, provider and what the configuration declares, as plan, apply and doctor ask for them.
 *
 * @throws OperationError `not-configured` where nothing is declared
 * @example
 * await handle('plan', { ...declarationRequest(configuration), dry_run: true }, [provider], { signal });
 */
export function declarationRequest(configuration: Configuration) {
  const { deploymentId, provider, declared } = configuration;
  requireDeclaration(configuration);
  return {
    deployment_id: deploymentId,
    provider,
    databases: declared.databases,
    roles: declared.roles,
    schemas: declared.schemas,
    ...(declared.serviceRole !== undefined && { service_role: declared.serviceRole }),
    ...(declared.listenerPolicy !== undefined && { listener_policy: declared.listenerPolicy }),
    ...(declared.listenerNetworks !== undefined && { listener_networks: declared.listenerNetworks }),
  };
}

/**
 * Refuses a configuration that declares nothing: `nothing to do` or `all ok` would be true and mean nothing.
 *
 * @throws OperationError `not-configured`
 * @example
 * requireDeclaration(configuration);
 */
export function requireDeclaration({ declared: { databases, serviceRole, roles } }: Configuration): void {
  if (databases.length > 0 || serviceRole !== undefined || roles.length > 0) return;
  throw new OperationError(
    'not-configured',
    'nothing is declared: none of BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE and BUS_DATABASE_ROLE_NAMES is set',
    {
      code: 'missing-key',
      remedy: 'set BUS_DATABASE_NAMES=bus_auth,bus_events and BUS_DATABASE_SERVICE_ROLE=bus_service',
    },
  );
}
