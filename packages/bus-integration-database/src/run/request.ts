// What may be asked: the requests' shapes, and the check that a value is one. Unknown keys are refused with their path.

import * as z from 'zod/mini';
import { isNetwork } from '../config/declared.ts';
import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import { risks } from '../contract/risk.ts';
import { longestList, longestName, mostResourcesAsked, tooLong, tooManyResources } from '../model/bounds.ts';
import type { Declaration } from '../model/declaration.ts';
import { deploymentIdPattern } from '../model/deployment-id.ts';
import { type NameProblem, nameProblems, type PartNames, placeholderProblem } from '../model/name-problems.ts';
import type { NameRules } from '../model/names.ts';
import { schemaFaults } from '../text/schema-faults.ts';

/** What a verify may look at; one that names them all and leaves nothing out speaks for the deployment. */
export const verifyChecks = ['connectivity', 'listener-policy'] as const;

const name = z.string().check(z.minLength(1), z.maxLength(longestName));
const most = z.maxLength(longestList);
const names = z.array(name).check(most);
/** Paths are no longer where Linux has them from. */
const reference = z.string().check(z.maxLength(4_096));
const credentials = z.strictObject({
  admin_dsn_file: z.optional(reference),
  admin_dsn_secret: z.optional(reference),
});
const deploymentId = z.string().check(z.regex(deploymentIdPattern));
const network = z.string().check(z.refine(isNetwork, 'expected an address with its prefix length, like 10.0.0.0/8'));
const base = {
  deployment_id: deploymentId,
  provider: name,
  credentials: z.optional(credentials),
};
const declaration = {
  databases: z.optional(names),
  roles: z.optional(names),
  schemas: z.optional(names),
  service_role: z.optional(name),
  listener_policy: z.optional(z.enum(['loopback', 'private', 'tls', 'external'])),
  listener_networks: z.optional(z.array(network).check(most)),
};
const change = {
  ...base,
  ...declaration,
  dry_run: z._default(z.boolean(), true),
  confirm: z.optional(z.boolean()),
  adopt: z._default(z.boolean(), false),
  adopt_from: z.optional(z.union([deploymentId, z.array(deploymentId).check(z.minLength(1), most)])),
  allow: z._default(z.array(z.enum(risks)).check(most), []),
  rotate: z._default(names, []),
};

/** Each verb's request as a schema; what no schema can say is checked by {@link parseRequest} too. */
export const requestSchemas = {
  plan: z.strictObject(change),
  apply: z.strictObject({ ...change, plan: z.optional(z.looseObject({ plan_id: name })) }),
  status: z.strictObject(base),
  verify: z.strictObject({
    ...base,
    checks: z.array(z.enum(verifyChecks)).check(z.minLength(1), most),
    /** What the server logs, and is therefore tried only when it is asked for. */
    probes: z.optional(z.array(z.enum(['wrong-password'])).check(most)),
    /** False leaves out what must be refused. */
    negative: z.optional(z.boolean()),
  }),
  doctor: z.strictObject({ ...base, ...declaration }),
};

export type PlanRequest = z.infer<typeof requestSchemas.plan>;
export type ApplyRequest = z.infer<typeof requestSchemas.apply>;
export type StatusRequest = z.infer<typeof requestSchemas.status>;
export type VerifyRequest = z.infer<typeof requestSchemas.verify>;
export type DoctorRequest = z.infer<typeof requestSchemas.doctor>;

/** Each verb's request. */
export interface Requests {
  plan: PlanRequest;
  apply: ApplyRequest;
  status: StatusRequest;
  verify: VerifyRequest;
  doctor: DoctorRequest;
}

export interface RequestLimits {
  /** The most that it may ask for. Default: what anybody may ask for. */
  readonly mostResources?: number | undefined;
  /** The provider's, which a request without schemas asks for. */
  readonly defaultSchemas?: readonly string[] | undefined;
}

/**
 * The request that a value is, with its defaults filled in; it asks for no more than it may.
 *
 * @throws OperationError `invalid-request` with every problem and its path
 * @example
 * parseRequest('status', { deployment_id: 'example-dev', provider: 'memory' });
 */
