// The command that goes on: after a refusal with all that it needs, after an apply that ended early with what is left. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { Advice, Remedy } from '../contract/remedy.ts';
import type { Allowed, Diagnostic } from '../contract/response.ts';
import { adoptedFrom, adoptFromPart } from './adopt-from.ts';
import { allowedFlags } from './allowed-flags.ts';
import { ownCommand } from './map-advice.ts';

/** Right wherever a run continues what it finds: staged files, unfinished databases. */
export const sameCommand: Remedy = [{ kind: 'again' }, '; it continues'];

/** What is asked for: `plan --save FILE` names no file yet, who knows it puts it there. */
export type NextVerb = 'plan' | 'plan --save FILE' | 'apply' | 'apply --dry-run';

const commands = {
  plan: ['plan', []],
  'plan --save FILE': ['plan', ['--save', 'FILE']],
  apply: ['apply', []],
  'apply --dry-run': ['apply', ['--dry-run']],
} as const;

/** A refusal, and what would have to be allowed for it to go. */
export interface Needing extends Diagnostic {
  readonly needs?: Partial<Allowed>;
}

/**
 * A verb with everything that is allowed: the one place where flags are put into a remedy of a plan.
 *
 * @example
 * nextCommand('apply', { allow: ['grant'], adopt: true, rotate: [] }); // bus operator database apply --allow grant --adopt
 */
export function nextCommand(next: NextVerb, allowed: Allowed): Advice {
  const [verb, flags] = commands[next];
  return ownCommand(verb, [...flags, ...allowedFlags(allowed)]);
}

/**
 * What is allowed, and what these refusals need beside it; undefined where they need nothing more.
 */
export function withNeeds(allowed: Allowed, refusals: readonly Needing[]): Allowed | undefined {
  let all: Allowed = allowed;
  for (const { needs } of refusals) {
    if (needs === undefined) continue;
    all = {
      ...all,
      allow: [...new Set([...all.allow, ...(needs.allow ?? [])])],
      ...adoptFromPart([...adoptedFrom(all.adopt_from), ...adoptedFrom(needs.adopt_from)]),
      adopt: all.adopt || needs.adopt === true,
      rotate: [...new Set([...all.rotate, ...(needs.rotate ?? [])])],
    };
  }
  return isDeepStrictEqual(all, allowed) ? undefined : all;
}

export interface Interrupted {
  readonly allowed: Allowed;
  /** The saved plan that was applied is no longer what is left to do. */
  readonly isPlanStale: boolean;
  /** Those of the roles to rotate whose services have the new password: rotated again they would get yet another. */
  readonly rotated: readonly string[];
}

/**
 * @example
 * nextAfter({ allowed: { allow: [], adopt: false, rotate: ['app'] }, isPlanStale: false, rotated: ['app'] });
 * // bus operator database apply
 */
export function nextAfter({ allowed, isPlanStale, rotated }: Interrupted): Remedy {
  if (!isPlanStale && rotated.length === 0) return sameCommand;
  return nextCommand('apply', { ...allowed, rotate: allowed.rotate.filter((role) => !rotated.includes(role)) });
}
