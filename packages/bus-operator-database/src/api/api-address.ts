// Where an API is, and what lets one in there.
import type { Secret } from 'bus-integration-database';

export interface ApiAddress {
  /** With a slash at its end: what is asked for is appended. */
  readonly url: URL;
  readonly token?: Secret;
}
