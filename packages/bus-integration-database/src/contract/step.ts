// A step is what a plan consists of: plain JSON that can be stored, hashed, mailed and reviewed.
// It holds no SQL that anybody runs, no secret and no closure; SQL is rendered from it for showing.
import type * as z from 'zod/mini';
import type { ActionFacts } from './facts.ts';
import type { ContentOf } from './shape-words.ts';
import type { anyStepSchema, CommonStep, dsnFileContent, stepState } from './step-schema.ts';

export type StepState = z.infer<typeof stepState>;

/** What a DSN file is to hold; `password` says where the password in it comes from. */
export type DsnFileContent = z.infer<typeof dsnFileContent>;

/** `target` is for people; programs read `before` and `after`. `sql` is rendered for showing, never run. */
export type Step = z.infer<typeof anyStepSchema>;

/** A step without its summary, which is rendered from the rest. */
export type BareStep = Omit<Step, 'summary'>;

/** The actions that every provider has; it registers its own (facts.ts). */
export type CommonAction = CommonStep['action'];
export type StepOfAction<A extends CommonAction> = Extract<CommonStep, { action: A }>;

/** The step of an action that a provider registered. */
export type StepOf<A extends string, F extends ActionFacts> = Omit<Step, 'action' | 'before' | 'after'> & {
  readonly action: A;
  readonly before?: F extends { readonly before: infer S } ? ContentOf<S> : never;
  readonly after?: F extends { readonly after: infer S } ? ContentOf<S> : never;
};

/** Whether a step is of an action that every provider has. */
export function isOfAction<A extends CommonAction>(step: Step, action: A): step is StepOfAction<A> {
  return step.action === action;
}

/** Steps that only say what was done to make the plan, or that it was carried out: they change nothing. */
export function isMutating(step: Step): boolean {
  return (
    step.action !== 'discover-provider' &&
    step.action !== 'compute-database-plan' &&
    step.action !== 'apply-database-plan'
  );
}
