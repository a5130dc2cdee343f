// Whether a thing may be touched, as a provider judged it.
import type { ErrorClass } from '../contract/error-class.ts';
import type { Needing } from './advice.ts';

export type Standing = 'missing' | 'unfinished' | 'ours' | 'adopted' | 'refused';

/** Why something may not be done. */
export interface Refusal extends Needing {
  readonly severity: 'fail';
  readonly errorClass: ErrorClass;
}
