// What became of each step while a plan is carried out: which statements are left, which were done, what stands when
// a run ends early.
import type { Step, StepState } from 'bus-integration-database';
import { statementsOf } from '../kinds/index.ts';
import type { Phase, RuleContext, Statement } from '../kinds/kind/kind.ts';

export interface PlannedStatement extends Statement {
  readonly step: Step;
}

export interface Ledger {
  /** The statements of a phase, in the plan's order; of one database where it is named. */
  statements(phase: Phase, database?: string): PlannedStatement[];
  /** Databases that a phase has statements for, each once, in the plan's order. */
  databases(phase: Phase): string[];
  /** About to be sent; until `done` nobody knows whether the server carried them out. */
  attempt(statements: readonly PlannedStatement[]): void;
  done(statements: readonly PlannedStatement[]): void;
  /** Steps with statements attempted and not done. */
  inFlight(): ReadonlySet<Step>;
  mark(step: Step, state: StepState): void;
  /** Steps of which some statements were done and others weren't. */
  begun(): ReadonlySet<Step>;
  /** The plan's steps with what became of them. */
  steps(): Step[];
}

export function createLedger(
  steps: readonly Step[],
  context: RuleContext,
  onStep: (step: Step) => void = () => {},
): Ledger {
  const byPhase = new Map<Phase, Map<string, PlannedStatement[]>>();
  const left = new Map<Step, number>();
  const begun = new Set<Step>();
  const states = new Map<Step, StepState>();
  const inFlight = new Set<Step>();
  const mark = (step: Step, state: StepState) => {
    states.set(step, state);
    onStep({ ...step, state });
  };
  for (const step of steps) {
    const statements = statementsOf(step, context);
    left.set(step, statements.length);
    for (const statement of statements) {
      const databases = byPhase.get(statement.phase) ?? new Map<string, PlannedStatement[]>();
      byPhase.set(statement.phase, databases);
      const key = statement.database ?? '';
      const list = databases.get(key);
      if (list === undefined) databases.set(key, [{ ...statement, step }]);
      else list.push({ ...statement, step });
    }
  }
  return {
    statements: (phase, database) => {
      const databases = byPhase.get(phase);
      return database === undefined ? [...(databases?.values() ?? [])].flat() : (databases?.get(database) ?? []);
    },
    databases: (phase) => [...(byPhase.get(phase)?.keys() ?? [])],
    inFlight: () => inFlight,
    attempt: (statements) => {
      for (const { step } of statements) inFlight.add(step);
    },
    done: (statements) => {
      for (const { step } of statements) {
        inFlight.delete(step);
        const rest = (left.get(step) ?? 0) - 1;
        left.set(step, rest);
        begun.add(step);
        if (rest > 0) continue;
        begun.delete(step);
        mark(step, 'applied');
      }
    },
    mark,
    begun: () => begun,
    steps: () => steps.map((step) => ({ ...step, state: states.get(step) ?? step.state ?? 'planned' })),
  };
}
