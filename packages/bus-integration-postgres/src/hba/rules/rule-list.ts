// What a pg_hba.conf holds once it is read, as plain data; judges nothing.

import { type HbaIndex, hbaIndex } from './index.ts';
import type { HbaRule } from './rule.ts';

/** A line that keeps the server from loading the file: at a reload the old rules stay, a start fails. */
export interface HbaBrokenLine {
  readonly file: string;
  /** 0 where it is the file as a whole. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
  /** Whether the server refuses the line is itself not known. */
  readonly isDoubtful?: true;
}

/** A file or directory that the rules name and that was not given. */
export interface HbaMissing {
  readonly kind: 'file' | 'directory';
  readonly path: string;
}

export interface HbaRules {
  readonly majorVersion: number;
  /** In the order in which the server tries them. */
  readonly rules: readonly HbaRule[];
  readonly broken: readonly HbaBrokenLine[];
  readonly missing: readonly HbaMissing[];
  /** For matching alone. */
  readonly index: HbaIndex;
}

/** The rules with their index. */
export function hbaRules(parts: Omit<HbaRules, 'index'>): HbaRules {
  return { ...parts, index: hbaIndex(parts.rules) };
}
