// What earlier attempts of the same apply did, which belongs to its answer whatever the last attempt comes to. Pure.
import { type Allowed, isMutating, type Step } from 'bus-integration-database';
import type { Ledger } from './ledger.ts';

export interface Earlier {
  /** What the request allows: a later attempt rotates less, and advice is on the request. */
  readonly asked: Allowed;
  /** Steps that were carried out. */
  readonly steps: readonly Step[];
  /** Steps of which a part was done. */
  readonly begun: readonly Step[];
}

/** With what an attempt did that something new put an end to. */
export function andThen({ asked, steps, begun }: Earlier, ledger: Ledger): Earlier {
  const done = ledger.steps().filter((step) => isMutating(step) && step.state === 'applied');
  const all = [...steps, ...done];
  return { asked, steps: all, begun: begunBefore({ begun }, done).concat([...ledger.begun()]) };
}

/** The steps of an attempt, after those that were carried out before it. */
export function withEarlier(steps: readonly Step[], { steps: earlier }: Pick<Earlier, 'steps'>): Step[] {
  const first = steps.findIndex(isMutating);
  const at = first < 0 ? steps.length : first;
  return [...steps.slice(0, at), ...earlier, ...steps.slice(at)];
}

/** Those begun before that the steps don't finish. */
export function begunBefore({ begun }: Pick<Earlier, 'begun'>, steps: readonly Step[]): Step[] {
  const finished = new Set(steps.filter(({ state }) => state === 'applied').map(nameOf));
  return begun.filter((step) => !finished.has(nameOf(step)));
}

function nameOf({ action, target }: Step): string {
  return `${action} ${target}`;
}
