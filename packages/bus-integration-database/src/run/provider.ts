// What a provider of databases must do, and what it is given for it. Nothing here knows one.

import type { ProviderFacts } from '../contract/facts.ts';
import type { Response, Verb } from '../contract/response.ts';
import type { Step } from '../contract/step.ts';
import type { ManifestLanguage } from '../manifest/read-manifest.ts';
import type { DesiredRules, DesiredState } from '../model/desired-state.ts';
import type { AnyResource } from '../model/diff.ts';
import type { Requests } from './request.ts';

/** One live line: what is being done, how far it is. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly detail?: string;
}

export interface Context {
  /** The state that the request asks for, where it was judged before. */
  readonly desired?: DesiredState;
  /** Aborts the run: the statement in flight ends or is rolled back, then the answer says what stands. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each step of an apply once it is known what became of it. */
  readonly onStep?: (step: Step) => void;
}

/** What a provider is given with a request. */
export interface DesiredContext<R extends AnyResource = AnyResource> extends Context {
  /** What the request asks for. */
  readonly desired: DesiredState<R>;
}

/** Bivariant, so that one who makes resources of its own kinds is a provider. */
type Answer<Q, R extends AnyResource> = {
  answer(request: Q, context: DesiredContext<R>): Promise<Response>;
}['answer'];

/** A provider answers each verb; expected failures are thrown as OperationError or carried in the response. */
export type Provider<R extends AnyResource = AnyResource> = {
  readonly name: string;
  /** Default: any name is taken, and none comes to a resource. */
  readonly names?: DesiredRules;
  /** How the manifest that a request carries is read, loaded only for one. Default: requests carry none. */
  readonly manifest?: () => Promise<ManifestLanguage>;
  /** What a request that names nothing asks for. Default: nothing. */
  readonly configured?: DesiredState;
  /** What its answers say beyond the contract. Default: nothing that is checked. */
  readonly facts?: ProviderFacts;
} & {
  readonly [V in Exclude<Verb, 'report'>]: Answer<Requests[V], R>;
} & {
  /** Plan, status and verify in one answer, with what only a report reads. Default: it gives no reports. */
  readonly report?: Answer<Requests['report'], R>;
};
