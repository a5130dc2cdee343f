// How names appear in sentences: without raw control or bidirectional characters, quoted where they could mislead.
import { printable } from './printable.ts';

/** A name as it stands in a message: plain where it is plain, in quotes where it holds anything else. */
export function shown(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${printable(name)}"`;
}
