// The schema of steps, one row a kind: what it is done to before and after. The types in step.ts come from here.
import * as z from 'zod/mini';
import { type ProviderFacts, withFacts } from './facts.ts';
import { risks } from './risk.ts';
import { list, may, never, shape } from './shape.ts';

export const schemaPrivileges = shape({ schema: z.string(), privileges: list(z.string()) });

export const databasePrivileges = shape({
  database: z.string(),
  grantee: z.nullable(z.string()),
  on_database: list(z.string()),
  on_schemas: list(schemaPrivileges),
});

const passwordSource = z.enum(['new', 'kept', 'staged', 'sibling']);
const endpoint = z.readonly(z.record(z.string(), z.string()));

export const dsnFileContent = shape({
  file: z.string(),
  database: z.string(),
  role: z.string(),
  endpoint,
  password: passwordSource,
});

export const marked = shape({ name: z.string(), deployment: z.nullable(z.string()) });

export const stepState = z.enum(['planned', 'applied', 'skipped', 'failed', 'unknown']);

const dsnFile = shape({ file: z.string(), database: z.string(), role: z.string() });
const changedRole = {
  name: z.string(),
  can_login: may(z.boolean()),
};

function step<A extends string, After extends z.core.$ZodType, Before extends z.core.$ZodType>(
  action: A,
  after: After,
  before: Before,
) {
  return shape({
    action: z.literal(action),
    target: z.string(),
    risk: z.enum(risks),
    summary: z.string(),
    before,
    after,
    sql: may(list(z.string())),
    state: may(stepState),
  });
}

/** With the facts of a provider; without, whatever one says more of what it found and made is let pass. */
export function stepSchemaWith(facts?: ProviderFacts) {
  return z.discriminatedUnion('action', [
    step(
      'discover-provider',
      may(
        withFacts(
          { provider: z.string(), server_version: z.string(), admin_may_create: list(z.string()) },
          facts?.steps['discover-provider'],
        ),
      ),
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
      'create-role',
      may(
        shape({
          name: z.string(),
          can_login: z.boolean(),
          password: z.enum([...passwordSource.options, 'none']),
        }),
      ),
      never(),
    ),
    step(
      'alter-role',
      may(shape({ ...changedRole, password: may(z.enum(['new', 'staged'])) })),
      may(shape({ ...changedRole, replaces: may(z.string()) })),
    ),
    step('adopt-role', may(marked), may(marked)),
    step(
      'create-database',
      may(withFacts({ name: z.string() }, facts?.steps['create-database'])),
      may(shape({ name: z.string(), unfinished: z.literal(true) })),
    ),
    step('adopt-database', may(marked), may(marked)),
    step('create-schema', may(shape({ database: z.string(), name: z.string() })), never()),
    step('grant-privileges', may(databasePrivileges), never()),
    step('revoke-privileges', never(), may(databasePrivileges)),
    step(
      'write-dsn-file',
      may(dsnFileContent),
      may(shape({ file: z.string(), endpoint: may(endpoint), old_form: may(z.literal(true)) })),
    ),
    step('promote-dsn-file', may(dsnFile), never()),
    step('discard-staged-file', never(), may(dsnFile)),
    step('apply-database-plan', may(shape({ steps: z.number() })), never()),
  ]);
}

export const stepSchema = stepSchemaWith();
