// From a request to the desired state that it asks for: the configured one, or one of its own. Pure.
import { isDeepStrictEqual } from 'node:util';
import { OperationError } from '../contract/errors.ts';
import { mostResourcesAsked } from '../model/bounds.ts';
import { type DesiredNames, settled } from '../model/desired-names.ts';
import {
  type DeclaredManifest,
  type DesiredRules,
  type DesiredState,
  desiredState,
  manifestState,
  withListener,
} from '../model/desired-state.ts';
import type { ListSource } from '../model/list-problems.ts';
import { isSameListener, isSameLists, type Listener, type Lists } from '../model/lists.ts';
import { anyName, lineBreakFault } from '../model/names.ts';
import { nameList } from '../text/name-list.ts';
import { printable } from '../text/printable.ts';
import { carriedManifest } from './named-manifest.ts';
import type { Provider } from './provider.ts';
import type { PlanRequest, Requests } from './request.ts';

const source: ListSource = {
  words: { databases: 'databases', serviceRole: 'service_role', roles: 'roles', schemas: 'schemas' },
  takesFirst: true,
  mostResources: mostResourcesAsked,
  fewer: 'ask for a part at a time, or for fewer roles and schemas',
};

/**
 * The state that a request asks for. What asks for no other than the configured one is given that, which was judged when
 * it was read.
 *
 * @throws OperationError `invalid-request` of another deployment, or with every name that can't be used
 * @example
 * (await desiredFor(parseRequest('plan', value), provider)).databases.size; // 2
 */
export async function desiredFor(request: Requests[keyof Requests], provider: Desiring): Promise<DesiredState> {
  return desiredBy(request, provider, await newManifest(request, provider));
}

/** The same, of lists; of a manifest once that was read. */
export function desiredBy(
  request: Requests[keyof Requests],
  provider: Desiring,
  manifest?: DeclaredManifest,
): DesiredState {
  const { names = anyName, configured } = provider;
  const { deployment_id: deploymentId } = request;
  if (configured !== undefined && configured.deploymentId !== deploymentId) {
    const message = `deployment ${deploymentId} is not configured here; ${configured.deploymentId} is`;
    throw new OperationError('invalid-request', message);
  }
  const listener = listenerOf(request) ?? configured?.listener ?? {};
  const desired =
    configured !== undefined && isOf(configured, request, names) ? configured : ownState(request, provider, manifest);
  return isSameListener(listener, desired.listener) ? desired : withListener(desired, listener);
}

/** Whether a request asks for the configured state, and nothing else. */
export function isAboutConfigured(
  request: Requests[keyof Requests],
  { names = anyName, configured }: Desiring,
): boolean {
  const listener = listenerOf(request);
  if (configured === undefined || !isOf(configured, request, names)) return false;
  return listener === undefined || isSameListener(listener, configured.listener);
}

type Desiring = Partial<Pick<Provider, 'name' | 'names' | 'configured' | 'manifest'>>;

function isOf({ lists, manifest }: DesiredState, request: Requests[keyof Requests], names: DesiredRules): boolean {
  if (request.manifest !== undefined)
    return manifest !== undefined && isDeepStrictEqual(plainOf(request.manifest), plainOf(manifest.written));
  const asked = listsOf(request, names);
  return asked === undefined || (lists !== undefined && isSameLists(settled(asked), lists));
}

/** Without prototypes, which tell nothing. */
function plainOf(manifest: object): unknown {
  return JSON.parse(JSON.stringify(manifest));
}

/** A state of the request's own. */
function ownState(
  request: Requests[keyof Requests],
  { names = anyName, configured }: Desiring,
  manifest: DeclaredManifest | undefined,
): DesiredState {
  if (manifest !== undefined) return manifestState(manifest, { rules: names });
  const lists = listsOf(request, names);
  // What a name of a manifest is to have, no list says.
  if (lists !== undefined && configured?.manifest !== undefined) {
    const message = 'a manifest declares this deployment, and the request names lists';
    const remedy = 'leave databases, roles, schemas and service_role out, or send a manifest';
    throw new OperationError('invalid-request', message, { remedy });
  }
  return judged(lists ?? noLists, request.deployment_id, names);
}

