// THE table: all that is known of each kind of resource, and of each action that steps are. Showing a plan and applying
// it read the same row; a kind, a member or an action that is missing does not compile.
import type { Action, Step, StepOfAction } from 'bus-integration-database';
import { type Database, database } from './database.ts';
import { type DsnFile, dsnFile } from './dsn-file.ts';
import { type Grant, grant } from './grant.ts';
import { identityOf } from './identity.ts';
import type { Kind, Rule, RuleContext, Statement } from './kind.ts';
import { reports } from './reports.ts';
import { type Role, role } from './role.ts';
import { type Schema, schema } from './schema.ts';

export type Resource = Role | Database | Schema | Grant | DsnFile;

export const kinds = { role, database, schema, grant, 'dsn-file': dsnFile } satisfies {
  readonly [K in Resource['kind']]: Kind<Extract<Resource, { readonly kind: K }>, never>;
};

const rules: { readonly [A in Action]: Rule<StepOfAction<A>> } = {
  ...reports,
  ...role.actions,
  ...database.actions,
  ...schema.actions,
  ...grant.actions,
  ...dsnFile.actions,
};

/** All that is known of a resource's kind. */
export function kindOf<R extends Resource>({ kind }: R): Kind<R, never> {
  return kinds[kind] as unknown as Kind<R, never>;
}

/** The only string form of a resource's identity: two resources are the same thing when it is equal. Never parsed. */
export function idOf(resource: Resource): string {
  return identityOf(resource.kind, kindOf(resource).identity(resource));
}

/** What is known of a step's action. */
export function ruleOf<S extends Step>({ action }: S): Rule<S> {
  return rules[action] as unknown as Rule<S>;
}

/** The statements that carry a step out, in the order of their phases. */
export function statementsOf(step: Step, context: RuleContext): readonly Statement[] {
  return ruleOf(step).statements(step, context);
}

/** What a step does, in a few words. */
export function summaryOf(step: Step): string {
  return ruleOf(step).summary(step);
}
