// The command that goes on after an apply that ended early. Pure.
import { type Allowed, shellQuote } from 'bus-integration-database';

/** Right wherever a run continues what it finds: staged files, unfinished databases. */
export const sameCommand = 'run the same command again; it continues';

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
 * // 'bus operator database apply'
 */
export function nextAfter({ allowed, isPlanStale, rotated }: Interrupted): string {
  if (!isPlanStale && rotated.length === 0) return sameCommand;
  const flags = [
    ...allowed.allow.flatMap((risk) => ['--allow', risk]),
    ...(allowed.adopt ? ['--adopt'] : []),
    ...(allowed.adopt_from === undefined ? [] : ['--adopt-from', allowed.adopt_from]),
    ...allowed.rotate.filter((role) => !rotated.includes(role)).flatMap((role) => ['--rotate', role]),
  ];
  return ['bus operator database apply', ...flags.map(shellQuote)].join(' ');
}