export function parseRequest<V extends keyof Requests>(
  verb: V,
  value: unknown,
  { mostResources = mostResourcesAsked, defaultSchemas }: RequestLimits = {},
): Requests[V] {
  refuseLongLists(verb, value);
  const result = requestSchemas[verb].safeParse(value);
  const problems = result.success
    ? contradictions(verb, result.data, mostResources, defaultSchemas)
    : schemaFaults(result.error.issues, value).map(({ path, why }) =>
        problem(path === '' ? `the request: ${why}` : `${path}: ${why}`, path || undefined),
      );
  if (problems.length > 0) {
    throw new OperationError('invalid-request', `the ${verb} request is not valid`, { diagnostics: problems });
  }
  return result.data as Requests[V];
}

/** Looked at before each item is, since every wrong one would be a problem of its own. */
function refuseLongLists(verb: string, value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  const lists = Array.isArray(value) ? [] : Object.keys(requestSchemas[verb as keyof Requests].shape);
  const problems = lists.flatMap((key) => {
    const list = (value as Record<string, unknown>)[key];
    const why = Array.isArray(list) ? tooLong(key, list) : undefined;
    return why === undefined ? [] : [problem(why, key, 'ask for a part at a time')];
  });
  if (problems.length === 0) return;
  throw new OperationError('invalid-request', `the ${verb} request is too large`, { diagnostics: problems });
}

/**
 * What a request declares: nothing where its verb takes no names. The service role defaults to the first role, schemas to
 * those of the provider.
 */
export function declarationOf(value: Requests[keyof Requests], defaultSchemas: readonly string[] = []): Declaration {
  const request: Partial<PlanRequest> = value;
  const roles = request.roles ?? [];
  const serviceRole = request.service_role ?? roles[0];
  return {
    databases: request.databases ?? [],
    roles: serviceRole === undefined || roles.includes(serviceRole) ? roles : [serviceRole, ...roles],
    serviceRole,
    schemas: request.schemas ?? defaultSchemas,
  };
}

const requestParts: PartNames = {
  databases: 'databases',
  serviceRole: 'service_role',
  furtherRoles: 'roles',
  schemas: 'schemas',
};

/**
 * Refuses a declaration whose names can't be used, as the environment's are refused: every problem at once.
 *
 * @throws OperationError `invalid-request`
 * @example
 * requireUsableNames({ databases: ['a', 'a'], roles: [], schemas: [] }, rules);
 */
export function requireUsableNames(declaration: Declaration, rules: NameRules): void {
  const { databases, schemas, roles, serviceRole } = declaration;
  // Among a request's roles the service role may stand, once.
  const at = serviceRole === undefined ? -1 : roles.indexOf(serviceRole);
  const furtherRoles = at < 0 ? roles : roles.toSpliced(at, 1);
  const problems = nameProblems({ databases, schemas, serviceRole, furtherRoles }, rules, requestParts);
  if (problems.length === 0) return;
  const diagnostics = problems.map(({ part, message, remedy }: NameProblem): Diagnostic => {
    return { severity: 'fail', code: 'invalid-name', message, target: requestParts[part], remedy };
  });
  throw new OperationError('invalid-request', "names that can't be used", { diagnostics });
}

const listNames = { databases: 'databases', roles: 'roles', schemas: 'schemas' } as const;

function contradictions(
  verb: string,
  value: unknown,
  mostResources: number,
  defaultSchemas: readonly string[] | undefined,
): Diagnostic[] {
  const request = value as PlanRequest | ApplyRequest | DoctorRequest;
  const problems: Diagnostic[] = [];
  const isChange = verb === 'plan' || verb === 'apply';
  if (isChange && ![request.databases, request.roles, request.schemas].some((list) => (list?.length ?? 0) > 0)) {
    problems.push(problem('one or more of databases, roles, schemas is required'));
  }
  if (isChange || verb === 'doctor') {
    const why = tooManyResources(declarationOf(request, defaultSchemas), listNames, mostResources);
    if (why !== undefined)
      problems.push(problem(why, 'databases', 'ask for a part at a time, or for fewer roles and schemas'));
  }
  const strange =
    request.service_role === undefined ? undefined : placeholderProblem(request.service_role, requestParts);
  if (strange !== undefined) problems.push(problem(strange.message, 'service_role', strange.remedy));
  if (verb === 'apply' && 'dry_run' in request && !request.dry_run && request.confirm !== true) {
    problems.push(problem('confirm: must be true when dry_run is false', 'confirm'));
  }
  return problems;
}

function problem(message: string, target?: string, remedy?: string): Diagnostic {
  return {
    severity: 'fail',
    code: 'invalid-request',
    message,
    ...(target !== undefined && { target }),
    ...(remedy !== undefined && { remedy }),
  };
}