/** The manifest that a request carries, where it is not the configured one. */
async function newManifest(
  request: Requests[keyof Requests],
  { name = '', names = anyName, configured, manifest }: Desiring,
): Promise<DeclaredManifest | undefined> {
  const { deployment_id: deploymentId, manifest: carried } = request;
  if (carried === undefined || (configured !== undefined && isOf(configured, request, names))) return undefined;
  const declared = await carriedManifest(carried, { name, manifest });
  const { deployment, size = 0, reserved = [] } = declared.expanded;
  // Which files are written and read here, what is destroyed, and what statements tell, is the configuration's alone.
  if (reserved.length > 0) {
    const parts = reserved.map(printable).join(', ');
    const message = `the manifest of a request holds what only a configured one may: ${parts}`;
    const remedy = `leave that out, or configure the manifest where it is applied`;
    throw new OperationError('invalid-request', message, { target: 'manifest', remedy });
  }
  if (size > mostResourcesAsked) {
    const counted = `${size.toLocaleString('en-US')} resources, expected at most ${mostResourcesAsked.toLocaleString('en-US')}`;
    throw new OperationError('invalid-request', `the manifest comes to ${counted}`, { target: 'manifest' });
  }
  if (deployment === deploymentId) return declared;
  const message = `the manifest is of deployment ${deployment}, but deployment_id is ${deploymentId}`;
  throw new OperationError('invalid-request', message, { target: 'manifest' });
}

/** Undefined of a request that says nothing of it. */
function listenerOf({ listener_policy, listener_networks }: Partial<PlanRequest>): Listener | undefined {
  if (listener_policy === undefined && listener_networks === undefined) return undefined;
  return {
    ...(listener_policy !== undefined && { listenerPolicy: listener_policy }),
    ...(listener_networks !== undefined && { listenerNetworks: listener_networks }),
  };
}

const noLists: Lists = { databases: [], roles: [], schemas: [] };

/** Undefined of a request that names nothing. */
function listsOf(request: Partial<PlanRequest>, { defaultSchemas = [] }: DesiredRules): Lists | undefined {
  const { databases = [], roles = [], schemas, service_role: serviceRole } = request;
  if (databases.length + roles.length + (schemas?.length ?? 0) === 0 && serviceRole === undefined) return undefined;
  return {
    databases,
    roles: serviceRole === undefined || roles.includes(serviceRole) ? roles : [serviceRole, ...roles],
    ...(serviceRole !== undefined && { serviceRole }),
    schemas: schemas ?? defaultSchemas,
  };
}

function judged(lists: Lists, deploymentId: string, rules: DesiredRules): DesiredState {
  const desired = desiredState(lists, { deploymentId, rules, source });
  if ('resources' in desired) return desired;
  throw new OperationError('invalid-request', "names that can't be used", {
    diagnostics: desired.map(({ list, ...problem }) => ({ severity: 'fail', target: source.words[list], ...problem })),
  });
}

/**
 * Refuses a rotation that names nothing: it must not look like one that was done.
 *
 * @throws OperationError `invalid-request`
 */
export function requireDesiredRoles(rotate: readonly string[], { roles }: DesiredNames): void {
  const role = rotate.find((name) => !roles.has(name));
  if (role === undefined) return;
  const known = [...roles].slice(0, 100);
  const list = `${printable(nameList(known))}${roles.size > known.length ? ', …' : ''}`;
  const why =
    lineBreakFault(role) ?? `no such role is declared; ${roles.size === 0 ? 'none is declared' : `declared: ${list}`}`;
  throw new OperationError('invalid-request', `--rotate ${printable(role)}: ${why}`, { target: printable(role) });
}
