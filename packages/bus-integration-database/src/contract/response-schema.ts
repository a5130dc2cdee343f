// The schema of responses: what every surface renders, and the check that an answer is one before it leaves. The types in
// response.ts come from here.
import * as z from 'zod/mini';
import { type ErrorClass, errorClasses } from './error-class.ts';
import type { ProviderFacts } from './facts.ts';
import { adviceSchema, partsSchema } from './remedy-schema.ts';
import { reportSchema } from './report-schema.ts';
import { list, may, shape } from './shape.ts';
import { stepSchema, stepSchemaWith, withFacts } from './step-schema.ts';

const wholeNumber = z.number().check(z.int(), z.gte(0));
const password = z.enum(['proven', 'disproven', 'unknown', 'none']);

export const diagnosticSchema = shape({
  severity: z.enum(['info', 'warn', 'fail']),
  code: z.string(),
  message: z.string(),
  parts: may(partsSchema),
  target: may(z.string()),
  remedy: may(z.string()),
  advice: may(list(adviceSchema)),
});

export const checkSchema = shape({
  id: z.string(),
  kind: z.enum(['doctor', 'connectivity', 'listener-policy']),
  result: z.enum(['ok', 'info', 'warn', 'fail', 'unknown', 'skipped']),
  target: may(z.string()),
  /** Of a login. */
  database: may(z.string()),
  seen: z.string(),
  parts: may(partsSchema),
  /** What follows from what was seen. */
  why: may(z.string()),
  /** The line of the server's configuration that it is about. */
  rule: may(shape({ file: z.string(), line: wholeNumber, text: may(z.string()) })),
  remedy: may(z.string()),
  advice: may(list(adviceSchema)),
});

const targetKeys = {
  host: z.string(),
  port: wholeNumber,
  database: z.string(),
  admin_role: z.string(),
  server_version: z.string(),
};

/** What it has beside these keys tells the server from all others: the provider's facts say what. */
export function targetSchemaWith(facts?: ProviderFacts) {
  return withFacts(targetKeys, facts?.target);
}

export const targetSchema = targetSchemaWith();

export const roleStatus = shape({
  name: z.string(),
  state: z.enum(['ours', 'missing', 'foreign', 'unmarked']),
  can_login: may(z.boolean()),
  connections: may(wholeNumber),
  connection_limit: may(wholeNumber),
  valid_until: may(z.string()),
  has_expired: may(z.boolean()),
  password: may(password),
});

export const databaseStatus = shape({
  name: z.string(),
  state: z.enum(['ours', 'missing', 'foreign', 'unmarked', 'unfinished']),
  owner: may(z.string()),
  size_bytes: may(z.number()),
  connections: may(wholeNumber),
  connection_limit: may(wholeNumber),
});

export const schemaStatus = shape({
  database: z.string(),
  name: z.string(),
  state: z.enum(['present', 'missing', 'unknown']),
});

export const dsnFileStatus = shape({
  path: z.string(),
  form: may(z.string()),
  database: z.string(),
  role: z.string(),
  state: z.enum(['current', 'outdated', 'missing', 'broken']),
  password,
});

export const retirementSchema = shape({ database: z.string(), sql: list(z.string()) });

/** What can be declared, and the files; a provider may register more kinds. Without facts any other is let pass. */
export function leftoverSchemaWith(facts?: ProviderFacts) {
  const kinds = ['database', 'schema', 'role', 'dsn-file', ...(facts?.leftovers ?? [])];
  return shape({
    kind: facts === undefined ? z.string() : (z.enum(kinds) as unknown as z.ZodMiniString),
    name: z.string(),
    /** Of what is in one. */
    database: may(z.string()),
    before: may(z.string()),
    declared_in: may(z.string()),
    retire: may(list(retirementSchema)),
    command: may(z.string()),
    advice: may(list(adviceSchema)),
    needs: may(z.string()),
  });
}

