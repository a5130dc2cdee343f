// What may be asked: the requests' shapes, and the check that a value is one. Unknown keys are refused with their path.

import * as z from 'zod/mini';
import { isNetwork } from '../config/declared.ts';
import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import { risks } from '../contract/risk.ts';
import { longestList, longestName, tooLong } from '../model/bounds.ts';
import { deploymentIdPattern } from '../model/deployment-id.ts';
import { listenerPolicies } from '../model/lists.ts';
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
/** Read and judged by the provider's own reader, as a file is. */
const manifest = z.looseObject({ version: z.optional(z.unknown()) });
/** What is desired; a status and a verify that say nothing of it are of what is configured. */
const desired = {
  manifest: z.optional(manifest),
  databases: z.optional(names),
  roles: z.optional(names),
  schemas: z.optional(names),
  service_role: z.optional(name),
  listener_policy: z.optional(z.enum(listenerPolicies)),
  listener_networks: z.optional(z.array(network).check(most)),
};
const change = {
  ...base,
  ...desired,
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
  status: z.strictObject({ ...base, ...desired }),
  verify: z.strictObject({
    ...base,
    ...desired,
    checks: z.array(z.enum(verifyChecks)).check(z.minLength(1), most),
    /** What the server logs, and is therefore tried only when it is asked for. */
    probes: z.optional(z.array(z.enum(['wrong-password'])).check(most)),
    /** False leaves out what must be refused. */
    negative: z.optional(z.boolean()),
  }),
  doctor: z.strictObject({ ...base, ...desired }),
  report: z.strictObject({ ...base, ...desired }),
};

export type PlanRequest = z.infer<typeof requestSchemas.plan>;
export type ApplyRequest = z.infer<typeof requestSchemas.apply>;
export type StatusRequest = z.infer<typeof requestSchemas.status>;
export type VerifyRequest = z.infer<typeof requestSchemas.verify>;
export type DoctorRequest = z.infer<typeof requestSchemas.doctor>;
export type ReportRequest = z.infer<typeof requestSchemas.report>;

/** Each verb's request. */
export interface Requests {
  plan: PlanRequest;
  apply: ApplyRequest;
  status: StatusRequest;
  verify: VerifyRequest;
  doctor: DoctorRequest;
  report: ReportRequest;
}

/**
 * The request that a value is, with its defaults filled in; the state that it asks for is judged by `desiredBy`.
 *
 * @throws OperationError `invalid-request` with every problem and its path
 * @example
 * parseRequest('status', { deployment_id: 'example-dev', provider: 'memory' });
 */
export function parseRequest<V extends keyof Requests>(verb: V, value: unknown): Requests[V] {
  refuseLongLists(verb, value);
  const result = requestSchemas[verb].safeParse(value);
  const problems = result.success
    ? contradictions(verb, result.data)
    : schemaFaults(result.error.issues, value).map(({ path, why }) =>
        problem(path === '' ? `the request: ${why}` : `${path}: ${why}`, path || undefined),
      );
  if (problems.length > 0) {
    throw new OperationError('invalid-request', `the ${verb} request is not valid`, { diagnostics: problems });
  }
  const { manifest: given } = value as Partial<PlanRequest>;
  // As it was given: a copy of the schema's leaves out a key __proto__, which is refused as unknown.
  return { ...(result.data as Requests[V]), ...(given !== undefined && { manifest: given }) };
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

function contradictions(verb: string, value: unknown): Diagnostic[] {
  const {
    databases = [],
    roles = [],
    schemas = [],
    service_role,
    dry_run,
    confirm,
    manifest,
  } = value as Partial<PlanRequest>;
  const beside = (['databases', 'roles', 'schemas', 'service_role'] as const).filter(
    (key) => manifest !== undefined && (value as Partial<PlanRequest>)[key] !== undefined,
  );
  if (beside.length > 0)
    return beside.map((key) => problem(`${key}: beside a manifest, which declares all`, key, `leave ${key} out`));
  const namesNothing = databases.length + roles.length === 0 && service_role === undefined;
  // Of schemas alone nothing would be looked at, and all would seem well.
  if (namesNothing && schemas.length > 0) {
    const message = 'schemas: each is looked for in every database that is named, and none is';
    return [problem(message, 'schemas', 'name databases too, or leave schemas out')];
  }
  if (verb !== 'plan' && verb !== 'apply') return [];
  const isUnconfirmed = verb === 'apply' && !dry_run && confirm !== true;
  return [
    ...(databases.length + roles.length === 0 && manifest === undefined
      ? [problem('one or more of databases, roles is required, or a manifest')]
      : []),
    ...(isUnconfirmed ? [problem('confirm: must be true when dry_run is false', 'confirm')] : []),
  ];
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
