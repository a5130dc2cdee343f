// What carries events to and from a worker. A transport knows no contract: names and envelopes are plain values to it.
import type { AnswerEnvelope } from '../contract/envelope.ts';

/** An event that came in. */
export interface Delivery {
  /** The name that was subscribed to. */
  readonly name: string;
  /** The envelope as parsed JSON; undefined when it was none. */
  readonly body: unknown;
  /** When the transport took it in, where it knows. */
  readonly sentAt?: Date;
  /** True when it nested deeper than any request; then the body holds no more than the envelope and what is flat in the payload. */
  readonly isTooDeep?: boolean;
  /** Set when it was longer: the characters that it may have. The body then holds no more than of one that nests too deep. */
  readonly longest?: number;
  /** The key that an object in it says twice. */
  readonly repeats?: string;
  /** True when it may be of any time, having been kept by the broker. */
  readonly isMaybeReplayed?: boolean;
  /** True when it was delivered so often without an end that it is not to be run again, only answered. */
  readonly isGivenUp?: boolean;
}

export interface Subscription {
  readonly events: readonly string[];
  /** Deliveries of one name that may be at work at once. */
  readonly atOnce: number;
  /** Resolves when the delivery has had its effect and its answer is out; what it throws asks for another delivery. */
  readonly receive: (delivery: Delivery) => Promise<void>;
  /** Told when events begin and cease to come in. */
  readonly onReady: (isReady: boolean) => void;
  readonly log: Log;
}

/** A line of a worker's log, as JSON; holds no secret. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** What `publish` says of an answer that is larger than the broker takes. */
export const answerTooLargeCode = 'answer-too-large';

export interface Transport {
  /**
   * Subscribes, and resolves when `stop` was called and what was at work has ended.
   *
   * @throws OperationError for what trying again does not fix: a token that is refused, a stream that isn't there
   */
  listen(subscription: Subscription): Promise<void>;
  /**
   * Resolves when the broker has taken the answer.
   *
   * @throws OperationError with code `answer-too-large` when it never will
   */
  publish(envelope: AnswerEnvelope): Promise<void>;
  /** Takes in nothing more. */
  stop(): void;
  /** Gives everything up; after `listen` has ended nothing is lost by it. */
  close(): Promise<void>;
}
