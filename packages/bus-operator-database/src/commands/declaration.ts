// The parts of a request that plan, apply and doctor share: what is declared, and what may be done for it.
import { type Configuration, OperationError, printable, type Response, risks, rolesOf } from 'bus-integration-database';
import { nameList } from '../figures.ts';
import type { Flags } from '../flags.ts';
import { nearest } from '../nearest.ts';

/** Deployment, provider and what the configuration declares. */
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

/** Where nothing is declared, `nothing to do` or `all ok` would be true and mean nothing. */
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

/** What the flags allow, beside what a saved plan was allowed when it was saved. */
export function permissions(configuration: Configuration, flags: Flags, saved?: Response) {
  const carried = saved?.allowed;
  const adoptFrom = flags.adoptFrom ?? carried?.adopt_from;
  return {
    allow: unique([...flags.allow.map(knownRisk), ...(carried?.allow ?? [])]),
    adopt: flags.adopt || (carried?.adopt ?? false),
    ...(adoptFrom !== undefined && { adopt_from: adoptFrom }),
    rotate: unique([...flags.rotate.map((role) => declaredRole(role, configuration)), ...(carried?.rotate ?? [])]),
  };
}

function knownRisk(risk: string): string {
  if ((risks as readonly string[]).includes(risk)) return risk;
  const close = nearest(risk, risks);
  const hint = close === undefined ? `expected ${risks.join(', ')}` : `did you mean ${close}?`;
  throw new OperationError('invalid-request', `--allow ${JSON.stringify(printable(risk))} is no risk; ${hint}`, {
    code: 'usage',
  });
}

/** A rotation that names nothing must not look like one that was done. */
function declaredRole(role: string, { declared }: Configuration): string {
  const { serviceRole } = declared;
  const roles = rolesOf({
    ...declared,
    roles: serviceRole === undefined ? declared.roles : [serviceRole, ...declared.roles],
  });
  if (roles.includes(role)) return role;
  const known = roles.length === 0 ? 'none is declared' : `declared: ${printable(nameList(roles))}`;
  throw new OperationError('invalid-request', `--rotate ${printable(role)}: no such role is declared; ${known}`, {
    code: 'usage',
  });
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
