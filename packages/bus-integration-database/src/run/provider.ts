// What a provider of databases must do, and what it is given for it. Nothing here knows one.

import type { ProviderFacts } from '../contract/facts.ts';
import type { Response, Verb } from '../contract/response.ts';
import type { Step } from '../contract/step.ts';
import type { Requests } from './request.ts';

/** One live line: what is being done, how far it is. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly detail?: string;
}

export interface Context {
  /** Aborts the run: the statement in flight ends or is rolled back, then the answer says what stands. */
  readonly signal: AbortSignal;
  /** The most that a request may ask for. Default: what anybody may ask for. */
  readonly mostResources?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each step of an apply once it is known what became of it. */
  readonly onStep?: (step: Step) => void;
}

/** A provider answers each verb; expected failures are thrown as OperationError or carried in the response. */
export type Provider = {
  readonly name: string;
  /** Schemas that a request without any asks for. Default: none. */
  readonly defaultSchemas?: readonly string[];
  /** What its answers say beyond the contract. Default: nothing that is checked. */
  readonly facts?: ProviderFacts;
} & {
  readonly [V in Verb]: (request: Requests[V], context: Context) => Promise<Response>;
};
