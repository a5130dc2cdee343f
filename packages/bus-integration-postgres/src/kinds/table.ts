// What is known of resources and of steps, looked up by kind and by action. Knows no kind.
import type { ActionFacts, AnyResource, Step } from 'bus-integration-database';
import { identityOf } from './kind/identity.ts';
import type { Differing, Registered, Row, Rule, RuleContext, Statement } from './kind/kind.ts';
import { reports } from './kind/reports.ts';

/** One row for each kind of the union `R`. */
export type Kinds<R extends AnyResource> = {
  readonly [K in R['kind']]: Differing<Extract<R, { readonly kind: K }>> & {
    readonly registered: Registered;
    readonly actions: object;
  };
};

export interface Table<R extends AnyResource> {
  /** What the contract is told of the kinds' own actions, by name. */
  readonly registeredActions: Readonly<Record<string, ActionFacts>>;
  /** All that is known of a resource's kind, beside its actions. */
  readonly kindOf: (resource: R) => Row<R>;
  /** The only string form of a resource's identity: two resources are the same thing when it is equal. Never parsed. */
  readonly idOf: (resource: R) => string;
  /** What is known of a step's action. */
  readonly ruleOf: (step: Pick<Step, 'action'>) => Rule<Step>;
  /** The statements that carry a step out, in the order of their phases. */
  readonly statementsOf: (step: Step, context: RuleContext) => readonly Statement[];
  /** What a step does, in a few words. */
  readonly summaryOf: (step: Step) => string;
}

/**
 * Looks kinds up, and the actions of all of them.
 *
 * @example
 * tableOf<Role | Schema>({ role, schema }).ruleOf({ action: 'create-role' });
 */
export function tableOf<R extends AnyResource>(kinds: Kinds<R>): Table<R> {
  const rows: Kinds<R>[R['kind']][] = Object.values(kinds);
  const rules = new Map<string, Rule<Step>>();
  for (const actions of [reports, ...rows.map((row) => row.actions)]) {
    for (const [action, rule] of Object.entries(actions)) {
      if (rules.has(action)) throw new Error(`internal error: two kinds have the action ${action}`);
      rules.set(action, rule as Rule<Step>);
    }
  }
  const kindOf = ({ kind }: R) => kinds[kind as R['kind']] as unknown as Row<R>;
  const ruleOf = ({ action }: Pick<Step, 'action'>) => {
    const rule = rules.get(action);
    if (rule === undefined) throw new Error(`internal error: no kind has the action ${action}`);
    return rule;
  };
  return {
    registeredActions: Object.assign({}, ...rows.map(({ registered }) => registered)),
    kindOf,
    idOf: (resource) => identityOf(resource.kind, kindOf(resource).identity(resource)),
    ruleOf,
    statementsOf: (step, context) =>
      ruleOf(step)
        .statements(step, context)
        .map((one) => asOwner(one, context)),
    summaryOf: (step) => ruleOf(step).summary(step),
  };
}

/** What is done to a database itself needs its owner. */
function asOwner(statement: Statement, { joinedFor }: RuleContext): Statement {
  const { phase, database = '', role, as = [] } = statement;
  const owner = (phase === 'open' || phase === 'enter') && role === undefined ? joinedFor(database) : undefined;
  return owner === undefined ? statement : { ...statement, as: [...new Set([as, owner].flat())] };
}
