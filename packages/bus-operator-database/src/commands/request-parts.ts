// What verbs' requests are put together of: what is asked about, and what the flags of plan and apply allow.
import {
  type Allowed,
  adoptedFrom,
  adoptFromPart,
  type Configuration,
  configuredRequest,
  OperationError,
  plainRequest,
  printable,
  type Response,
  risks,
} from 'bus-integration-database';
import { nearest } from 'bus-integration-database/suggest';
import type { Flags } from '../command-line/flags.ts';

/** About what is configured here, which an API that is asked must be told: it may be configured for something else. */
export function requestAbout(configuration: Configuration, { apiUrl }: Flags) {
  const { databases, roles } = configuration.desired;
  const isToBeTold = apiUrl !== undefined && databases.size + roles.size > 0;
  return isToBeTold ? configuredRequest(configuration) : plainRequest(configuration);
}

/** What the flags allow, beside what a saved plan was allowed when it was saved. */
export function permissions(flags: Flags, saved?: Response): Allowed {
  const carried = saved?.allowed;
  return {
    allow: unique([...flags.allow.map(knownRisk), ...(carried?.allow ?? [])]),
    adopt: flags.adopt || (carried?.adopt ?? false),
    ...adoptFromPart([...flags.adoptFrom, ...adoptedFrom(carried?.adopt_from)]),
    rotate: unique([...flags.rotate, ...(carried?.rotate ?? [])]),
  };
}

function knownRisk(risk: string): string {
  if ((risks as readonly string[]).includes(risk)) return risk;
  const close = nearest(risk, risks);
  const hint = close === undefined ? `expected ${risks.join(', ')}` : `did you mean ${close}?`;
  throw new OperationError('invalid-request', `--allow ${JSON.stringify(printable(risk))} is not a risk; ${hint}`, {
    code: 'usage',
  });
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
