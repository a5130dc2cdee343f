// The parts of a request that follow from a deployment's configuration alone, the same for every surface. Pure.
import type { Configuration } from '../config/config.ts';
import { OperationError } from '../contract/errors.ts';
import type { DesiredNames } from '../model/desired-names.ts';
import type { DesiredState } from '../model/desired-state.ts';

/**
 * Deployment, provider and what the configuration declares, as every verb can be asked for them.
 *
 * @throws OperationError `not-configured` where nothing is declared
 * @example
 * await handle('plan', { ...configuredRequest(configuration), dry_run: true }, [provider], { signal });
 */
export function configuredRequest(configuration: Configuration) {
  const { desired } = configuration;
  requireSomething(desired);
  const { listenerPolicy, listenerNetworks } = desired.listener;
  return {
    ...plainRequest(configuration),
    ...declaredBy(desired),
    ...(listenerPolicy !== undefined && { listener_policy: listenerPolicy }),
    ...(listenerNetworks !== undefined && { listener_networks: listenerNetworks }),
  };
}

/** The manifest, or the lists. */
function declaredBy({ manifest, lists }: DesiredState) {
  if (manifest !== undefined) return { manifest: manifest.written };
  if (lists === undefined) return {};
  const { serviceRole, roles, databases, schemas } = lists;
  return {
    databases,
    roles: roles.filter((role) => role !== serviceRole),
    schemas,
    ...(serviceRole !== undefined && { service_role: serviceRole }),
  };
}

/** Deployment and provider alone: of what whoever is asked is configured for. */
export function plainRequest({ deploymentId, provider }: Configuration) {
  return { deployment_id: deploymentId, provider };
}

/**
 * Refuses a state in which nothing is desired: `nothing to do` or `all ok` would be true and mean nothing.
 *
 * @throws OperationError `not-configured`
 * @example
 * requireSomething(configuration.desired);
 */
export function requireSomething({ databases, roles }: DesiredNames): void {
  if (databases.size > 0 || roles.size > 0) return;
  throw new OperationError(
    'not-configured',
    'nothing is declared: none of BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE and BUS_DATABASE_ROLE_NAMES is set',
    {
      code: 'missing-key',
      remedy: 'set BUS_DATABASE_NAMES=bus_auth,bus_events and BUS_DATABASE_SERVICE_ROLE=bus_service',
    },
  );
}
