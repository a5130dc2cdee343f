// The schema of steps: what all have, and what those of the actions that every provider has hold before and after. A
// provider registers its own actions (facts.ts). The types in step.ts come from here.
import * as z from 'zod/mini';
import type { Facts, ProviderFacts } from './facts.ts';
import { risks } from './risk.ts';
import { list, may, never, schemaOf, shape } from './shape.ts';

const passwordSource = z.enum(['new', 'kept', 'staged', 'sibling']);
const endpoint = z.readonly(z.record(z.string(), z.string()));

export const dsnFileContent = shape({
  file: z.string(),
  database: z.string(),
  role: z.string(),
  endpoint,
  password: passwordSource,
  form: may(z.string()),
  beside: may(list(shape({ database: z.string(), role: z.string(), password: passwordSource }))),
});

export const stepState = z.enum(['planned', 'applied', 'skipped', 'failed', 'unknown']);

const dsnFile = shape({ file: z.string(), database: z.string(), role: z.string() });

/** What every step has. */
const stepKeys = {
  target: z.string(),
  risk: z.enum(risks),
  summary: z.string(),
  sql: may(list(z.string())),
  state: may(stepState),
};

function step<A extends string, After extends z.core.$ZodType, Before extends z.core.$ZodType>(
  action: A,
  after: After,
  before: Before,
) {
  const { target, risk, summary, ...rest } = stepKeys;
  return shape({ action: z.literal(action), target, risk, summary, before, after, ...rest });
}

/** Those that every provider has. */
function commonSteps(found: Facts | undefined) {
  return [
    step(
      'discover-provider',
      may(withFacts({ provider: z.string(), server_version: z.string(), admin_may_create: list(z.string()) }, found)),
      never(),
    ),
    step(
      'compute-database-plan',
      may(
        shape({
          roles: z.number(),
          databases: z.number(),
          schemas: list(z.string()),
          dsn_files: z.number(),
          dsn_directory: may(z.string()),
        }),
      ),
      never(),
    ),
    step(
      'write-dsn-file',
      may(dsnFileContent),
      may(shape({ file: z.string(), endpoint: may(endpoint), old_form: may(z.literal(true)) })),
    ),
    step('promote-dsn-file', may(dsnFile), never()),
    step('discard-staged-file', never(), may(dsnFile)),
    step('apply-database-plan', may(shape({ steps: z.number() })), never()),
  ] as const;
}

const commonStepSchema = z.discriminatedUnion('action', commonSteps(undefined));
export type CommonStep = z.infer<typeof commonStepSchema>;

const content = may(z.readonly(z.record(z.string(), z.unknown())));

/** Whatever action it is of. */
export const anyStepSchema = shape({ action: z.string(), ...stepKeys, before: content, after: content });

/** With the facts of a provider; without, whatever one says more of what it found, and every action of its own, is let pass. */
export function stepSchemaWith(facts?: ProviderFacts): z.ZodMiniType<z.infer<typeof anyStepSchema>> {
  const common = commonSteps(facts?.found);
  if (facts !== undefined) {
    const own = Object.entries(facts.actions).map(([action, { before, after }]) =>
      step(action, schemaOf(after), schemaOf(before)),
    );
    return z.discriminatedUnion('action', [...common, ...own]) as unknown as typeof anyStepSchema;
  }
  const names = new Set(commonStepSchema.def.options.flatMap(({ def }) => [...def.innerType.shape.action.def.values]));
  const own = z.refine<z.infer<typeof anyStepSchema>>(({ action }) => !names.has(action as CommonStep['action']));
  return z.union([commonStepSchema, anyStepSchema.check(own)]) as unknown as typeof anyStepSchema;
}

export const stepSchema = stepSchemaWith();

/** An object with these keys and those of the facts; with any others where no facts are given. */
export function withFacts<S extends z.core.$ZodShape>(keys: S, facts: Facts | undefined) {
  const own = Object.entries(facts ?? {}).map(([key, { type, isOptional }]) => {
    const value = type === 'text' ? z.string() : z.readonly(z.array(z.string()));
    return [key, isOptional ? z.exactOptional(value) : value];
  });
  const all: S = { ...keys, ...Object.fromEntries(own) };
  return z.readonly(z.catchall(z.object(all), facts === undefined ? z.unknown() : z.never()));
}
