// A step is what a plan consists of: plain JSON that can be stored, hashed, mailed and reviewed.
// It holds no SQL that anybody runs, no secret and no closure; SQL is rendered from it for showing.
import type * as z from 'zod/mini';
import type {
  databasePrivileges,
  dsnFileContent,
  marked,
  schemaPrivileges,
  stepSchema,
  stepState,
} from './step-schema.ts';

export type StepState = z.infer<typeof stepState>;

export type SchemaPrivileges = z.infer<typeof schemaPrivileges>;

/**
 * Privileges of one grantee in one database, on the database itself and on its schemas. The grantee is a role's name,
 * or null for everyone (SQL's PUBLIC).
 */
export type DatabasePrivileges = z.infer<typeof databasePrivileges>;

/** What a DSN file is to hold; `password` says where the password in it comes from. */
export type DsnFileContent = z.infer<typeof dsnFileContent>;

/** A name, and the deployment whose mark it carries, if any. */
export type Marked = z.infer<typeof marked>;

/** `target` is for people; programs read `before` and `after`. `sql` is rendered for showing, never run. */
export type Step = z.infer<typeof stepSchema>;

export type Action = Step['action'];
export type StepOfAction<A extends Action> = Extract<Step, { action: A }>;

/** Steps that only say what was done to make the plan, or that it was carried out: they change nothing. */
export function isMutating(step: Step): boolean {
  return (
    step.action !== 'discover-provider' &&
    step.action !== 'compute-database-plan' &&
    step.action !== 'apply-database-plan'
  );
}
