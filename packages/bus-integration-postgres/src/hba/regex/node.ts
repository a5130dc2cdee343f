// What a regular expression says, as a tree; and how an attempt to read one can fail.
import type { ByteSet } from './set.ts';

/** A place between two bytes: \A and ^, \Z and $, and the borders of words. */
export type Boundary = 'begin' | 'end' | 'word-begin' | 'word-end' | 'word-border' | 'no-word-border';

export type RegexNode =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'place'; readonly place: Boundary }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly least: number; readonly most: number };

/** The server refuses it. */
export class InvalidRegex extends Error {}

/** Whether the server refuses it is not known here. */
export class DoubtfulRegex extends Error {}