export const leftoverSchema = leftoverSchemaWith();

export const allowedSchema = shape({
  allow: list(z.string()),
  adopt: z.boolean(),
  adopt_from: may(z.union([z.string(), list(z.string())])),
  rotate: list(z.string()),
});

/** One shape for plan, apply, status, verify, doctor and report. */
export function responseSchemaWith({ step, target, leftover }: PartsOfResponse) {
  return shape({
    ok: z.boolean(),
    complete: may(z.boolean()),
    deployment_id: z.string(),
    provider: z.string(),
    dry_run: may(z.boolean()),
    target: may(target),
    actions: list(z.string()),
    steps: list(step),
    diagnostics: list(diagnosticSchema),
    error_class: may(z.enum(Object.keys(errorClasses) as [ErrorClass, ...ErrorClass[]])),
    plan_id: may(z.string()),
    allowed: may(allowedSchema),
    elapsed_ms: may(z.number()),
    roles: may(list(roleStatus)),
    databases: may(list(databaseStatus)),
    schemas: may(list(schemaStatus)),
    dsn_files: may(list(dsnFileStatus)),
    leftovers: may(list(leftover)),
    drift: may(list(step)),
    connectivity: may(list(checkSchema)),
    listener_policy: may(list(checkSchema)),
    checks: may(list(checkSchema)),
    report: may(reportSchema),
  });
}

interface PartsOfResponse {
  readonly step: ReturnType<typeof stepSchemaWith>;
  readonly target: ReturnType<typeof targetSchemaWith>;
  readonly leftover: ReturnType<typeof leftoverSchemaWith>;
}

/** With what a provider registered. */
export function partsOfResponse(facts?: ProviderFacts): PartsOfResponse {
  return { step: stepSchemaWith(facts), target: targetSchemaWith(facts), leftover: leftoverSchemaWith(facts) };
}

export const responseSchema = responseSchemaWith({ step: stepSchema, target: targetSchema, leftover: leftoverSchema });

/**
 * What makes a value no response of the contract, as `path: why` without any of its content; none when it is one.
 * `facts` are those of the provider that answered; without them whatever it says more of is let pass.
 * A reader of another program's answers lets keys pass that it doesn't know: a later version may have more of them.
 *
 * @example
 * responseFaults({ ok: true, deployment_id: 'example-dev', provider: 'postgres', actions: [], steps: [] });
 * // ['diagnostics: missing or of another type']
 */
export function responseFaults(
  value: unknown,
  { letsPassUnknownKeys = false, facts }: { letsPassUnknownKeys?: boolean; facts?: ProviderFacts | undefined } = {},
): readonly string[] {
  const result = schemaOf(facts).safeParse(value);
  if (result.success) return actionsFault(result.data);
  const issues = result.error.issues.filter(({ code }) => !letsPassUnknownKeys || code !== 'unrecognized_keys');
  return issues.map((issue) => {
    const path = issue.path.map(String).join('.') || 'the response';
    if (issue.code === 'unrecognized_keys') return `${path}: unknown key ${issue.keys.join(', ')}`;
    return `${path}: ${issue.code === 'invalid_type' ? 'missing or of another type' : 'not a value of the contract'}`;
  });
}

const ofProviders = new WeakMap<ProviderFacts, typeof responseSchema>();

/** Made once for each provider. */
function schemaOf(facts: ProviderFacts | undefined): typeof responseSchema {
  if (facts === undefined) return responseSchema;
  const made = ofProviders.get(facts) ?? responseSchemaWith(partsOfResponse(facts));
  ofProviders.set(facts, made);
  return made;
}

/** `actions` are the steps' kinds, one per step, in order. */
function actionsFault({ actions, steps }: z.infer<typeof responseSchema>): readonly string[] {
  const isEqual = actions.length === steps.length && steps.every(({ action }, index) => action === actions[index]);
  return isEqual ? [] : ["actions: not the steps' kinds in their order"];
}
